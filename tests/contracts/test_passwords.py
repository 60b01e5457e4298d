"""PasswordStore: a new password ends what was had with the old one; a reset is spent once, in time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import FakeClock, ids
from credcore.accounts import UserRole, refresh_outcome
from credcore.audit import OPERATOR, Actor, Deed
from credcore.errors import Unauthenticated

HOUR = timedelta(hours=1)


async def _session(stores, account) -> tuple[object, bytes]:
    family, token = ids.new_id(), ids.new_secret().encode()
    await stores.refresh_tokens.open_family(family, account.id, token)
    return family, token


async def _refreshes(stores, token: bytes) -> bool:
    try:
        await stores.refresh_tokens.present(token, ids.new_secret().encode(), refresh_outcome)
    except Unauthenticated:
        return False
    return True


async def _reset(stores, email: str = "ada@example.org", token: bytes = b"reset") -> bool:
    return await stores.passwords.open_reset(OPERATOR, ids.new_id(), email, token, HOUR)


async def test_a_password_is_had_by_a_live_token_only(stores):
    account = await stores.account(email="ada@example.org")
    stored = await stores.passwords.of(account.caller)
    assert (stored.account, stored.password_hash, stored.second_factor) == (account, "a hash", None)
    with pytest.raises(Unauthenticated):
        await stores.passwords.of(replace(account.caller, epoch=7))
    with pytest.raises(Unauthenticated):
        await stores.passwords.of(await stores.partner())


async def test_a_new_password_ends_every_other_session_and_every_access_token(stores):
    account = await stores.account(email="ada@example.org")
    other = await stores.account()
    (kept, kept_token), (_, lost_token), (_, others_token) = [
        await _session(stores, whose) for whose in (account, account, other)
    ]
    await stores.passwords.change(account.caller_in(kept), "hash-2")
    with pytest.raises(Unauthenticated):
        await stores.accounts.of(account.caller)
    now = await stores.accounts.by_email("ada@example.org")
    assert (now.password_hash, now.account.epoch) == ("hash-2", account.epoch + 1)
    outcomes = [await _refreshes(stores, token) for token in (kept_token, lost_token, others_token)]
    assert outcomes == [True, False, True]
    assert await stores.accounts.of(other.caller) == other


async def test_an_earlier_token_changes_no_password(stores):
    account = await stores.account(email="ada@example.org")
    await stores.passwords.change(account.caller, "hash-2")
    for caller in (account.caller, await stores.partner()):
        with pytest.raises(Unauthenticated):
            await stores.passwords.change(caller, "hash-3")
    assert (await stores.accounts.by_email("ada@example.org")).password_hash == "hash-2"


async def test_of_many_changes_with_one_token_one_succeeds(stores):
    account = await stores.account(email="ada@example.org")
    tries = [stores.passwords.change(account.caller, f"hash-{n}") for n in range(10)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [Unauthenticated] * 9


async def test_a_sign_in_checked_against_the_password_before_opens_no_session(stores):
    account = await stores.account(email="ada@example.org")
    await stores.passwords.change(account.caller, "hash-2")
    with pytest.raises(Unauthenticated):
        await stores.refresh_tokens.open_family(ids.new_id(), account.id, b"token", epoch=account.epoch)
    await stores.refresh_tokens.open_family(ids.new_id(), account.id, b"token", epoch=account.epoch + 1)


async def test_a_reset_sets_the_password_once_and_ends_all_sessions(stores):
    account = await stores.account(email="ada@example.org")
    _, token = await _session(stores, account)
    assert await _reset(stores, "ADA@example.org")
    assert await stores.passwords.reset_of(b"reset") == account
    assert await stores.passwords.spend_reset(b"reset", "hash-2")
    assert not await stores.passwords.spend_reset(b"reset", "hash-3")
    assert await stores.passwords.reset_of(b"reset") is None
    assert (await stores.accounts.by_email("ada@example.org")).password_hash == "hash-2"
    assert not await _refreshes(stores, token)
    with pytest.raises(Unauthenticated):
        await stores.accounts.of(account.caller)


async def test_of_many_who_spend_a_reset_at_once_one_succeeds(stores):
    await stores.account(email="ada@example.org")
    await _reset(stores)
    spent = await asyncio.gather(*(stores.passwords.spend_reset(b"reset", f"hash-{n}") for n in range(10)))
    assert sorted(spent) == [False] * 9 + [True]


async def test_a_reset_is_good_for_its_time_only(stores, clock: FakeClock):
    await stores.account(email="ada@example.org")
    await _reset(stores)
    clock.move(minutes=59, seconds=59)
    assert await stores.passwords.reset_of(b"reset") is not None
    clock.move(seconds=1)
    assert await stores.passwords.reset_of(b"reset") is None
    assert not await stores.passwords.spend_reset(b"reset", "hash-2")


async def test_a_later_reset_voids_the_one_before(stores):
    await stores.account(email="ada@example.org")
    await _reset(stores, token=b"first")
    await _reset(stores, token=b"second")
    assert not await stores.passwords.spend_reset(b"first", "hash-2")
    assert await stores.passwords.spend_reset(b"second", "hash-2")


async def test_a_changed_password_voids_a_reset(stores):
    account = await stores.account(email="ada@example.org")
    await _reset(stores)
    await stores.passwords.change(account.caller, "hash-2")
    assert not await stores.passwords.spend_reset(b"reset", "hash-3")


async def test_for_an_unknown_address_there_is_no_reset_and_no_entry(stores):
    assert not await _reset(stores, "nobody@example.org")
    assert not await stores.passwords.spend_reset(b"unknown", "hash")
    assert (await stores.audit.entries(limit=10, after=None)).items == ()


async def test_a_reset_leaves_an_entry_and_only_administrators_open_one(stores):
    student = await stores.account(email="ada@example.org")
    admin = await stores.account(role=UserRole.ADMIN)
    with pytest.raises(Unauthenticated):
        await stores.passwords.open_reset(Actor(caller=student.caller), ids.new_id(), student.email, b"own", HOUR)
    assert await stores.passwords.reset_of(b"own") is None
    assert await stores.passwords.open_reset(Actor(caller=admin.caller), ids.new_id(), student.email, b"reset", HOUR)
    [entry] = (await stores.audit.entries(limit=10, after=None)).items
    assert (entry.deed, entry.actor_id, entry.subject_id) == (Deed.RESET_ISSUED, admin.id, student.id)
