"""Migrations: applied once, whole or not at all, by any number of processes; and the schema says how it stands."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import pytest

from builders import ids
from credcore_pg import DatabaseSettings, SchemaNotOurs, SchemaStatus, migrate, open_stores, schema_state
from credcore_pg.migrate import Migration, packaged_migrations

PACKAGED = packaged_migrations()
NEWEST = PACKAGED[-1].version
NEXT = Migration(version=NEWEST + 1, name="9999_next", sql="CREATE TABLE a (b int); CREATE TABLE c (d int);")
GATE = 4711
"""An advisory lock that holds a migration up until the test lets it go on."""

# What a process that dies in the middle of a migration runs: half of it is done when it says so.
HALF_WAY = f"""
import asyncio, sys
import asyncpg
from credcore_pg.migrate import Migration, migrate, packaged_migrations

async def main():
    connection = await asyncpg.connect(sys.argv[1])
    sql = "CREATE TABLE half (a int); SELECT pg_advisory_xact_lock({GATE}); CREATE TABLE other_half (a int);"
    packaged = packaged_migrations()
    await migrate(connection, [*packaged, Migration(version=packaged[-1].version + 1, name="9999_half", sql=sql)])

asyncio.run(main())
"""
WAITS_AT_GATE = """
SELECT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
"""
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@asynccontextmanager
async def connected(dsn):
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def tables(connection) -> set[str]:
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {row["tablename"] for row in rows}


async def until(connection, statement, expected, *arguments):
    """Asks the server until it answers as expected; what is waited for takes milliseconds."""
    async with asyncio.timeout(20):
        while await connection.fetchval(statement, *arguments) != expected:
            await asyncio.sleep(0.01)


async def test_an_empty_database_gets_the_whole_schema_once(new_dsn):
    async with connected(new_dsn) as connection:
        before = await schema_state(connection)
        assert before.status is SchemaStatus.OUTDATED
        assert await migrate(connection) == [migration.name for migration in PACKAGED]
        assert (await schema_state(connection)).status is SchemaStatus.CURRENT
        assert await migrate(connection) == []
    assert before.message == (f"the database schema is at 0, this program needs {NEWEST}: run `credcore migrate`")


async def test_of_five_that_start_at_once_one_applies_each_file(new_dsn):
    async def start():
        async with connected(new_dsn) as connection:
            return await migrate(connection, [*PACKAGED, NEXT])

    applied = await asyncio.gather(*(start() for _ in range(5)))
    names = [name for names in applied for name in names]
    assert sorted(names) == [*(migration.name for migration in PACKAGED), NEXT.name]


async def test_a_process_that_is_killed_in_the_middle_leaves_nothing_of_its_file(new_dsn):
    async with connected(new_dsn) as connection:
        await connection.execute("SELECT pg_advisory_lock($1)", GATE)
        process = subprocess.Popen([sys.executable, "-c", HALF_WAY, new_dsn])
        try:
            await until(connection, WAITS_AT_GATE, True, GATE)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        await connection.execute("SELECT pg_advisory_unlock($1)", GATE)
        await until(connection, OTHERS, 0)
        assert {"half", "other_half"} & await tables(connection) == set()
        assert (await schema_state(connection)).status is SchemaStatus.CURRENT
        assert await migrate(connection, [*PACKAGED, NEXT]) == [NEXT.name]


async def test_a_file_that_fails_leaves_nothing_of_itself(new_dsn):
    broken = replace(NEXT, sql="CREATE TABLE half (a int); SELECT 1 / 0;")
    async with connected(new_dsn) as connection:
        with pytest.raises(asyncpg.DivisionByZeroError):
            await migrate(connection, [*PACKAGED, broken])
        assert "half" not in await tables(connection)
        assert (await schema_state(connection)).status is SchemaStatus.CURRENT


async def test_a_file_that_was_changed_after_it_was_applied_is_noticed(new_dsn):
    changed = replace(PACKAGED[0], sql=PACKAGED[0].sql + "\n-- one more line")
    async with connected(new_dsn) as connection:
        await migrate(connection)
        state = await schema_state(connection, [changed])
        assert state.status is SchemaStatus.FOREIGN
        with pytest.raises(SchemaNotOurs, match=f"its migration {PACKAGED[0].name} is not the one"):
            await migrate(connection, [changed, NEXT])
        assert "a" not in await tables(connection)


async def test_a_schema_behind_the_program_says_what_to_do(new_dsn):
    async with connected(new_dsn) as connection:
        await migrate(connection)
        state = await schema_state(connection, [*PACKAGED, NEXT])
    assert (state.status, state.usable) == (SchemaStatus.OUTDATED, False)
    assert state.message.endswith(f"this program needs {NEXT.version}: run `credcore migrate`")


async def test_a_newer_schema_is_left_alone_and_still_serves(new_dsn):
    async with connected(new_dsn) as connection:
        await migrate(connection, [*PACKAGED, NEXT])
        state = await schema_state(connection)
        assert (state.status, state.usable) == (SchemaStatus.NEWER, True)
        assert "upgrade this program" in state.message
        assert await migrate(connection) == []


async def test_the_database_of_another_program_is_not_touched(new_dsn):
    async with connected(new_dsn) as connection:
        await connection.execute("CREATE TABLE theirs (a int)")
        state = await schema_state(connection)
        assert (state.status, state.usable) == (SchemaStatus.FOREIGN, False)
        with pytest.raises(SchemaNotOurs):
            await migrate(connection)
        assert await tables(connection) == {"theirs"}


async def test_every_message_is_one_line(new_dsn):
    async with connected(new_dsn) as connection:
        states = [await schema_state(connection)]
        await migrate(connection, [*PACKAGED, NEXT])
        states += [await schema_state(connection), await schema_state(connection, [*PACKAGED, NEXT])]
    assert all(state.message.isprintable() for state in states)


def test_no_two_files_have_the_same_number():
    versions = [migration.version for migration in PACKAGED]
    assert versions == sorted(set(versions))


async def test_health_says_what_an_outdated_schema_needs(new_dsn):
    async with open_stores(DatabaseSettings(dsn=new_dsn)) as stores:
        [problem] = (await stores.health.check()).problems
        assert "run `credcore migrate`" in problem
        await stores.database.run(migrate)
        assert (await stores.health.check()).problems == ()


# As the release before the consent versions began an assessment.
BEGUN_BEFORE = """
WITH partner AS (INSERT INTO principal (principal_id, kind) VALUES ($1, 'partner') RETURNING principal_id)
INSERT INTO assessment
    (assessment_id, owner_id, learner_ref, role, form, level, ai_consent, seed, total, started_at, expires_at)
SELECT $1, principal_id, '7', 'a', 'b', 'c', $2, 1, 5, now(), now() FROM partner
"""
VERSIONS = "SELECT ai_consent, ai_consent_version FROM assessment ORDER BY assessment_id"


async def test_consent_from_before_its_version_was_kept_was_to_the_first_text_and_the_older_program_goes_on(new_dsn):
    before = [migration for migration in PACKAGED if migration.version < 9]
    async with connected(new_dsn) as connection:
        await migrate(connection, before)
        for consents in (True, False):
            await connection.execute(BEGUN_BEFORE, ids.new_id(), consents)
        await migrate(connection)
        assert [tuple(row) for row in await connection.fetch(VERSIONS)] == [(True, "2026-11-22"), (False, None)]
        assert (await schema_state(connection, before)).usable
        await connection.execute(BEGUN_BEFORE, ids.new_id(), True)
        assert [tuple(row) for row in await connection.fetch(VERSIONS)][-1] == (True, None)
