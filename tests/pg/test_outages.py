"""What the stores do when the database is down, slow, full or read-only: Unavailable in bounded time, then on again."""

from __future__ import annotations

import asyncio
import os
import signal
import time
import urllib.parse
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from builders import ESSAY, LIFETIME, MC, Respond, account, answer, assessment, bank, conclusion, document
from credcore.errors import EmailTaken, Unavailable
from credcore_pg import DatabaseSettings, open_stores
from credcore_pg.database import GIVES_WAY
from credcore_pg.errors import translated

LISTENS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'credcore' AND query = 'SELECT 1'"
# What a server that was killed leaves behind goes on answering for a moment.
STARTED = "SELECT pg_postmaster_start_time()"


async def begun(stores):
    caller = (await stores.accounts.add(account(), "hash")).caller
    await stores.bank.publish(document(), bank())
    started = assessment(caller)
    await stores.assessments.start(caller, started, LIFETIME)
    return caller, started.id


async def asked(stores, statement: str) -> asyncpg.Record | None:
    """The row; None where there is none, or nobody who could say."""
    try:
        return await stores.database.row(statement)
    except Unavailable:
        return None


async def until_it_answers(stores, patience: float = 20.0) -> None:
    async with asyncio.timeout(patience):
        while (await stores.health.check()).problems:
            await asyncio.sleep(0.01)


@asynccontextmanager
async def connected(dsn):
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def test_while_the_server_is_stopped_every_call_is_unavailable_and_afterwards_all_is_there(migrated_server):
    async with open_stores(DatabaseSettings(dsn=migrated_server.dsn)) as stores:
        caller, id = await begun(stores)
        [response, _] = await stores.responses.respond(caller, id, MC, Respond(MC, answer(MC)))
        await asyncio.to_thread(migrated_server.stop)
        for call in (
            stores.accounts.of(caller),
            stores.assessments.deliver_next(caller, id),
            stores.responses.respond(caller, id, MC, Respond(MC, answer(MC))),
            stores.profiles.conclude(caller, id, conclusion),
            stores.queue.claim(limit=1, lease=LIFETIME, max_attempts=5),
            stores.bank.current(),
        ):
            with pytest.raises(Unavailable):
                await call
        assert (await stores.health.check()).problems == ("the database cannot be reached",)
        await asyncio.to_thread(migrated_server.start)
        await until_it_answers(stores)
        assert await stores.responses.respond(caller, id, MC, Respond(MC, answer(MC))) == (response, 5)


async def test_stores_open_while_the_server_is_down(migrated_server):
    await asyncio.to_thread(migrated_server.stop)
    async with open_stores(DatabaseSettings(dsn=migrated_server.dsn)) as stores:
        with pytest.raises(Unavailable):
            await stores.bank.current()
        await asyncio.to_thread(migrated_server.start)
        await until_it_answers(stores)


async def test_waiting_for_work_goes_on_after_the_server_was_killed(migrated_server):
    async with open_stores(DatabaseSettings(dsn=migrated_server.dsn)) as stores:
        stores.queue.listener.check = stores.queue.listener.retry = 0.05
        caller, id = await begun(stores)
        await stores.queue.wait(timedelta(seconds=5))
        before = await stores.database.only_row(STARTED)
        migrated_server.kill()
        async with asyncio.timeout(20):
            while await asked(stores, STARTED) in (None, before) or await asked(stores, LISTENS) is None:
                await asyncio.sleep(0.01)
        while await waited(stores, 0.2) < 0.2:
            pass
        waiting = asyncio.create_task(waited(stores, 30))
        await asyncio.sleep(0)
        await stores.responses.respond(caller, id, ESSAY, Respond(ESSAY, answer(ESSAY)))
        assert await waiting < 10


async def waited(stores, at_most: float) -> float:
    before = time.monotonic()
    await stores.queue.wait(timedelta(seconds=at_most))
    return time.monotonic() - before


async def test_an_exhausted_pool_is_unavailable_within_its_bound(clean_dsn):
    async with open_stores(DatabaseSettings(dsn=clean_dsn, pool_size=1, acquire=0.2)) as stores:
        async with stores.database.pool.acquire():
            before = time.monotonic()
            with pytest.raises(Unavailable):
                await stores.bank.current()
            assert 0.2 <= time.monotonic() - before < 1.5
        assert await stores.bank.current() is None


async def test_a_lock_that_somebody_holds_is_waited_for_within_its_bound(clean_dsn):
    settings = DatabaseSettings(dsn=clean_dsn, lock=0.2)
    async with open_stores(settings) as stores, connected(clean_dsn) as other:
        caller, id = await begun(stores)
        async with other.transaction():
            await other.execute("SELECT FROM assessment WHERE assessment_id = $1 FOR UPDATE", id)
            before = time.monotonic()
            for call in (
                stores.responses.respond(caller, id, MC, Respond(MC, answer(MC))),
                stores.profiles.conclude(caller, id, conclusion),
            ):
                with pytest.raises(Unavailable):
                    await call
            assert time.monotonic() - before < 3
        assert (await stores.assessments.find(caller, id)).answered == 0
        await stores.responses.respond(caller, id, MC, Respond(MC, answer(MC)))


async def test_a_statement_that_takes_too_long_is_given_up(clean_dsn):
    async with open_stores(DatabaseSettings(dsn=clean_dsn, statement=0.1)) as stores:
        with pytest.raises(Unavailable):
            await stores.database.row("SELECT pg_sleep(30)")
        assert await stores.bank.current() is None


