"""GradingQueue: what may be ending its workers is claimed alone, so that it takes nobody down with it for long."""

from __future__ import annotations

from datetime import timedelta

from builders import DOMAINS, FakeClock
from credcore.ports import SUSPECT_AFTER, Claim

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
    [suspect] = await _claim(stores, limit=1)
    clock.move(seconds=21)
    [again] = await _claim(stores, limit=1)
    assert again.task.question.id == suspect.task.question.id
    await stores.queue.give_back(again, after=timedelta(seconds=5), error_code="x")
    clock.move(seconds=6)
    others = await _claim(stores)
    assert suspect.task.question.id not in {claim.task.question.id for claim in others}
    assert len(others) == 3
    [last] = await _claim(stores)
    assert last.task.question.id == suspect.task.question.id


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
