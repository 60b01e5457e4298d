"""Brings the schema up to date: numbered SQL files, each applied once, whole, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files

import asyncpg

from credcore_pg.database import Connection

LOCK = 0x63726564636F7265
"""Whoever migrates holds this advisory lock: the letters of "credcore"."""

_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migration (
    version integer CONSTRAINT schema_migration_pk PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""
_RECORD = "INSERT INTO schema_migration (version, name, checksum) VALUES ($1, $2, $3)"
_APPLIED = "SELECT version, name, checksum FROM schema_migration ORDER BY version"
_WHAT_IS_THERE = """
SELECT to_regclass('schema_migration') IS NOT NULL AS ours,
    EXISTS (SELECT FROM pg_tables WHERE schemaname = current_schema()) AS anything
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Migration:
    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


class SchemaStatus(StrEnum):
    CURRENT = "current"
    OUTDATED = "outdated"
    NEWER = "newer"
    FOREIGN = "foreign"


@dataclass(frozen=True, kw_only=True, slots=True)
class SchemaState:
    """How the database's schema stands to this program; ``message`` says it in one line, with what to do about it."""

    status: SchemaStatus
    message: str

    @property
    def usable(self) -> bool:
        """A newer schema still serves this program: migrations only take away what no release before uses."""
        return self.status in (SchemaStatus.CURRENT, SchemaStatus.NEWER)


class SchemaNotOurs(Exception):
    """Migrating would build on something that these files did not make; the message says what."""


def packaged_migrations() -> tuple[Migration, ...]:
    """Those that ship with this program, in order."""
    folder = files("credcore_pg").joinpath("migrations")
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
    return tuple(
        Migration(version=int(entry.name[:4]), name=entry.name.removesuffix(".sql"), sql=entry.read_text("utf-8"))
        for entry in found
    )


async def migrate(connection: Connection, migrations: Sequence[Migration] | None = None) -> list[str]:
    """Applies what is missing, and gives the names of what this call applied; a newer schema is left alone.

    Any number of processes may do it at once. Each file is a transaction with its own record in it, under a lock that
    ends with it: whatever kills the process, a file is applied whole or not at all.

    Raises:
        SchemaNotOurs: a file was changed after it was applied, or the database holds something else.
    """
    wanted = packaged_migrations() if migrations is None else tuple(migrations)
    applied: list[str] = []
    while True:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            state = await schema_state(connection, wanted)
            if state.status is SchemaStatus.FOREIGN:
                raise SchemaNotOurs(state.message)
            if state.usable:
                return applied
            applied.append(await _apply_next(connection, wanted))


async def _apply_next(connection: Connection, wanted: Sequence[Migration]) -> str:
    await connection.execute(_TABLE)
    done = await connection.fetch(_APPLIED)
    following = wanted[len(done)]
    # Without arguments asyncpg speaks the simple protocol, which takes several statements at once.
    await connection.execute(following.sql)
    await connection.execute(_RECORD, following.version, following.name, following.checksum)
    return following.name


async def schema_state(connection: Connection, migrations: Sequence[Migration] | None = None) -> SchemaState:
    wanted = packaged_migrations() if migrations is None else tuple(migrations)
    there = await connection.fetchrow(_WHAT_IS_THERE)
    assert there is not None  # a SELECT without FROM has one row
    if not there["ours"]:
        return _foreign("it holds tables of another program") if there["anything"] else _outdated([], wanted)
    return _compared(await connection.fetch(_APPLIED), wanted)


def _compared(applied: Sequence[asyncpg.Record], wanted: Sequence[Migration]) -> SchemaState:
    for row, migration in zip(applied, wanted, strict=False):
        if (row["version"], row["checksum"]) != (migration.version, migration.checksum):
            return _foreign(f"its migration {row['name']} is not the one that this program knows")
    if len(applied) < len(wanted):
        return _outdated(applied, wanted)
    newest = applied[-1]["version"]
    if len(applied) > len(wanted):
        return SchemaState(
            status=SchemaStatus.NEWER,
            message=f"the database schema is at {newest}, made by a newer credcore: upgrade this program",
        )
    return SchemaState(status=SchemaStatus.CURRENT, message=f"the database schema is current, at {newest}")


def _outdated(applied: Sequence[asyncpg.Record], wanted: Sequence[Migration]) -> SchemaState:
    at = applied[-1]["version"] if applied else 0
    return SchemaState(
        status=SchemaStatus.OUTDATED,
        message=f"the database schema is at {at}, this program needs {wanted[-1].version}: run `credcore migrate`",
    )


def _foreign(why: str) -> SchemaState:
    return SchemaState(
        status=SchemaStatus.FOREIGN,
        message=f"this is not a database of this program, {why}: point CREDCORE_DATABASE_URL at an empty one",
    )
