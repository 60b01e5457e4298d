"""IdempotencyStore: a key is one request of one caller; its answer is given again, its effect had once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import FakeClock, ids
from credcore.errors import IdempotencyKeyReused, RequestInProgress, Unauthenticated
from credcore.ports import Fresh, Replay

LEASE = timedelta(seconds=30)
REPLY = Replay(
    status=201,
    body='{"name": "\u05e9\u05dc\u05d5\u05dd \U0001f600"}'.encode() + bytes(range(256)),
    headers=(("location", "/assessments/1"), ("x-twice", "a"), ("x-twice", "b")),
)


async def claim(stores, caller, key="key", request=b"request", effect_id=None):
    return await stores.idempotency.claim(caller, key, request, effect_id=effect_id or ids.new_id(), lease=LEASE)


async def test_the_first_request_runs_with_its_own_effect_id(stores):
    effect, caller = ids.new_id(), await stores.person()
    held = await claim(stores, caller, effect_id=effect)
    assert held == Fresh(caller_id=caller.id, key="key", effect_id=effect, token=held.token)


async def test_a_settled_request_is_answered_with_the_first_answer(stores, clock: FakeClock):
    caller = await stores.person()
    await stores.idempotency.settle(await claim(stores, caller), REPLY)
    clock.move(hours=24)
    assert await claim(stores, caller) == REPLY
    assert await claim(stores, caller) == REPLY


async def test_a_reply_may_be_empty(stores):
    caller = await stores.person()
    empty = Replay(status=204, body=b"", headers=())
    await stores.idempotency.settle(await claim(stores, caller), empty)
    assert await claim(stores, caller) == empty


async def test_while_the_first_one_runs_the_same_request_has_to_wait(stores, clock: FakeClock):
    caller = await stores.person()
    await claim(stores, caller)
    clock.move(seconds=30, microseconds=-1)
    with pytest.raises(RequestInProgress):
        await claim(stores, caller)


async def test_what_was_never_settled_is_taken_over_with_the_first_effect_id(stores, clock: FakeClock):
    caller, effect = await stores.person(), ids.new_id()
    await claim(stores, caller, effect_id=effect)
    clock.move(seconds=30)
    assert (await claim(stores, caller)).effect_id == effect
    with pytest.raises(RequestInProgress):
        await claim(stores, caller)


@pytest.mark.parametrize("settled", [False, True], ids=["running", "settled"])
async def test_the_key_of_another_request_is_refused(stores, settled):
    caller = await stores.person()
    held = await claim(stores, caller)
    if settled:
        await stores.idempotency.settle(held, REPLY)
    with pytest.raises(IdempotencyKeyReused):
        await claim(stores, caller, request=b"another")


async def test_another_request_does_not_take_over_either(stores, clock: FakeClock):
    caller, effect = await stores.person(), ids.new_id()
    await claim(stores, caller, effect_id=effect)
    clock.move(minutes=5)
    with pytest.raises(IdempotencyKeyReused):
        await claim(stores, caller, request=b"another")
    assert (await claim(stores, caller)).effect_id == effect


async def test_a_released_key_is_free(stores):
    caller, effect = await stores.person(), ids.new_id()
    await stores.idempotency.release(await claim(stores, caller))
    assert (await claim(stores, caller, request=b"another", effect_id=effect)).effect_id == effect


async def test_what_is_settled_is_not_released_by_a_straggler(stores):
    caller = await stores.person()
    held = await claim(stores, caller)
    await stores.idempotency.settle(held, REPLY)
    await stores.idempotency.release(held)
    assert await stores.idempotency.renew(held, LEASE) is False
    assert await claim(stores, caller) == REPLY


async def test_the_first_answer_stands(stores):
    caller = await stores.person()
    held = await claim(stores, caller)
    await stores.idempotency.settle(held, REPLY)
    await stores.idempotency.settle(held, replace(REPLY, status=200))
    assert await claim(stores, caller) == REPLY


async def test_settling_or_releasing_what_was_never_claimed_does_nothing(stores):
    caller = await stores.person()
    never = Fresh(caller_id=caller.id, key="key", effect_id=ids.new_id(), token=ids.new_id())
    await stores.idempotency.settle(never, REPLY)
    await stores.idempotency.release(never)
    await stores.idempotency.let_go(never)
    assert await stores.idempotency.renew(never, LEASE) is False
    assert isinstance(await claim(stores, caller), Fresh)


async def test_a_renewed_claim_is_not_taken_over_until_its_new_lease_is_over(stores, clock: FakeClock):
    caller = await stores.person()
    held = await claim(stores, caller)
    for _ in range(5):
        clock.move(seconds=29)
        assert await stores.idempotency.renew(held, LEASE) is True
    clock.move(seconds=30, microseconds=-1)
    with pytest.raises(RequestInProgress):
        await claim(stores, caller)
    clock.move(microseconds=1)
    assert (await claim(stores, caller)).effect_id == held.effect_id


async def test_a_claim_past_its_lease_is_its_holders_until_it_is_taken_over(stores, clock: FakeClock):
    caller = await stores.person()
    held = await claim(stores, caller)
    clock.move(minutes=5)
    assert await stores.idempotency.renew(held, LEASE) is True
    clock.move(minutes=5)
    await stores.idempotency.settle(held, REPLY)
    assert await claim(stores, caller) == REPLY


async def test_a_straggler_changes_nothing_of_a_claim_that_was_taken_over(stores, clock: FakeClock):
    caller = await stores.person()
    straggler = await claim(stores, caller)
    clock.move(seconds=30)
    holder = await claim(stores, caller)
    assert holder.effect_id == straggler.effect_id
    assert holder.token != straggler.token

    assert await stores.idempotency.renew(straggler, timedelta(hours=1)) is False
    await stores.idempotency.release(straggler)
    await stores.idempotency.let_go(straggler)
    await stores.idempotency.settle(straggler, replace(REPLY, body=b"the straggler's"))

    clock.move(seconds=30, microseconds=-1)
    with pytest.raises(RequestInProgress):
        await claim(stores, caller)
    await stores.idempotency.settle(holder, REPLY)
    assert await claim(stores, caller) == REPLY


async def test_fifty_claims_at_once_let_one_through(stores):
    caller = await stores.person()
    outcomes = await asyncio.gather(*(claim(stores, caller) for _ in range(50)), return_exceptions=True)
    assert sum(isinstance(outcome, Fresh) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, RequestInProgress) for outcome in outcomes) == 49


async def test_fifty_take_overs_at_once_let_one_through(stores, clock: FakeClock):
    caller = await stores.person()
    await claim(stores, caller)
    clock.move(minutes=1)
    outcomes = await asyncio.gather(*(claim(stores, caller) for _ in range(50)), return_exceptions=True)
    assert sum(isinstance(outcome, Fresh) for outcome in outcomes) == 1


async def test_the_same_key_of_another_caller_is_another_key(stores):
    caller, other = await stores.person(), await stores.partner()
    await stores.idempotency.settle(await claim(stores, caller), REPLY)
    assert isinstance(await claim(stores, other, request=b"another"), Fresh)


@pytest.mark.parametrize("key", ["a" * 255, "'; --", "\U0001f600", "k\u00e9y", " "])
async def test_any_text_can_be_a_key(stores, key):
    caller = await stores.person()
    await stores.idempotency.settle(await claim(stores, caller, key=key), REPLY)
    assert await claim(stores, caller, key=key) == REPLY


async def test_a_dead_token_claims_nothing_and_sees_no_answer(stores):
    caller = await stores.person()
    await stores.idempotency.settle(await claim(stores, caller), REPLY)
    await stores.office.move_epoch(caller.id)
    for key in ("key", "new"):
        with pytest.raises(Unauthenticated):
            await claim(stores, caller, key=key)
    assert await claim(stores, replace(caller, epoch=2)) == REPLY


async def test_an_erased_caller_claims_nothing(stores):
    caller = await stores.person()
    await stores.office.erase(caller.id)
    with pytest.raises(Unauthenticated):
        await claim(stores, caller)


async def test_what_is_settled_is_not_let_go_by_a_straggler(stores):
    caller = await stores.person()
    held = await claim(stores, caller)
    await stores.idempotency.settle(held, REPLY)
    await stores.idempotency.let_go(held)
    assert await claim(stores, caller) == REPLY


async def test_a_claim_that_was_let_go_is_taken_over_at_once_with_its_effect(stores):
    caller = await stores.person()
    arguments = {"request_hash": b"h" * 32, "lease": timedelta(seconds=60)}
    first = await stores.idempotency.claim(caller, "k", effect_id=ids.new_id(), **arguments)
    await stores.idempotency.let_go(first)
    second = await stores.idempotency.claim(caller, "k", effect_id=ids.new_id(), **arguments)
    assert second.effect_id == first.effect_id
    with pytest.raises(RequestInProgress):
        await stores.idempotency.claim(caller, "k", effect_id=ids.new_id(), **arguments)
