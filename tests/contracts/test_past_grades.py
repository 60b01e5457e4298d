"""PastGrades: a grade is found by all that it depends on, and by nothing less."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from builders import ESSAY, MODEL_CALL, FakeClock, grade
from credcore.grading import Grade, GradingTask
from credcore.grading_ports import Basis

LEASE = timedelta(seconds=20)


async def judged(stores, clock: FakeClock, **changes: object) -> tuple[GradingTask, Grade]:
    """Somebody's essay with an AI grade."""
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, ESSAY)
    [claim] = await stores.queue.claim(limit=1, lease=LEASE, max_attempts=5, assessment_id=begun.id)
    made = grade(claim.task, now=clock.now, call=replace(MODEL_CALL, **changes))  # type: ignore[arg-type]  # by name
    assert await stores.queue.finish(claim, made)
    return claim.task, made


def basis(task: GradingTask, made: Grade, **changes: object) -> Basis:
    found = Basis(
        question_id=task.question.id,
        question_version=task.question.version,
        rubric_hash=task.question.rubric_hash,
        answer_hash=made.answer_hash,
        model=MODEL_CALL.model,
        prompt_hash=MODEL_CALL.prompt_hash,
    )
    return replace(found, **changes)  # type: ignore[arg-type]  # by name


async def test_a_grade_is_found_by_what_it_depends_on_whoever_asks(stores, clock: FakeClock) -> None:
    task, made = await judged(stores, clock)
    assert await stores.past_grades.judged_before(basis(task, made)) == (made.id, made.judgement)


@pytest.mark.parametrize(
    "other", ["question_id", "question_version", "rubric_hash", "answer_hash", "model", "prompt_hash"]
)
async def test_nothing_is_found_where_one_thing_differs(stores, clock: FakeClock, other: str) -> None:
    task, made = await judged(stores, clock)
    assert await stores.past_grades.judged_before(basis(task, made, **{other: "another"})) is None


async def test_a_grade_that_no_model_gave_is_not_taken_again(stores, clock: FakeClock) -> None:
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, ESSAY)
    [claim] = await stores.queue.claim(limit=1, lease=LEASE, max_attempts=5, assessment_id=begun.id)
    made = grade(claim.task, now=clock.now)
    assert await stores.queue.finish(claim, made)
    assert await stores.past_grades.judged_before(basis(claim.task, made)) is None


async def test_the_oldest_is_found_first(stores, clock: FakeClock) -> None:
    task, first = await judged(stores, clock)
    clock.move(minutes=1)
    await judged(stores, clock)
    found = await stores.past_grades.judged_before(basis(task, first))
    assert found is not None
    assert found[0] == first.id


async def test_a_grade_says_which_one_it_was_taken_from(stores, clock: FakeClock) -> None:
    origin = uuid4()
    task, made = await judged(stores, clock, reused_from=origin)
    found = await stores.past_grades.judged_before(basis(task, made))
    assert found is not None
    assert found[1].call.reused_from == origin


async def test_what_an_erased_person_wrote_is_found_no_more(stores, clock: FakeClock) -> None:
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, ESSAY)
    [claim] = await stores.queue.claim(limit=1, lease=LEASE, max_attempts=5, assessment_id=begun.id)
    made = grade(claim.task, now=clock.now, call=MODEL_CALL)
    await stores.queue.finish(claim, made)
    await stores.office.erase(caller.id)
    assert await stores.past_grades.judged_before(basis(claim.task, made)) is None
