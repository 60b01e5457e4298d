"""Signing keys and server secrets: made once, the same for every process."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack
from datetime import timedelta

from credcore_pg import DatabaseSettings, open_stores


def new_key() -> tuple[str, bytes]:
    return secrets.token_hex(8), secrets.token_bytes(32)


async def test_before_one_is_made_there_is_no_key(postgres):
    assert await postgres.keys.load() == ()


async def test_a_key_comes_back_as_it_was_made(postgres, clock):
    kid, private_key = new_key()
    key = await postgres.keys.ensure(lambda: (kid, private_key))
    assert (key.kid, key.private_key, key.created_at, key.retired_at) == (kid, private_key, clock.now, None)
    assert await postgres.keys.load() == (key,)


async def test_processes_that_start_at_once_get_the_same_key_and_secret(clean_dsn):
    async with AsyncExitStack() as stack:
        processes = [
            await stack.enter_async_context(open_stores(DatabaseSettings(dsn=clean_dsn, pool_size=2))) for _ in range(5)
        ]
        keys = await asyncio.gather(*(stores.keys.ensure(new_key) for stores in processes for _ in range(4)))
        made = await asyncio.gather(
            *(
                stores.keys.server_secret("successor", lambda: secrets.token_bytes(32))
                for stores in processes
                for _ in range(4)
            )
        )
        assert len({key.kid for key in keys}) == 1
        assert await processes[0].keys.load() == (keys[0],)
        assert len(set(made)) == 1


async def test_secrets_of_different_names_are_different(postgres):
    first = await postgres.keys.server_secret("a", lambda: b"first")
    second = await postgres.keys.server_secret("b", lambda: b"second")
    again = await postgres.keys.server_secret("a", lambda: b"third")
    assert (first, second, again) == (b"first", b"second", b"first")


async def test_a_retired_key_signs_no_more_and_still_verifies(postgres, clock):
    old = await postgres.keys.ensure(new_key)
    clock.now += timedelta(days=1)
    await postgres.database.row("UPDATE signing_key SET retired_at = $1", clock.now)
    new = await postgres.keys.ensure(new_key)
    assert [key.kid for key in await postgres.keys.load()] == [new.kid, old.kid]


async def test_a_key_is_in_no_representation(postgres):
    key = await postgres.keys.ensure(lambda: ("kid", b"very private"))
    assert "private" not in repr(key)
