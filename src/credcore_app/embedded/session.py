"""The two things that need a connection: making the role and the database, and asking whether they answer."""

from __future__ import annotations

import asyncio
import threading
import urllib.parse
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from pathlib import Path

import asyncpg

from credcore_app.embedded.cluster import DATABASE, ROLE, SUPERUSER
from credcore_app.embedded.errors import Stopped
from credcore_app.embedded.layout import PORT

_ANSWERS_WITHIN = 10.0
# Making a database copies some hundred files; a busy disk may need its time.
_STATEMENT_WITHIN = 60.0
_LOOK_EVERY = 0.02
_REFUSALS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

_WHAT_IS_THERE = """
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS role,
       EXISTS (SELECT FROM pg_database WHERE datname = $2) AS database
"""
_CREATE_ROLE = f"CREATE ROLE {ROLE} LOGIN CREATEDB"
_CREATE_DATABASE = f"CREATE DATABASE {DATABASE} OWNER {ROLE}"


class NoAnswer(Exception):
    """The server did not let us do what we connected for; the message says why."""


def dsn(socket_directory: Path) -> str:
    """The address for asyncpg and libpq; the port is in it so that PGPORT does not decide it."""
    host = urllib.parse.quote(str(socket_directory), safe="/")
    return f"postgresql://{ROLE}@/{DATABASE}?host={host}&port={PORT}"


def ensure_database(socket_directory: Path, stop: threading.Event) -> None:
    """Make the role and the database where they are missing; can be interrupted anywhere and done again.

    Raises:
        NoAnswer, and Stopped once ``stop`` is set.
    """
    _run(_ensure(socket_directory), stop)


def answers(socket_directory: Path, stop: threading.Event) -> None:
    """Return if the application's role can use its database; raise NoAnswer if not (yet), Stopped on ``stop``."""
    _run(_answer(socket_directory), stop)


async def _ensure(socket_directory: Path) -> None:
    connection = await _connect(socket_directory, SUPERUSER, "postgres")
    try:
        there = await connection.fetchrow(_WHAT_IS_THERE, ROLE, DATABASE)
        assert there is not None  # a SELECT without FROM has one row
        if not there["role"]:
            await connection.execute(_CREATE_ROLE)
        if not there["database"]:
            await connection.execute(_CREATE_DATABASE)
    finally:
        await connection.close(timeout=_ANSWERS_WITHIN)


async def _answer(socket_directory: Path) -> None:
    connection = await _connect(socket_directory, ROLE, DATABASE)
    await connection.close(timeout=_ANSWERS_WITHIN)


async def _connect(socket_directory: Path, user: str, database: str) -> asyncpg.Connection[asyncpg.Record]:
    return await asyncpg.connect(
        host=str(socket_directory),
        port=PORT,
        user=user,
        database=database,
        timeout=_ANSWERS_WITHIN,
        command_timeout=_STATEMENT_WITHIN,
    )


def _run(work: Coroutine[object, object, None], stop: threading.Event) -> None:
    """Run it in an event loop on a thread of its own, whether or not the caller is in a loop already."""
    outcome: Future[None] = Future()

    def run() -> None:
        try:
            outcome.set_result(asyncio.run(work))
        except BaseException as error:  # whatever it is, it belongs to the thread that waits for it
            outcome.set_exception(error)

    threading.Thread(target=run, name="credcore-embedded-session", daemon=True).start()
    while not wait([outcome], _LOOK_EVERY).done:
        if stop.is_set():
            raise Stopped
    try:
        outcome.result()
    except _REFUSALS as error:
        raise NoAnswer(str(error) or type(error).__name__) from error
