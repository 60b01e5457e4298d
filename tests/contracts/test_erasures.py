"""ErasureStore: the ledger outlives everybody in it, and whoever is found by it is erased like the first time."""

from __future__ import annotations

import asyncio

import pytest

from builders import ESSAY, MARK, NOON, FakeClock, ids
from credcore.accounts import token_hash
from credcore.erasures import Erasure
from credcore.errors import Unauthenticated

OTHER = bytes(32)


async def test_an_erasure_stands_in_the_ledger_with_its_time_and_nothing_else(stores, clock: FakeClock):
    caller = await stores.person()
    assert await stores.erasures.ledger() == []
    await stores.own_accounts.erase(caller, MARK)
    assert await stores.erasures.ledger() == [Erasure(mark=MARK, erased_at=clock.now)]


async def test_an_erasure_that_is_refused_leaves_no_entry(stores):
    caller = await stores.person()
    await stores.office.move_epoch(caller.id)
    with pytest.raises(Unauthenticated):
        await stores.own_accounts.erase(caller, MARK)
    assert await stores.erasures.ledger() == []


async def test_whoever_came_back_is_erased_again_and_the_entry_keeps_its_time(stores, clock: FakeClock):
    account, other = await stores.account(), await stores.account()
    begun = await stores.begin(account.caller)
    await stores.answer(account.caller, begun.id, ESSAY)
    await stores.refresh_tokens.open_family(ids.new_id(), account.id, token_hash("token"))
    erasure = Erasure(mark=MARK, erased_at=NOON)
    clock.move(days=3)
    assert await stores.erasures.erase_again(account.id, erasure)
    with pytest.raises(Unauthenticated):
        await stores.accounts.of(account.caller)
    assert await stores.accounts.by_email(account.email) is None
    assert await stores.refresh_tokens.revoke_family_of(token_hash("token")) is None
    assert await stores.erasures.ledger() == [erasure]
    assert not await stores.erasures.erase_again(account.id, erasure)
    assert await stores.accounts.of(other.caller) == other


async def test_of_many_who_erase_one_person_again_at_once_one_does(stores):
    account, erasure = await stores.account(), Erasure(mark=MARK, erased_at=NOON)
    outcomes = await asyncio.gather(*(stores.erasures.erase_again(account.id, erasure) for _ in range(10)))
    assert outcomes.count(True) == 1


async def test_a_partner_is_nobody_to_be_erased(stores):
    partner = await stores.partner()
    assert not await stores.erasures.erase_again(partner.id, Erasure(mark=MARK, erased_at=NOON))
    assert (await stores.erasures.accounts(limit=9, after=None)).items == ()


async def test_entries_are_added_and_those_that_stand_stay(stores, clock: FakeClock):
    await stores.own_accounts.erase(await stores.person(), MARK)
    began = clock.now
    clock.move(hours=1)
    entries = [Erasure(mark=MARK, erased_at=clock.now), Erasure(mark=OTHER, erased_at=clock.now)]
    for _ in range(2):
        await stores.erasures.enter(entries)
    await stores.erasures.enter([])
    assert await stores.erasures.ledger() == [Erasure(mark=MARK, erased_at=began), entries[1]]


async def test_everybody_is_gone_through_page_by_page(stores):
    accounts = {(await stores.account()).id for _ in range(5)}
    seen, after = [], None
    while True:
        page = await stores.erasures.accounts(limit=2, after=after)
        seen += page.items
        after = page.next_after
        if after is None:
            break
    assert seen == sorted(accounts, reverse=True)
