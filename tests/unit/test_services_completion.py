"""Completing: it waits for what is being judged, it always ends, and it ends once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest

from builders import ids
from credcore.accounts import Caller, CallerKind, Scope
from credcore.blueprint import FormName
from credcore.catalogue import Band
from credcore.errors import AssessmentNotCompleted, Forbidden, NotFound, NothingToScore
from credcore.grading import Flag, grade_of
from credcore.questions import QuestionType
from samples import TEST_GRADER, judgement, right_answer
from world import MOMENT, PATIENCE, DownGrader, HangingGrader, ScriptedGrader, World, opened


@pytest.fixture
async def world() -> World:
    return await opened()


@pytest.fixture
async def caller(world: World) -> Caller:
    return (await world.student()).caller


async def finished(world: World, caller: Caller, form: FormName = FormName.STANDARD) -> UUID:
    id = await world.started(caller, form)
    await world.answer_all(caller, id)
    return id


@pytest.mark.parametrize("form", FormName)
async def test_completing_gives_the_profile_and_two_or_three_courses(
    world: World, caller: Caller, form: FormName
) -> None:
    id = await finished(world, caller, form)
    done = await world.completion.complete(caller, id)
    assert (done.profile.assessment_id, done.profile.overall, done.profile.band) == (id, 100, Band.HIGH)
    assert 2 <= len(done.bundle) <= 3
    assert not done.profile.provisional
    assert (await world.assessments.find(caller, id)).assessment.completed_at == world.clock.now


async def test_completing_again_gives_the_same_again_however_late(world: World, caller: Caller) -> None:
    id = await finished(world, caller)
    first = await world.completion.complete(caller, id)
    world.clock.move(days=400)
    assert await world.completion.complete(caller, id) == first
    assert await world.profiles.profile(caller, id) == first
    assert await world.profiles.profile(caller, id, 1) == first
    assert await world.profiles.recommendations(caller, id) == first.bundle


async def test_fifty_completions_at_once_give_one_profile_and_one_bundle(world: World, caller: Caller) -> None:
    id = await finished(world, caller)
    results = await asyncio.gather(*(world.completion.complete(caller, id) for _ in range(50)))
    assert all(result is results[0] for result in results)


async def test_what_was_answered_in_time_deserves_its_profile_after_expiry_too(world: World, caller: Caller) -> None:
    id = await world.started(caller)
    await world.answer_essays(caller, id)
    world.clock.move(hours=3)
    profile = (await world.completion.complete(caller, id)).profile
    assert sum(answer.status == "unanswered" for answer in profile.answers) == 5
    assert profile.completed_at == world.clock.now


@pytest.mark.parametrize("kinds", [[], [QuestionType.INTEREST]])
async def test_there_is_nothing_to_complete_without_a_scored_answer(
    world: World, caller: Caller, kinds: list[QuestionType]
) -> None:
    id = await world.started(caller)
    row = world.state.assessments[id]
    for question in row.questions.values():
        if question.type in kinds:
            await world.assessments.answer(caller, id, question.id, right_answer(question))
    with pytest.raises(NothingToScore):
        await world.completion.complete(caller, id)
    assert row.assessment.completed_at is None
    assert row.completed == []


async def test_completion_judges_itself_what_no_worker_holds(world: World, caller: Caller) -> None:
    id = await finished(world, caller)
    grader = ScriptedGrader(share="0.4")
    completion = world.completing(worker=world.another_worker(grader))
    profile = (await completion.complete(caller, id)).profile
    assert len(grader.asked) == 5
    assert not profile.provisional
    assert {answer.grader for answer in profile.answers if answer.type is QuestionType.ESSAY} == {TEST_GRADER}
    assert world.state.assessments[id].jobs == {}


async def test_completion_waits_for_what_a_worker_holds(world: World, caller: Caller) -> None:
    id = await finished(world, caller)
    hanging = HangingGrader()
    holding = asyncio.create_task(world.another_worker(hanging).work(id))
    await hanging.started.wait()
    completing = asyncio.create_task(world.completing().complete(caller, id))
    await asyncio.sleep(0)
    assert not completing.done()
    hanging.let_go.set()
    await holding
    assert not (await completing).profile.provisional


@pytest.mark.parametrize("grader", [HangingGrader, DownGrader])
async def test_when_the_time_is_up_the_fallback_judges_and_the_profile_says_so(
    world: World, caller: Caller, grader: Callable[[], HangingGrader | DownGrader]
) -> None:
    id = await finished(world, caller)
    completion = world.completing(timeout=MOMENT, worker=world.another_worker(grader()))
    began = asyncio.get_running_loop().time()
    profile = (await completion.complete(caller, id)).profile
    assert asyncio.get_running_loop().time() - began < 30 * MOMENT.total_seconds()
    assert profile.provisional
    essays = [answer for answer in profile.answers if answer.type is QuestionType.ESSAY]
    assert [answer.flags for answer in essays] == [{Flag.PROVISIONAL}] * 5
    assert set(world.state.assessments[id].jobs) == {answer.question_id for answer in essays}


async def test_a_fallback_that_is_not_provisional_ends_the_jobs(caller: Caller, world: World) -> None:
    id = await finished(world, caller)
    final = replace(
        world.completing(timeout=MOMENT, worker=world.another_worker(DownGrader())),
        fallback=lambda task: judgement(task.question, "0.5"),
    )
    assert not (await final.complete(caller, id)).profile.provisional
    assert world.state.assessments[id].jobs == {}


async def test_grades_that_are_there_already_are_kept_and_only_the_rest_falls_back(
    world: World, caller: Caller
) -> None:
    id = await world.started(caller)
    first, *rest = await world.answer_essays(caller, id)
    [claim, *_] = await world.queue.claim(limit=1, lease=PATIENCE, max_attempts=5, assessment_id=id)
    assert claim.task.question.id == first
    grade = world.fallback(claim.task)
    kept = grade_of(claim.task, replace(grade, flags=frozenset()), grade_id=ids.new_id(), now=world.clock.now)
    assert await world.queue.finish(claim, kept)
    completion = world.completing(timeout=MOMENT, worker=world.another_worker(DownGrader()))
    profile = (await completion.complete(caller, id)).profile
    flags = {answer.question_id: answer.flags for answer in profile.answers if answer.grader == TEST_GRADER}
    assert flags == {first: frozenset()} | dict.fromkeys(rest, frozenset({Flag.PROVISIONAL}))
    assert world.state.assessments[id].grades[first] == kept


# --- reading ----------------------------------------------------------------------------------------------------------


async def test_there_is_no_profile_before_completion_and_none_of_an_unknown_revision(
    world: World, caller: Caller
) -> None:
    id = await finished(world, caller)
    with pytest.raises(AssessmentNotCompleted):
        await world.profiles.profile(caller, id)
    with pytest.raises(AssessmentNotCompleted):
        await world.profiles.recommendations(caller, id)
    await world.completion.complete(caller, id)
    with pytest.raises(NotFound):
        await world.profiles.profile(caller, id, 2)


async def test_a_recommendation_leads_to_its_course_and_the_click_is_counted(world: World, caller: Caller) -> None:
    id = await finished(world, caller)
    unfinished = await world.started(caller)
    assert unfinished != id
    first = (await world.completion.complete(caller, id)).bundle[0]
    for _ in range(2):
        assert await world.profiles.open_recommendation(first.id) == first.url
    assert world.profile_store.clicks == {first.id: 2}
    with pytest.raises(NotFound):
        await world.profiles.open_recommendation(ids.new_id())


async def test_somebody_else_completes_and_reads_nothing(world: World, caller: Caller) -> None:
    id = await finished(world, caller)
    eve = (await world.student()).caller
    with pytest.raises(NotFound):
        await world.completion.complete(eve, id)
    await world.completion.complete(caller, id)
    with pytest.raises(NotFound):
        await world.profiles.profile(eve, id)
    with pytest.raises(NotFound):
        await world.profiles.recommendations(eve, id)


@pytest.mark.parametrize("missing", Scope)
async def test_each_scope_of_a_partner_opens_its_own_calls(world: World, missing: Scope) -> None:
    lms = Caller(id=ids.new_id(), kind=CallerKind.PARTNER, epoch=1, scopes=frozenset(Scope) - {missing})
    world.state.partners[lms.id] = 1
    able = replace(lms, scopes=frozenset(Scope))
    id = await finished(world, able, FormName.SCREENER)
    calls = {
        Scope.ASSESSMENTS_WRITE: world.completion.complete,
        Scope.PROFILES_READ: world.profiles.profile,
        Scope.RECOMMENDATIONS_READ: world.profiles.recommendations,
    }
    await world.completion.complete(able, id)
    for scope, call in calls.items():
        if scope is missing:
            with pytest.raises(Forbidden):
                await call(lms, id)
        else:
            assert await call(lms, id)
