"""Grades that come after completion: the profile's next revision, stored with the grade or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from tests.contracts.test_profiles import with_own_grades

from builders import ESSAY, FORM, MC, MODEL_CALL, TIMED_ESSAY, FakeClock, conclusion, grade, grade_for
from credcore.assessment_ports import Completed, Conclusion
from credcore.errors import GradesPending, NotFound
from credcore.grading import Grade, GraderRef, GradingTask
from credcore.judged_answers import Record
from credcore.responses import Text

LEASE = timedelta(seconds=20)


def better(task: GradingTask) -> Grade:
    """All points, by a model that people agree with more."""
    made = grade(task, call=MODEL_CALL)
    whole = tuple(replace(c, points=Decimal(c.max_points), evidence="What it is") for c in made.judgement.criteria)
    model = GraderRef(name="a-model", version="1", reliability=Decimal("0.8"))
    return replace(made, judgement=replace(made.judgement, criteria=whole, grader=model))


async def completed_provisionally(stores, *essays: str):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, MC, *essays)
    completed: Completed = await stores.profiles.conclude(caller, begun.id, with_own_grades(provisional=True))
    return caller, begun.id, completed


async def claim(stores, assessment_id, *, max_attempts: int = 5):
    return await stores.queue.claim(limit=9, lease=LEASE, max_attempts=max_attempts, assessment_id=assessment_id)


async def test_a_better_grade_makes_the_next_revision(stores, clock: FakeClock) -> None:
    caller, id, first = await completed_provisionally(stores, ESSAY)
    clock.move(minutes=5)
    [held] = await claim(stores, id)
    assert await stores.queue.finish(held, better(held.task))
    second = await stores.profiles.profile(caller, id)
    assert (first.profile.provisional, second.profile.provisional) == (True, False)
    assert (first.profile.revision, second.profile.revision) == (1, 2)
    assert second.profile.completed_at == first.profile.completed_at
    assert second.profile.overall > first.profile.overall
    assert second.profile.confidence > first.profile.confidence


async def test_earlier_revisions_and_the_bundle_stay_as_they_were(stores) -> None:
    caller, id, first = await completed_provisionally(stores, ESSAY, TIMED_ESSAY)
    for held in await claim(stores, id):
        assert await stores.queue.finish(held, better(held.task))
    third = await stores.profiles.profile(caller, id)
    assert third.profile.revision == 3
    assert third.bundle == first.bundle
    assert await stores.profiles.profile(caller, id, revision=1) == first
    assert (await stores.profiles.profile(caller, id, revision=2)).profile.provisional
    with pytest.raises(NotFound):
        await stores.profiles.profile(caller, id, revision=4)


async def test_completing_again_gives_the_latest_revision(stores) -> None:
    caller, id, _ = await completed_provisionally(stores, ESSAY)
    [held] = await claim(stores, id)
    await stores.queue.finish(held, better(held.task))
    again = await stores.profiles.conclude(caller, id, conclusion)
    assert again.profile.revision == 2
    assert again == await stores.profiles.profile(caller, id)


async def test_a_grade_that_comes_to_the_same_makes_no_revision(stores) -> None:
    caller, id, first = await completed_provisionally(stores, ESSAY)
    [held] = await claim(stores, id)
    assert await stores.queue.finish(held, grade(held.task, provisional=True))
    assert await stores.profiles.profile(caller, id) == first
    assert (await stores.assessments.find(caller, id)).pending_grades == 0


async def test_a_late_grade_that_is_refused_revises_nothing(stores, clock: FakeClock) -> None:
    caller, id, first = await completed_provisionally(stores, ESSAY)
    [stalled] = await claim(stores, id)
    clock.move(seconds=21)
    [held] = await claim(stores, id)
    assert not await stores.queue.finish(stalled, grade(stalled.task))
    assert await stores.profiles.profile(caller, id) == first
    assert await stores.queue.finish(held, better(held.task))
    assert (await stores.profiles.profile(caller, id)).profile.revision == 2


async def test_two_grades_at_once_make_two_revisions(stores) -> None:
    caller, id, _ = await completed_provisionally(stores, ESSAY, TIMED_ESSAY)
    held = await claim(stores, id)
    assert await asyncio.gather(*(stores.queue.finish(one, better(one.task)) for one in held)) == [True, True]
    latest = await stores.profiles.profile(caller, id)
    assert (latest.profile.revision, latest.profile.provisional) == (3, False)


async def test_completion_is_told_which_jobs_are_dead(stores, clock: FakeClock) -> None:
    caller = await stores.person()
    begun = await stores.begin(caller, FORM)
    await stores.answer(caller, begun.id, ESSAY, TIMED_ESSAY)
    [first, _] = await claim(stores, begun.id, max_attempts=1)
    assert await stores.queue.finish(first, grade(first.task))
    clock.move(seconds=21)
    assert await claim(stores, begun.id, max_attempts=1) == []
    told = []

    def decide(record: Record, now: datetime) -> Conclusion:
        told.append(record.dead)
        return conclusion(record, now)

    with pytest.raises(GradesPending):
        await stores.profiles.conclude(caller, begun.id, decide)
    assert told == [{ESSAY, TIMED_ESSAY} - {first.task.question.id}]


async def test_a_job_that_is_only_waiting_or_held_is_not_dead(stores, clock: FakeClock) -> None:
    caller = await stores.person()
    begun = await stores.begin(caller, FORM)
    await stores.answer(caller, begun.id, ESSAY, TIMED_ESSAY)
    await claim(stores, begun.id, max_attempts=1)

    def decide(record: Record, now: datetime) -> Conclusion:
        assert record.dead == frozenset()
        essays = [id for id, response in record.responses.items() if isinstance(response.answer, Text)]
        return conclusion(record, now, [grade_for(record, id, now=now) for id in essays])

    await stores.profiles.conclude(caller, begun.id, decide)
