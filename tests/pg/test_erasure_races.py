"""Whoever is erased while something is done to them, or by them, is gone: that is said, and is no defect of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from builders import account, ids
from credcore.accounts import Account, UserRole
from credcore.audit import Actor, Deed
from credcore.errors import NotFound, Unauthenticated
from credcore_pg import PostgresStores

ERASE = "DELETE FROM principal WHERE principal_id = $1"
WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND $1 = ANY(pg_blocking_pids(pid)))"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


async def while_erased(postgres: PostgresStores, gone: Account, deed: Awaitable[object]) -> None:
    """``deed`` begins when the erasure has happened and nobody can see it yet, and goes on when all can."""
    async with postgres.database.pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(ERASE, gone.id)
            doing = asyncio.ensure_future(deed)
            while not (doing.done() or await connection.fetchval(WAITS, connection.get_server_pid())):
                pass
        await doing


async def stored(postgres: PostgresStores, **fields: object) -> Account:
    return await postgres.accounts.add(account(**fields), "a hash")  # type: ignore[arg-type]  # a builder's keywords


def _find(postgres: PostgresStores, actor: Actor, gone: Account) -> Awaitable[object]:
    return postgres.people.find(actor, ids.new_id(), gone.id)


def _by_email(postgres: PostgresStores, actor: Actor, gone: Account) -> Awaitable[object]:
    return postgres.people.by_email(actor, ids.new_id(), gone.email)


def _set_role(postgres: PostgresStores, actor: Actor, gone: Account) -> Awaitable[object]:
    return postgres.people.set_role(actor, ids.new_id(), gone.id, UserRole.ADVISOR)


def _remove_second_factor(postgres: PostgresStores, actor: Actor, gone: Account) -> Awaitable[object]:
    return postgres.people.remove_second_factor(actor, ids.new_id(), gone.id)


def _open_reset(postgres: PostgresStores, actor: Actor, gone: Account) -> Awaitable[object]:
    return postgres.passwords.open_reset(actor, ids.new_id(), gone.email, b"h" * 32, timedelta(hours=1))


def _record(postgres: PostgresStores, actor: Actor, gone: Account) -> Awaitable[object]:
    return postgres.audit.record(actor, ids.new_id(), Deed.ACCOUNT_READ, subject_id=gone.id)


@pytest.mark.parametrize("deed", [_find, _by_email, _set_role, _remove_second_factor, _open_reset, _record])
async def test_whom_an_administrator_means_is_not_found(
    postgres: PostgresStores, deed: Callable[[PostgresStores, Actor, Account], Awaitable[object]]
) -> None:
    admin, gone = await stored(postgres, role=UserRole.ADMIN), await stored(postgres)
    with pytest.raises(NotFound):
        await while_erased(postgres, gone, deed(postgres, Actor(caller=admin.caller), gone))


def _read_metrics(postgres: PostgresStores, gone: Account) -> Awaitable[object]:
    return postgres.audit.record(Actor(caller=gone.caller), ids.new_id(), Deed.METRICS_READ)


def _list_people(postgres: PostgresStores, gone: Account) -> Awaitable[object]:
    return postgres.people.page(Actor(caller=gone.caller), ids.new_id(), limit=9, after=None)


def _begin_second_factor(postgres: PostgresStores, gone: Account) -> Awaitable[object]:
    return postgres.second_factors.begin(gone.caller, SECRET)


@pytest.mark.parametrize("deed", [_read_metrics, _list_people, _begin_second_factor])
async def test_whoever_acts_while_they_are_erased_is_nobody_any_more(
    postgres: PostgresStores, deed: Callable[[PostgresStores, Account], Awaitable[object]]
) -> None:
    gone = await stored(postgres, role=UserRole.ADMIN)
    with pytest.raises(Unauthenticated):
        await while_erased(postgres, gone, deed(postgres, gone))
