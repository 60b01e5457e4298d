"""GradingQueue: what may be ending its workers is claimed alone, so that it takes nobody down with it for long."""

from __future__ import annotations

from datetime import timedelta

from builders import DOMAINS, FakeClock
from credcore.grading_ports import SUSPECT_AFTER, Claim

LEASE = timedelta(seconds=20)
ESSAYS = [f"{domain}-essay-2" for domain in DOMAINS]


async def _queued(stores) -> None:
    caller = await stores.person()
    begun = await stores.begin(caller, ESSAYS)
    await stores.answer(caller, begun.id, *ESSAYS)


async def _claim(stores, limit: int = 4) -> list[Claim]:
    return list(await stores.queue.claim(limit=limit, lease=LEASE, max_attempts=5))


async def _crash(stores, clock: FakeClock) -> list[Claim]:
    """A worker claims, and is never heard of again."""
    held = await _claim(stores)
    clock.move(seconds=21)
    return held


async def test_a_job_that_was_claimed_often_without_an_end_comes_alone(stores, clock: FakeClock) -> None:
    await _queued(stores)
    for _ in range(SUSPECT_AFTER):
        assert len(await _crash(stores, clock)) == len(ESSAYS)
    alone = [await _claim(stores) for _ in ESSAYS]
    assert [len(claims) for claims in alone] == [1] * len(ESSAYS)
    assert {claims[0].task.question.id for claims in alone} == set(ESSAYS)


async def test_a_job_under_suspicion_does_not_come_with_others(stores, clock: FakeClock) -> None:
    await _queued(stores)
    [oldest] = await stores.queue.claim(limit=1, lease=timedelta(seconds=60), max_attempts=5)
    suspects = [(await _claim(stores, limit=1))[0].task.question.id]
    clock.move(seconds=21)
    suspects += [(await _claim(stores, limit=1))[0].task.question.id]
    assert len(set(suspects)) == 1
    clock.move(seconds=60)
    others = [claim.task.question.id for claim in await _claim(stores)]
    assert others[0] == oldest.task.question.id
    assert len(others) == 3
    [last] = await _claim(stores)
    assert last.task.question.id == suspects[0]


async def test_what_came_back_is_under_no_suspicion_however_often_it_was_tried(stores, clock: FakeClock) -> None:
    await _queued(stores)
    for _ in range(SUSPECT_AFTER + 1):
        held = await _claim(stores)
        assert len(held) == len(ESSAYS)
        for claim in held:
            assert await stores.queue.give_back(claim, after=timedelta(0), error_code="timed-out")
    assert {claim.attempt for claim in await _claim(stores)} == {SUSPECT_AFTER + 2}


async def test_what_came_back_and_then_ends_a_worker_is_under_suspicion_again(stores, clock: FakeClock) -> None:
    await _queued(stores)
    for claim in await _claim(stores):
        await stores.queue.give_back(claim, after=timedelta(0), error_code="timed-out")
    assert len(await _crash(stores, clock)) == len(ESSAYS)
    assert len(await _claim(stores)) == 1


async def test_a_suspect_waits_for_nobody(stores, clock: FakeClock) -> None:
    await _queued(stores)
    for _ in range(SUSPECT_AFTER):
        await _crash(stores, clock)
    clock.move(seconds=1)
    caller = await stores.person()
    fresh = await stores.begin(caller, ESSAYS)
    await stores.answer(caller, fresh.id, *ESSAYS)
    [first] = await _claim(stores)
    assert first.task.assessment_id != fresh.id
