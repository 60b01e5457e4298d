"""Essays that ended their workers time and again: completion judges them at once, and asks for a person."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from credcore.grading import Flag
from credcore.profile import build_profile, revised
from credcore.services.grading import QueuePolicy
from samples import judgement
from world import opened

ONCE = QueuePolicy(max_attempts=1)


async def test_completion_does_not_wait_for_a_dead_job() -> None:
    world = await opened(policy=ONCE)
    caller = (await world.student()).caller
    id = await world.started(caller)
    essays = await world.answer_essays(caller, id)
    await world.queue.claim(limit=99, lease=timedelta(seconds=5), max_attempts=1)  # and nobody hears of them again
    world.clock.move(seconds=6)
    async with asyncio.timeout(5):
        profile = (await world.completion.complete(caller, id)).profile
    judged = [answer for answer in profile.answers if answer.question_id in essays]
    assert len(judged) == len(essays)
    assert all(Flag.NEEDS_REVIEW in answer.flags for answer in judged)


async def test_only_the_dead_ones_are_marked_for_review() -> None:
    world = await opened(policy=ONCE)
    caller = (await world.student()).caller
    id = await world.started(caller)
    essays = await world.answer_essays(caller, id)
    [dead] = await world.queue.claim(limit=1, lease=timedelta(seconds=5), max_attempts=1)
    world.clock.move(seconds=6)
    profile = (await world.completion.complete(caller, id)).profile
    for_review = {answer.question_id for answer in profile.answers if Flag.NEEDS_REVIEW in answer.flags}
    assert for_review == {dead.task.question.id}
    assert len(essays) == 5


async def test_a_profile_is_revised_to_what_its_grades_would_have_made_of_it() -> None:
    world = await opened()
    caller = (await world.student()).caller
    id = await world.started(caller)
    await world.answer_all(caller, id)
    completed = (await world.completion.complete(caller, id)).profile
    record = world.state.assessments[id].record()
    assert revised(completed, record) is None
    role = world.bank.role(record.assessment.role)
    id_of_one, one = min(record.grades.items())
    worse = replace(one, judgement=judgement(record.questions[id_of_one], "0.2"))
    changed = replace(record, grades={**record.grades, id_of_one: worse})
    after = revised(completed, changed)
    assert after == build_profile(changed, role, completed_at=completed.completed_at, revision=2)
    assert after is not None
    assert after.overall < completed.overall
