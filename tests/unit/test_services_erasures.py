"""After a restore those are erased again who had been erased: found by a keyed hash, since nobody keeps their id."""

from __future__ import annotations

import pytest

from account_world import PASSWORD, AccountWorld
from builders import ids
from credcore.audit import OPERATOR, Actor, Deed
from credcore.erasures import Ledger, OtherKey, erasure_mark, ledger_key
from credcore.errors import Forbidden, Unauthenticated
from credcore.memory import MemoryAudit, MemoryErasures, MemoryLearners, MemoryState, RandomIds
from credcore.services.erasures import Applied, Erasures


@pytest.fixture
def world() -> AccountWorld:
    return AccountWorld()


def erasures_in(state: MemoryState, key: bytes = b"l" * 32) -> Erasures:
    return Erasures(
        store=MemoryErasures(state),
        learners=MemoryLearners(state),
        audit=MemoryAudit(state),
        ids=RandomIds(),
        key=key,
    )


async def test_whoever_a_restore_brings_back_is_erased_again_and_nobody_else(world: AccountWorld) -> None:
    ada, bob = await world.register(), await world.register("bob@example.org")
    backup = dict(world.state.accounts), dict(world.state.secrets)
    await world.own.erase(ada.caller, PASSWORD)
    ledger = await erasures_in(world.state).ledger()
    world.state.accounts, world.state.secrets = backup
    world.state.erasures = {}
    assert await world.accounts.me(ada.caller)

    assert await erasures_in(world.state).apply(OPERATOR, ledger) == Applied(entries=1, erased=1)
    with pytest.raises(Unauthenticated):
        await world.accounts.me(ada.caller)
    assert await world.accounts.me(bob.caller)
    assert await erasures_in(world.state).ledger() == ledger, "the next backup knows it, too"
    assert await erasures_in(world.state).apply(OPERATOR, ledger) == Applied(entries=1, erased=0)
    assert [(entry.deed, entry.detail) for entry in world.state.audit] == [
        (Deed.ERASURES_APPLIED, "1 of 1 entries were there"),
        (Deed.ERASURES_APPLIED, "0 of 1 entries were there"),
    ]


async def test_a_ledger_names_nobody(world: AccountWorld) -> None:
    ada = await world.register()
    await world.own.erase(ada.caller, PASSWORD)
    [erasure] = (await erasures_in(world.state).ledger()).erasures
    assert len(erasure.mark) == 32
    assert ada.account.id.bytes not in erasure.mark
    assert erasure.mark != erasure_mark(ada.account.id, b"a guessed key")


async def test_a_ledger_of_another_service_is_refused_and_nothing_is_done(world: AccountWorld) -> None:
    ada = await world.register()
    here, other = erasures_in(world.state), erasures_in(MemoryState(), b"o" * 32)
    foreign = await other.ledger()
    for attempt in (here.apply(OPERATOR, foreign), here.ledger(foreign)):
        with pytest.raises(OtherKey):
            await attempt
    assert await world.accounts.me(ada.caller)
    assert world.state.audit == []


async def test_a_ledger_written_over_an_older_copy_loses_nothing_of_it(world: AccountWorld) -> None:
    gone = await world.register()
    await world.own.erase(gone.caller, PASSWORD)
    copy = await erasures_in(world.state).ledger()
    world.state.erasures = {}  # an older backup came back
    world.clock.move(hours=1)
    ada = await world.register("ada2@example.org")
    await world.own.erase(ada.caller, PASSWORD)
    both = await erasures_in(world.state).ledger(copy)
    assert [erasure.mark for erasure in both.erasures] == [
        erasure_mark(id, b"l" * 32) for id in (gone.account.id, ada.account.id)
    ]


async def test_nobody_but_the_operator_or_an_administrator_applies_one(world: AccountWorld) -> None:
    ada = await world.register()
    with pytest.raises(Forbidden):
        await erasures_in(world.state).apply(Actor(caller=ada.caller), Ledger(key_check=b"", erasures=()))


def test_keys_and_marks_are_their_own_and_the_same_again() -> None:
    one, other = ledger_key(b"k" * 32), ledger_key(b"j" * 32)
    assert (len(one), one == ledger_key(b"k" * 32), one == other) == (32, True, False)
    id = ids.new_id()
    assert erasure_mark(id, one) == erasure_mark(id, one)
    assert len({erasure_mark(id, one), erasure_mark(id, other), erasure_mark(ids.new_id(), one)}) == 3