async def test_a_server_that_freezes_is_given_up_and_its_connection_is_not_used_again(migrated_server):
    settings = DatabaseSettings(dsn=migrated_server.dsn, pool_size=1, command=0.3, connect=0.3, acquire=0.5)
    async with open_stores(settings) as stores:
        before = await stores.database.only_row("SELECT pg_backend_pid() AS pid")
        os.kill(before["pid"], signal.SIGSTOP)
        try:
            began = time.monotonic()
            with pytest.raises(Unavailable):
                await stores.bank.current()
            assert time.monotonic() - began < 3
            after = await stores.database.only_row("SELECT pg_backend_pid() AS pid")
        finally:
            os.kill(before["pid"], signal.SIGCONT)
        assert after["pid"] != before["pid"]


async def test_a_server_that_takes_no_writes_is_unavailable_and_named_by_health(new_dsn, postgres_dsn):
    name = urllib.parse.urlsplit(new_dsn).path[1:]
    async with open_stores(DatabaseSettings(dsn=new_dsn, pool_size=1)) as stores:
        pid = (await stores.database.only_row("SELECT pg_backend_pid() AS pid"))["pid"]
        await stores.database.row("SET default_transaction_read_only = on")
        assert (await stores.health.check()).problems == ("the database takes no writes",)
        with pytest.raises(Unavailable):
            await stores.database.row("CREATE TABLE a (b int)")
        # As after a failover: the next connection looks for a server that can be written.
        await stores.database.row("CREATE TABLE a (b int)")
        assert (await stores.database.only_row("SELECT pg_backend_pid() AS pid"))["pid"] != pid
        async with connected(postgres_dsn) as other:
            await other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        stores.database.pool.terminate()
    async with open_stores(DatabaseSettings(dsn=new_dsn)) as stores:
        with pytest.raises(Unavailable):
            await stores.bank.current()


async def test_two_who_wait_for_each_other_both_get_through(clean_dsn):
    async with open_stores(DatabaseSettings(dsn=clean_dsn, lock=10.0, command=20.0, statement=15.0)) as stores:
        ids = [(await stores.accounts.add(account(), "hash")).id for _ in range(2)]
        met = asyncio.Barrier(2)
        through = asyncio.Event()
        tries = []

        async def both(first, second):
            async def work(connection):
                tries.append(first)
                if len(tries) > 2:
                    await through.wait()
                await connection.execute(LOCKED, first)
                if len(tries) <= 2:
                    await met.wait()
                await connection.execute(LOCKED, second)

            await stores.database.in_transaction(work)
            through.set()

        await asyncio.gather(both(*ids), both(*reversed(ids)))
        assert len(tries) == 3


LOCKED = "UPDATE account SET name = 'renamed' WHERE principal_id = $1"


async def test_what_deadlocks_every_time_ends_as_unavailable(clean_dsn):
    async with open_stores(DatabaseSettings(dsn=clean_dsn)) as stores:
        tries = []

        async def work(connection):
            tries.append(1)
            raise asyncpg.DeadlockDetectedError("deadlock detected")

        before = time.monotonic()
        with pytest.raises(Unavailable):
            await stores.database.in_transaction(work)
        assert len(tries) == 5
        assert time.monotonic() - before >= GIVES_WAY * (1 + 2 + 3 + 4)


async def test_a_full_disk_is_unavailable():
    assert isinstance(translated(asyncpg.DiskFullError("could not extend file")), Unavailable)


async def test_too_many_connections_are_unavailable(new_dsn, postgres_dsn):
    name = urllib.parse.urlsplit(new_dsn).path[1:]
    async with connected(postgres_dsn) as other:
        await other.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
    async with open_stores(DatabaseSettings(dsn=new_dsn)) as stores:
        with pytest.raises(Unavailable):
            await stores.bank.current()


async def test_a_wrong_address_or_database_is_unavailable(postgres_dsn, new_dsn):
    missing = new_dsn.replace("/credcore_", "/no_such_", 1)
    for dsn in (missing, "postgresql://nobody@127.0.0.1:1/nothing"):
        async with open_stores(DatabaseSettings(dsn=dsn)) as stores:
            with pytest.raises(Unavailable):
                await stores.bank.current()


async def test_a_constraint_without_a_meaning_is_a_defect_and_stays_one(postgres):
    with pytest.raises(asyncpg.CheckViolationError):
        await postgres.database.row("INSERT INTO principal (principal_id, kind) VALUES (gen_random_uuid(), 'x')")
    await postgres.accounts.add(account("ada@example.org"), "hash")
    with pytest.raises(EmailTaken) as taken:
        await postgres.accounts.add(account("ada@example.org"), "hash")
    assert isinstance(taken.value.__cause__, asyncpg.UniqueViolationError)


async def test_an_argument_that_cannot_be_sent_is_a_defect_and_stays_one(postgres):
    with pytest.raises(asyncpg.DataError):
        await postgres.database.row("SELECT $1::int", "no number")


async def test_a_cancelled_call_gives_its_connection_back(clean_dsn):
    async with open_stores(DatabaseSettings(dsn=clean_dsn, pool_size=1)) as stores:
        for _ in range(10):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await stores.database.row("SELECT pg_sleep(30)")
        assert await stores.bank.current() is None
        assert stores.database.pool.get_idle_size() == stores.database.pool.get_size() == 1
