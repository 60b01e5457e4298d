"""AccountStore: what is stored comes back, an address has one account, and only a live token opens its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from builders import HOSTILE_TEXTS, FakeClock, account, ids
from credcore.accounts import UserRole
from credcore.errors import EmailTaken, Unauthenticated


async def test_an_account_comes_back_as_it_was_stored_dated_by_the_store(stores, clock: FakeClock):
    given = account("ada@example.org", name="Ada \U0001f600 L.", role=UserRole.ADVISOR, ai_consent=True)
    stored = await stores.accounts.add(given, "hash-1")
    assert stored == replace(given, created_at=clock.now)
    assert await stores.accounts.of(stored.caller) == stored
    found = await stores.accounts.by_email("ada@example.org")
    assert found is not None
    assert (found.account, found.password_hash) == (stored, "hash-1")


async def test_an_unknown_address_has_no_account(stores):
    assert await stores.accounts.by_email("nobody@example.org") is None


@pytest.mark.parametrize("text", [*HOSTILE_TEXTS, "nul\x00", "half \ud800 a pair"])
async def test_any_text_can_be_looked_up_as_an_address(stores, text):
    assert await stores.accounts.by_email(text) is None


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
async def test_any_text_can_be_a_name(stores, name):
    stored = await stores.account(name=name)
    assert (await stores.accounts.of(stored.caller)).name == name


@pytest.mark.parametrize("again", ["ada@example.org", "ADA@Example.ORG"])
async def test_an_address_has_one_account_whatever_its_case(stores, again):
    first = await stores.account(email="ada@example.org")
    with pytest.raises(EmailTaken):
        await stores.account(email=again)
    found = await stores.accounts.by_email(again)
    assert found is not None
    assert found.account == first


async def test_of_many_registrations_of_one_address_at_once_one_succeeds(stores):
    tries = [stores.accounts.add(account("ada@example.org"), f"hash-{n}") for n in range(20)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, EmailTaken)]
    [made] = [outcome for outcome in outcomes if not isinstance(outcome, EmailTaken)]
    assert len(refused) == 19
    assert await stores.accounts.of(made.caller) == made


async def test_nobody_is_who_has_no_account(stores):
    with pytest.raises(Unauthenticated):
        await stores.accounts.of(account().caller)


async def test_a_token_of_an_earlier_epoch_is_dead(stores):
    caller = await stores.person()
    await stores.office.move_epoch(caller.id)
    with pytest.raises(Unauthenticated):
        await stores.accounts.of(caller)
    assert (await stores.accounts.of(replace(caller, epoch=2))).epoch == 2


async def test_a_partner_has_no_account_of_a_person(stores):
    with pytest.raises(Unauthenticated):
        await stores.accounts.of(await stores.partner())


async def test_an_erased_account_is_gone_and_its_address_is_free(stores):
    stored = await stores.account(email="ada@example.org")
    await stores.office.erase(stored.id)
    assert await stores.accounts.by_email("ada@example.org") is None
    with pytest.raises(Unauthenticated):
        await stores.accounts.of(stored.caller)
    await stores.account(email="ada@example.org")


async def test_a_password_is_hashed_anew_only_while_the_old_hash_stands(stores):
    stored = await stores.account(email="ada@example.org")
    await stores.accounts.replace_password_hash(stored.id, "a hash", "hash-2")
    await stores.accounts.replace_password_hash(stored.id, "a hash", "hash-3")
    await stores.accounts.replace_password_hash(ids.new_id(), "hash-2", "hash-4")
    found = await stores.accounts.by_email("ada@example.org")
    assert found is not None
    assert found.password_hash == "hash-2"


@pytest.mark.parametrize("kind", ["person", "partner"])
async def test_whoever_stands_is_admitted_until_their_tokens_are_dead(stores, kind):
    caller = await getattr(stores, kind)()
    await stores.accounts.admit(caller)
    await stores.office.move_epoch(caller.id)
    with pytest.raises(Unauthenticated):
        await stores.accounts.admit(caller)
    later = replace(caller, epoch=caller.epoch + 1)
    await stores.accounts.admit(later)
    await stores.office.erase(caller.id)
    with pytest.raises(Unauthenticated):
        await stores.accounts.admit(later)
