"""The database that this process works with: the one that is configured, or an embedded one made ready for use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from credcore_app import embedded
from credcore_app.content import Content, read_content
from credcore_app.fault import Fault
from credcore_app.reading import database_url
from credcore_app.settings import Settings
from credcore_pg import (
    DatabaseSettings,
    PostgresStores,
    SchemaNotOurs,
    SchemaState,
    SchemaStatus,
    migrate,
    open_stores,
    schema_state,
)
from credcore_pg.connecting import hosts

MIGRATING = timedelta(hours=1)
"""A migration may have to rewrite a table."""

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the database is. ``embedded``: it is ours to migrate; ``owned``: this process runs it."""

    dsn: str
    embedded: bool
    owned: bool


@asynccontextmanager
async def database_at(settings: Settings, progress: Progress) -> AsyncIterator[Place]:
    """The configured database, or the embedded one, started and stopped with this block unless it runs already.

    Raises:
        EmbeddedError: there is none to be had.
    """
    if settings.database_url is not None:
        yield Place(dsn=settings.database_url, embedded=False, owned=False)
        return
    where = embedded.EmbeddedSettings(data_dir=settings.data_dir, pg_bin=settings.pg_bin)
    server = await asyncio.to_thread(embedded.start, where, on_progress=progress)
    try:
        yield Place(dsn=server.dsn, embedded=True, owned=server.owned)
    finally:
        await asyncio.to_thread(server.close)


@asynccontextmanager
async def ready_database(settings: Settings, progress: Progress) -> AsyncIterator[Place]:
    """As ``database_at``; the embedded one has the current schema, and content.

    Whoever runs it says which content; who comes later leaves what is in use there.
    """
    async with database_at(settings, progress) as place:
        if place.embedded:
            await _bring_embedded_up_to_date(settings, place, progress)
            if place.owned or not await _has_content(settings, place):
                await publish(settings, place)
        yield place


async def _bring_embedded_up_to_date(settings: Settings, place: Place, progress: Progress) -> None:
    try:
        await bring_up_to_date(settings, place, progress)
    except SchemaNotOurs:
        raise Fault(
            "the embedded database was made by another version of this program, which does not lead to this one; "
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
    """All stores on a schema that this version knows.

    Raises:
        Unavailable: the database cannot be reached.
        Fault: its schema is older, newer, or something else.
    """
    async with open_stores(connection_settings(settings, dsn)) as stores:
        _require_current(await stores.database.run(schema_state))
        yield stores


def connection_settings(settings: Settings, dsn: str) -> DatabaseSettings:
    """Raises Fault for an address that cannot be one, without repeating it: it may hold a password."""
    try:
        hosts(dsn)
    except ValueError:
        raise Fault(f"CREDCORE_DATABASE_URL is not understood; it must be {database_url.must_be}") from None
    return DatabaseSettings(dsn=dsn, pool_size=settings.pg_pool_size, statement_cache_size=settings.pg_statement_cache)


def _require_current(state: SchemaState) -> None:
    if state.status is not SchemaStatus.CURRENT:
        raise Fault(state.message)
