"""Whoever signs in with the old password while a new one is chosen has nothing of it, whichever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from builders import account, ids
from credcore.accounts import Account, refresh_outcome
from credcore.audit import OPERATOR
from credcore.errors import Unauthenticated
from credcore_pg import PostgresStores

WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND $1 = ANY(pg_blocking_pids(pid)))"
NEW_PASSWORD = "UPDATE principal SET token_epoch = token_epoch + 1 WHERE principal_id = $1"
SIGN_IN = """
WITH holder AS (SELECT principal_id FROM principal WHERE principal_id = $1 FOR SHARE),
family AS (
    INSERT INTO token_family (family_id, account_id, started_at)
    SELECT $2, principal_id, clock_timestamp() FROM holder RETURNING family_id
)
INSERT INTO refresh_token (token_hash, family_id, issued_at) SELECT $3, family_id, clock_timestamp() FROM family
"""
TOKEN, SUCCESSOR, RESET = b"t" * 32, b"s" * 32, b"r" * 32


async def while_under_way(
    postgres: PostgresStores, first: str, arguments: tuple[object, ...], deed: Callable[[], Awaitable[object]]
) -> None:
    """``deed`` begins when ``first`` was done and nobody can see it yet, and goes on when all can."""
    async with postgres.database.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(first, *arguments)
            doing = asyncio.ensure_future(deed())
            while not (doing.done() or await connection.fetchval(WAITS, connection.get_server_pid())):
                pass
        await doing


async def _change(postgres: PostgresStores, who: Account) -> None:
    await postgres.passwords.change(who.caller, "a new hash")


async def _reset(postgres: PostgresStores, who: Account) -> None:
    await postgres.passwords.open_reset(OPERATOR, ids.new_id(), who.email, RESET, timedelta(hours=1))
    assert await postgres.passwords.spend_reset(RESET, "a new hash")


@pytest.mark.parametrize("choose", [_change, _reset])
async def test_a_sign_in_that_is_under_way_when_a_new_password_is_chosen_ends_with_the_others(
    postgres: PostgresStores, choose: Callable[[PostgresStores, Account], Awaitable[None]]
) -> None:
    ada = await postgres.accounts.add(account(), "a hash")
    await while_under_way(postgres, SIGN_IN, (ada.id, ids.new_id(), TOKEN), lambda: choose(postgres, ada))
    with pytest.raises(Unauthenticated):
        await postgres.refresh_tokens.present(TOKEN, SUCCESSOR, refresh_outcome)


async def test_a_sign_in_with_the_old_password_waits_for_the_new_one_and_is_refused(postgres: PostgresStores) -> None:
    ada = await postgres.accounts.add(account(), "a hash")

    async def sign_in() -> None:
        with pytest.raises(Unauthenticated):
            await postgres.refresh_tokens.open_family(ids.new_id(), ada.id, TOKEN, epoch=ada.epoch)

    await while_under_way(postgres, NEW_PASSWORD, (ada.id,), sign_in)
    with pytest.raises(Unauthenticated):
        await postgres.refresh_tokens.present(TOKEN, SUCCESSOR, refresh_outcome)
