"""Connecting: every host of the address gets its chance at once, and only one that can be written is taken."""

from __future__ import annotations

import asyncio
import time
import urllib.parse

import asyncpg
import pytest

from credcore_pg import DatabaseSettings, connect
from credcore_pg.connecting import hosts


@pytest.mark.parametrize(
    ("dsn", "expected"),
    [
        ("postgresql://u:p@one/db", [("one", 5432)]),
        ("postgresql://u:p@one:6000,two:6001,three/db", [("one", 6000), ("two", 6001), ("three", 5432)]),
        ("postgresql://u:a%40b@one/db?sslmode=require", [("one", 5432)]),
        ("postgresql://[::1]:6000,[fe80::1]/db", [("::1", 6000), ("fe80::1", 5432)]),
        ("postgresql:///db", []),
        ("postgresql://u@/db?host=/run/pg&port=6000", [("/run/pg", 6000)]),
        ("postgresql://u@/db?host=/run/pg,one&port=6000,6001", [("/run/pg", 6000), ("one", 6001)]),
        ("postgresql://u@/db?host=one,two&port=6000", [("one", 6000), ("two", 6000)]),
        ("postgresql://u@%2Frun%2Fpg/db", [("/run/pg", 5432)]),
    ],
)
def test_an_address_names_its_hosts(dsn, expected):
    assert hosts(dsn) == expected


def beside(dsn: str, *others: tuple[str, int]) -> str:
    """The same address with other hosts before the real one."""
    parts = urllib.parse.urlsplit(dsn)
    [(real, port)] = hosts(dsn)
    names = ",".join([*(host for host, _ in others), real])
    ports = ",".join([*(str(other) for _, other in others), str(port)])
    return parts._replace(query=f"host={urllib.parse.quote(names, safe='/,')}&port={ports}").geturl()


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accepts, and never answers."""
    await reader.read()
    writer.close()


async def test_a_first_host_that_hangs_or_refuses_holds_nobody_up(clean_dsn):
    async with await asyncio.start_server(hang, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        before = time.monotonic()
        settings = DatabaseSettings(dsn=beside(clean_dsn, ("127.0.0.1", port), ("127.0.0.1", 1)), connect=5.0)
        connection = await connect(settings)
        try:
            assert time.monotonic() - before < 2
            assert await connection.fetchval("SELECT 1") == 1
        finally:
            await connection.close()


async def test_where_no_host_answers_each_gets_its_own_deadline(clean_dsn):
    async with await asyncio.start_server(hang, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        dsn = f"postgresql://u@127.0.0.1:{port},127.0.0.1:{port},127.0.0.1:1/db?sslmode=disable"
        before = time.monotonic()
        with pytest.raises(TimeoutError):
            await connect(DatabaseSettings(dsn=dsn, connect=1.0))
        assert 1.0 <= time.monotonic() - before < 1.9


async def test_a_server_that_cannot_be_written_is_not_taken(new_dsn, postgres_dsn):
    name = urllib.parse.urlsplit(new_dsn).path[1:]
    connection = await asyncpg.connect(postgres_dsn)
    try:
        await connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    finally:
        await connection.close()
    with pytest.raises(asyncpg.TargetServerAttributeNotMatched):
        await connect(DatabaseSettings(dsn=new_dsn))


async def test_of_several_that_answer_one_connection_is_kept(clean_dsn):
    [(host, port)] = hosts(clean_dsn)
    settings = DatabaseSettings(dsn=beside(clean_dsn, (host, port), (host, port)), application_name="racing")
    connection = await connect(settings)
    try:
        async with asyncio.timeout(10):
            while await connection.fetchval(OF_THIS_NAME, "racing") != 1:
                await asyncio.sleep(0.01)
    finally:
        await connection.close()


OF_THIS_NAME = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1"


async def test_a_connection_has_its_limits_from_the_start(clean_dsn):
    settings = DatabaseSettings(dsn=clean_dsn, statement=1.5, lock=0.25, idle_in_transaction=7.0)
    connection = await connect(settings)
    try:
        shown = [await connection.fetchval(f"SHOW {name}") for name in settings.session]
    finally:
        await connection.close()
    assert dict(zip(settings.session, shown, strict=True)) == {
        "application_name": "credcore",
        "statement_timeout": "1500ms",
        "lock_timeout": "250ms",
        "idle_in_transaction_session_timeout": "7s",
    }


async def test_without_a_statement_cache_nothing_stays_prepared(clean_dsn):
    connection = await connect(DatabaseSettings(dsn=clean_dsn, statement_cache_size=0))
    try:
        for _ in range(2):
            await connection.fetchval("SELECT $1::int", 1)
        assert await connection.fetchval("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%$1%'") <= 1
    finally:
        await connection.close()
