"""SessionStore: a person sees and ends their own sessions, and everybody hears which have ended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from builders import FakeClock, ids
from credcore.accounts import Origin, refresh_outcome
from credcore.errors import NotFound, Unauthenticated

DAY = timedelta(days=1)


async def _session(stores, account, origin: Origin | None = None):
    family, token = ids.new_id(), ids.new_secret().encode()
    await stores.refresh_tokens.open_family(family, account.id, token, origin or Origin())
    return family, token


async def test_sessions_are_told_newest_first_with_where_they_come_from(stores, clock: FakeClock):
    account = await stores.account()
    begun = clock.now
    first, token = await _session(stores, account, Origin(address="192.0.2.7", agent="A browser"))
    clock.move(hours=1)
    second, _ = await _session(stores, account)
    await _session(stores, await stores.account())
    used = clock.move(hours=1)
    await stores.refresh_tokens.present(token, b"following", refresh_outcome)
    told = [
        (s.id, s.started_at, s.refreshed_at, s.address, s.agent) for s in await stores.sessions.live(account.caller)
    ]
    assert told == [
        (second, begun + timedelta(hours=1), begun + timedelta(hours=1), None, None),
        (first, begun, used, "192.0.2.7", "A browser"),
    ]


async def test_an_ended_session_is_gone_and_its_token_dead(stores):
    account = await stores.account()
    ended, token = await _session(stores, account)
    kept, _ = await _session(stores, account)
    await stores.sessions.end(account.caller, ended)
    assert [session.id for session in await stores.sessions.live(account.caller)] == [kept]
    with pytest.raises(Unauthenticated):
        await stores.refresh_tokens.present(token, b"following", refresh_outcome)
    with pytest.raises(NotFound):
        await stores.sessions.end(account.caller, ended)


async def test_somebody_elses_session_is_not_found_and_goes_on(stores):
    account, other = await stores.account(), await stores.account()
    theirs, _ = await _session(stores, other)
    for id in (theirs, ids.new_id()):
        with pytest.raises(NotFound):
            await stores.sessions.end(account.caller, id)
    assert len(await stores.sessions.live(other.caller)) == 1


async def test_a_session_that_rested_or_lasted_too_long_is_none(stores, clock: FakeClock):
    account = await stores.account()
    rested, _ = await _session(stores, account)
    lasting, token = await _session(stores, account)
    for day in (13, 26):
        clock.move(days=13)
        following = f"{day}".encode()
        await stores.refresh_tokens.present(token, following, refresh_outcome)
        token = following
        live = {session.id for session in await stores.sessions.live(account.caller)}
        assert (rested in live) is (day == 13)
    clock.move(days=3)
    assert [session.id for session in await stores.sessions.live(account.caller)] == [lasting]
    clock.move(days=1)
    assert await stores.sessions.live(account.caller) == []
    with pytest.raises(Unauthenticated):
        await stores.refresh_tokens.present(token, b"last", refresh_outcome)
    with pytest.raises(NotFound):
        await stores.sessions.end(account.caller, lasting)


async def test_whatever_ends_a_session_is_heard_of_for_as_long_as_it_matters(stores, clock: FakeClock):
    account = await stores.account()
    (ended, _), (left, leaving), (lost, _), (going_on, _) = [await _session(stores, account) for _ in range(4)]
    await stores.sessions.end(account.caller, ended)
    assert await stores.refresh_tokens.revoke_family_of(leaving) == left
    assert await stores.refresh_tokens.revoke_family_of(leaving) is None
    assert set(await stores.sessions.ended(DAY)) == {ended, left}
    clock.move(hours=12)
    await stores.passwords.change(account.caller_in(going_on), "hash-2")
    assert set(await stores.sessions.ended(DAY)) == {ended, left, lost}
    clock.move(hours=13)
    assert set(await stores.sessions.ended(DAY)) == {lost}


async def test_a_dead_token_sees_and_ends_no_session(stores):
    account = await stores.account()
    session, _ = await _session(stores, account)
    await stores.office.move_epoch(account.id)
    with pytest.raises(Unauthenticated):
        await stores.sessions.live(account.caller)
    with pytest.raises(Unauthenticated):
        await stores.sessions.end(account.caller, session)
