"""The database that this process works with: the one that is configured, or an embedded one made ready for use."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic
from typing import TypeVar

from credcore.errors import Unavailable
from credcore_app import embedded
from credcore_app.content import Content, read_content
from credcore_app.fault import Fault
from credcore_app.reading import database_url
from credcore_app.settings import Settings
from credcore_pg import (
    DatabaseSettings,
    PostgresStores,
    SchemaNotOurs,
    SchemaStatus,
    migrate,
    open_stores,
    schema_state,
)
from credcore_pg.connecting import hosts

log = logging.getLogger(__name__)

MIGRATING = timedelta(hours=1)
"""A migration may have to rewrite a table."""

CHANGE_OF_HANDS = 10.0
"""Seconds in which an embedded database that another process ran is there again, run by one that stood by."""
RETRY = 0.1

Progress = Callable[[str], None]
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the database is. ``embedded``: it is ours to migrate; ``owned``: this process runs it."""

    dsn: str
    embedded: bool
    owned: bool

    @property
    def patience(self) -> float:
        """Seconds that it may be away while this process starts."""
        return CHANGE_OF_HANDS if self.embedded and not self.owned else 0.0


@asynccontextmanager
async def database_at(settings: Settings, progress: Progress, *, stand_by: bool = False) -> AsyncIterator[Place]:
    """The configured database, or the embedded one, started and stopped with this block unless it runs already.

    ``stand_by``: where another process runs it and ends before this block does, it is run on from here.

    Raises:
        EmbeddedError: there is none to be had.
    """
    if settings.database_url is not None:
        yield Place(dsn=settings.database_url, embedded=False, owned=False)
        return
    where = embedded.EmbeddedSettings(data_dir=settings.data_dir, pg_bin=settings.pg_bin)
    server = await _started(where, progress, stand_by)
    try:
        yield Place(dsn=server.dsn, embedded=True, owned=server.owned)
    finally:
        await asyncio.to_thread(server.close)


async def _started(where: embedded.EmbeddedSettings, progress: Progress, stand_by: bool) -> embedded.EmbeddedServer:
    """On a thread; where this is cancelled, the thread undoes what it has begun before this ends."""
    stop = threading.Event()
    start = asyncio.to_thread(embedded.start, where, on_progress=progress, stand_by=stand_by, stop=stop)
    starting = asyncio.create_task(start)
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([starting])
        if starting.exception() is None:
            await asyncio.to_thread(starting.result().close)
        raise


@asynccontextmanager
async def ready_database(settings: Settings, progress: Progress, *, stand_by: bool = False) -> AsyncIterator[Place]:
    """As ``database_at``; the embedded one has the current schema, and content.

    Whoever runs it says which content; who comes later leaves what is in use there.
    """
    async with database_at(settings, progress, stand_by=stand_by) as place:
        if place.embedded:
            await patiently(lambda: _make_ready(settings, place, progress), place.patience)
        yield place


async def patiently(work: Callable[[], Awaitable[Result]], patience: float) -> Result:
    """Does ``work``, and tries again for ``patience`` seconds while the database cannot be used."""
    deadline = monotonic() + patience
    while True:
        try:
            return await work()
        except Unavailable:
            if monotonic() >= deadline:
                raise
        await asyncio.sleep(RETRY)


async def _make_ready(settings: Settings, place: Place, progress: Progress) -> None:
    await _bring_embedded_up_to_date(settings, place, progress)
    if place.owned or not await _has_content(settings, place):
        await publish(settings, place)


async def _bring_embedded_up_to_date(settings: Settings, place: Place, progress: Progress) -> None:
    try:
        await bring_up_to_date(settings, place, progress)
    except SchemaNotOurs:
        raise Fault(
            "the embedded database was made by a version of this program from which no migration leads to this one; "
            "set CREDCORE_DATA_DIR to a new folder, or go back to that version"
        ) from None


async def _has_content(settings: Settings, place: Place) -> bool:
    async with stores_at(settings, place.dsn) as stores:
        return await stores.bank.current() is not None


async def bring_up_to_date(settings: Settings, place: Place, progress: Progress) -> list[str]:
    """The names of the migrations that were applied. Raises SchemaNotOurs, Unavailable."""
    seconds = MIGRATING.total_seconds()
    usual = connection_settings(settings, place.dsn)
    patient = replace(usual, pool_size=1, statement=seconds, command=seconds, lock=60.0)
    async with open_stores(patient) as stores:
        state = await stores.database.run(schema_state)
        if state.status is SchemaStatus.OUTDATED:
            progress("bringing the database schema up to date")
        return await stores.database.run(migrate)


async def publish(settings: Settings, place: Place) -> tuple[int, Content]:
    """Puts the content of the configured folder (or this installation's) into use; its revision.

    Raises:
        ContentFault: it is not whole; nothing was changed.
    """
    content = await asyncio.to_thread(read_content, settings.content_dir)
    async with stores_at(settings, place.dsn) as stores:
        return await stores.bank.publish(content.document, content.bank), content


@asynccontextmanager
async def stores_at(settings: Settings, dsn: str) -> AsyncIterator[PostgresStores]:
    """All stores on a schema that this version can work with; a newer one is warned about.

    Raises:
        Unavailable: the database cannot be reached.
        Fault: its schema is older, or something else.
    """
    async with open_stores(connection_settings(settings, dsn)) as stores:
        state = await stores.database.run(schema_state)
        if not state.usable:
            raise Fault(state.message)
        if state.status is SchemaStatus.NEWER:
            log.warning(state.message)
        yield stores


def connection_settings(settings: Settings, dsn: str) -> DatabaseSettings:
    """Raises Fault for an address that cannot be one, without repeating it: it may hold a password."""
    try:
        for host, _ in hosts(dsn):
            if not host.startswith("/"):
                host.encode("idna")  # what connecting does first, and raises in its own way
    except ValueError:
        raise Fault(f"CREDCORE_DATABASE_URL is not understood; it must be {database_url.must_be}") from None
    return DatabaseSettings(dsn=dsn, pool_size=settings.pg_pool_size, statement_cache_size=settings.pg_statement_cache)
