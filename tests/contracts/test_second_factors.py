"""SecondFactorStore: a factor counts from its confirmation on, and each code counts once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from builders import ids
from credcore.errors import Unauthenticated
from credcore.second_factor import SecondFactor

CODES = [b"one", b"two"]


async def _enrolled(stores):
    account = await stores.account(email="ada@example.org")
    assert await stores.second_factors.begin(account.caller, "SECRET")
    assert await stores.second_factors.confirm(account.caller, 100, CODES)
    return account


async def test_a_factor_that_waits_for_confirmation_is_not_asked_for(stores):
    account = await stores.account(email="ada@example.org")
    assert await stores.second_factors.begin(account.caller, "SECRET-1")
    assert await stores.second_factors.begin(account.caller, "SECRET-2")
    found = await stores.accounts.by_email("ada@example.org")
    assert found.second_factor == SecondFactor(secret="SECRET-2", confirmed=False, last_step=0)
    assert not found.account.second_factor


async def test_from_its_confirmation_on_a_factor_is_asked_for_and_stands(stores):
    account = await _enrolled(stores)
    stored = await stores.passwords.of(account.caller)
    assert stored.account == replace(account, second_factor=True)
    assert stored.second_factor == SecondFactor(secret="SECRET", confirmed=True, last_step=100)
    assert not await stores.second_factors.begin(account.caller, "ANOTHER")
    assert not await stores.second_factors.confirm(account.caller, 200, [b"three"])
    assert await stores.passwords.of(account.caller) == stored
    assert not await stores.second_factors.spend_recovery(account.id, b"three")


async def test_nothing_is_confirmed_that_was_not_begun(stores):
    account = await stores.account()
    assert not await stores.second_factors.confirm(account.caller, 1, CODES)
    assert not (await stores.accounts.of(account.caller)).second_factor


async def test_a_time_step_counts_once_and_so_do_those_before_it(stores):
    account = await _enrolled(stores)
    outcomes = [await stores.second_factors.spend_step(account.id, step) for step in (100, 99, 102, 101, 102, 103)]
    assert outcomes == [False, False, True, False, False, True]


async def test_of_many_with_one_code_at_once_one_is_let_in(stores):
    account = await _enrolled(stores)
    steps = await asyncio.gather(*(stores.second_factors.spend_step(account.id, 101) for _ in range(20)))
    codes = await asyncio.gather(*(stores.second_factors.spend_recovery(account.id, b"one") for _ in range(20)))
    assert sum(steps) == sum(codes) == 1


async def test_recovery_codes_are_their_owners_own_and_count_once_each(stores):
    account, other = await _enrolled(stores), await stores.account()
    assert not await stores.second_factors.spend_recovery(other.id, b"one")
    assert not await stores.second_factors.spend_recovery(account.id, b"unknown")
    assert [await stores.second_factors.spend_recovery(account.id, code) for code in (*CODES, *CODES)] == [
        True,
        True,
        False,
        False,
    ]


async def test_a_removed_factor_is_gone_with_its_recovery_codes(stores):
    account = await _enrolled(stores)
    await stores.second_factors.remove(account.caller)
    await stores.second_factors.remove(account.caller)
    stored = await stores.passwords.of(account.caller)
    assert (stored.second_factor, stored.account.second_factor) == (None, False)
    assert not await stores.second_factors.spend_step(account.id, 200)
    assert not await stores.second_factors.spend_recovery(account.id, b"one")
    assert await stores.second_factors.begin(account.caller, "SECRET")


async def test_nobody_elses_factor_is_touched_and_no_dead_token_touches_any(stores):
    account = await _enrolled(stores)
    dead = replace(account.caller, epoch=9)
    for caller in (dead, await stores.partner()):
        with pytest.raises(Unauthenticated):
            await stores.second_factors.begin(caller, "SECRET")
        with pytest.raises(Unauthenticated):
            await stores.second_factors.confirm(caller, 1, CODES)
        with pytest.raises(Unauthenticated):
            await stores.second_factors.remove(caller)
    await stores.second_factors.remove((await stores.account()).caller)
    assert (await stores.accounts.of(account.caller)).second_factor
    assert not await stores.second_factors.spend_step(ids.new_id(), 1)
