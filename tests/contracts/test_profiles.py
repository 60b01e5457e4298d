"""ProfileStore: completion happens once, whoever asks and however often, and what it made is never made again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from builders import (
    ESSAY,
    FORM,
    HOSTILE_TEXTS,
    INTEREST,
    MC,
    TIMED_ESSAY,
    TIMED_MC,
    FakeClock,
    Respond,
    answer,
    bank,
    conclusion,
    grade,
    grade_for,
    ids,
)
from credcore.assessment_ports import Conclusion
from credcore.errors import AssessmentNotCompleted, GradesPending, NotFound, NothingToScore, Unauthenticated
from credcore.feedback import DomainNote
from credcore.judged_answers import Record
from credcore.responses import Text

LEASE = timedelta(seconds=20)


def with_own_grades(*, provisional: bool = False):
    """A completion that judges every essay itself."""

    def decide(record: Record, now: datetime) -> Conclusion:
        essays = [id for id, response in record.responses.items() if isinstance(response.answer, Text)]
        made = [grade_for(record, id, now=now, provisional=provisional) for id in essays]
        return conclusion(record, now, made)

    return decide


async def claims(stores, assessment_id):
    return await stores.queue.claim(limit=9, lease=LEASE, max_attempts=5, assessment_id=assessment_id)


async def test_completion_is_told_all_that_happened(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller)
    responses = await stores.answer(caller, begun.id, *FORM)
    held = await claims(stores, begun.id)
    grades = [grade(claim.task, now=clock.now) for claim in held]
    for claim, made in zip(held, grades, strict=True):
        assert await stores.queue.finish(claim, made)
    told = []

    def decide(record: Record, now: datetime) -> Conclusion:
        told.append((record, now))
        return conclusion(record, now)

    clock.move(minutes=9)
    await stores.profiles.conclude(caller, begun.id, decide)
    [(record, now)] = told
    assert now == clock.now
    assert record.assessment == replace(
        begun, started_at=begun_at(record), expires_at=begun_at(record) + timedelta(hours=2)
    )
    assert record.questions == {id: bank().by_id[id] for id in FORM}
    assert record.responses == {response.question_id: response for response in responses}
    assert record.grades == {made.question_id: made for made in grades}


def begun_at(record: Record) -> datetime:
    return record.assessment.started_at


async def test_a_profile_comes_back_as_it_was_made(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, *FORM)
    completed = await stores.profiles.conclude(caller, begun.id, with_own_grades())
    assert completed.profile.completed_at == clock.now
    assert 2 <= len(completed.bundle) <= 3
    assert await stores.profiles.profile(caller, begun.id) == completed
    assert await stores.profiles.profile(caller, begun.id, revision=1) == completed
    assert (await stores.assessments.find(caller, begun.id)).assessment.completed_at == clock.now


async def test_scores_stay_exact(stores):
    caller = await stores.person()
    begun = await stores.begin(caller, (MC,))
    await stores.answer(caller, begun.id, MC)

    def decide(record: Record, now: datetime) -> Conclusion:
        made = conclusion(record, now)
        exact = replace(made.profile, overall=Fraction(10**30 + 1, 3 * 10**28), confidence=Fraction(1, 7))
        return replace(made, profile=exact, bundle=(replace(made.bundle[0], effort_hours=Decimal("0.10")),))

    await stores.profiles.conclude(caller, begun.id, decide)
    stored = await stores.profiles.profile(caller, begun.id)
    assert (stored.profile.overall, stored.profile.confidence) == (Fraction(10**30 + 1, 3 * 10**28), Fraction(1, 7))
    assert str(stored.bundle[0].effort_hours) == "0.10"


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
async def test_any_text_can_stand_in_a_profile_and_its_bundle(stores, text):
    caller = await stores.person()
    begun = await stores.begin(caller, (MC,))
    await stores.answer(caller, begun.id, MC)

    def decide(record: Record, now: datetime) -> Conclusion:
        made = conclusion(record, now)
        worded = replace(made.profile, strengths=(DomainNote(domain="d", text=text),))
        return Conclusion(profile=worded, bundle=tuple(replace(entry, reason=text) for entry in made.bundle))

    made = await stores.profiles.conclude(caller, begun.id, decide)
    assert await stores.profiles.profile(caller, begun.id) == made


async def test_a_bundle_keeps_its_order_and_may_be_empty(stores):
    caller = await stores.person()
    for size in (0, 3):
        begun = await stores.begin(caller, (MC,))
        await stores.answer(caller, begun.id, MC)
        made = []

        def decide(record: Record, now: datetime, size=size, made=made) -> Conclusion:
            whole = conclusion(record, now)
            made.append(replace(whole, bundle=whole.bundle[::-1][:size]))
            return made[-1]

        await stores.profiles.conclude(caller, begun.id, decide)
        assert (await stores.profiles.profile(caller, begun.id)).bundle == made[-1].bundle


async def test_completing_again_gives_the_same_and_decides_nothing(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, MC)
    first = await stores.profiles.conclude(caller, begun.id, conclusion)
    clock.move(days=1)

    def never(record: Record, now: datetime) -> Conclusion:
        raise AssertionError("it was decided already")

    assert await stores.profiles.conclude(caller, begun.id, never) == first


async def test_fifty_completions_at_once_make_one_profile(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, MC, ESSAY, INTEREST)
    decided = []

    def decide(record: Record, now: datetime) -> Conclusion:
        decided.append(now)
        return with_own_grades()(record, now)

    answers = await asyncio.gather(*(stores.profiles.conclude(caller, begun.id, decide) for _ in range(50)))
    assert len(decided) == 1
    assert all(completed == answers[0] for completed in answers)
    assert await stores.profiles.profile(caller, begun.id) == answers[0]


async def test_an_expired_assessment_is_completed_all_the_same(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, MC)
    clock.move(days=3)
    completed = await stores.profiles.conclude(caller, begun.id, conclusion)
    assert completed.profile.completed_at == clock.now


@pytest.mark.parametrize(
    ("answered", "refusal"), [((), NothingToScore), ((INTEREST,), NothingToScore), ((MC, ESSAY), GradesPending)]
)
async def test_what_the_rule_raises_leaves_everything_as_it_was(stores, answered, refusal):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, *answered)
    before = await stores.assessments.find(caller, begun.id)
    with pytest.raises(refusal):
        await stores.profiles.conclude(caller, begun.id, conclusion)
    assert await stores.assessments.find(caller, begun.id) == before
    with pytest.raises(AssessmentNotCompleted):
        await stores.profiles.profile(caller, begun.id)
    await stores.answer(caller, begun.id, TIMED_MC)


async def test_a_grade_that_completion_made_ends_the_job(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, ESSAY)
    await stores.profiles.conclude(caller, begun.id, with_own_grades())
    assert (await stores.assessments.find(caller, begun.id)).pending_grades == 0
    assert await claims(stores, begun.id) == []


async def test_a_provisional_grade_leaves_the_job(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, ESSAY)
    completed = await stores.profiles.conclude(caller, begun.id, with_own_grades(provisional=True))
    assert completed.profile.provisional
    assert (await stores.assessments.find(caller, begun.id)).pending_grades == 1
    assert len(await claims(stores, begun.id)) == 1


async def test_a_worker_whose_essay_completion_judged_comes_too_late(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, ESSAY)
    [claim] = await claims(stores, begun.id)
    await stores.profiles.conclude(caller, begun.id, with_own_grades())
    assert not await stores.queue.finish(claim, grade(claim.task))
    assert not await stores.queue.renew(claim, LEASE)
    assert not await stores.queue.give_back(claim, after=LEASE, error_code="late")


async def test_completion_and_late_grades_at_once_end_in_one_profile_and_no_job(stores):
    for _ in range(6):
        caller = await stores.person()
        begun = await stores.begin(caller)
        await stores.answer(caller, begun.id, ESSAY, TIMED_ESSAY)
        held = await claims(stores, begun.id)
        completed, *finished = await asyncio.gather(
            stores.profiles.conclude(caller, begun.id, with_own_grades()),
            *(stores.queue.finish(claim, grade(claim.task)) for claim in held),
        )
        assert {type(done) for done in finished} == {bool}
        assert await stores.profiles.profile(caller, begun.id) == completed
        assert (await stores.assessments.find(caller, begun.id)).pending_grades == 0


async def test_before_completion_there_is_no_profile(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    with pytest.raises(AssessmentNotCompleted):
        await stores.profiles.profile(caller, begun.id)
    with pytest.raises(AssessmentNotCompleted):
        await stores.profiles.profile(caller, begun.id, revision=1)


@pytest.mark.parametrize("revision", [0, 2, -1, 2**31, 2**64])
async def test_a_revision_that_was_not_made_is_not_found(stores, revision):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, MC)
    await stores.profiles.conclude(caller, begun.id, conclusion)
    with pytest.raises(NotFound):
        await stores.profiles.profile(caller, begun.id, revision=revision)


async def test_a_recommendation_opens_its_course_for_anybody(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, MC)
    completed = await stores.profiles.conclude(caller, begun.id, conclusion)
    for recommendation in completed.bundle:
        assert await stores.profiles.open_recommendation(recommendation.id) == recommendation.url
    assert await stores.profiles.profile(caller, begun.id) == completed
    with pytest.raises(NotFound) as refused:
        await stores.profiles.open_recommendation(ids.new_id())
    assert refused.value.what == "recommendation"


CALLS = {
    "conclude": lambda stores, caller, assessment_id: stores.profiles.conclude(caller, assessment_id, conclusion),
    "profile": lambda stores, caller, assessment_id: stores.profiles.profile(caller, assessment_id),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())


@every_call
async def test_anothers_assessment_is_not_found_like_one_that_does_not_exist(stores, call):
    owner, stranger = await stores.person(), await stores.partner()
    begun = await stores.begin(owner)
    await stores.answer(owner, begun.id, MC)
    for caller, asked in ((stranger, begun.id), (owner, ids.new_id())):
        with pytest.raises(NotFound) as refused:
            await call(stores, caller, asked)
        assert refused.value.what == "assessment"
    assert (await stores.assessments.find(owner, begun.id)).assessment.completed_at is None


@every_call
@pytest.mark.parametrize("completed", [False, True], ids=["in-progress", "completed"])
async def test_a_dead_token_opens_nothing(stores, call, completed):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, MC)
    if completed:
        await stores.profiles.conclude(caller, begun.id, conclusion)
    await stores.office.move_epoch(caller.id)
    with pytest.raises(Unauthenticated):
        await call(stores, caller, begun.id)
    await stores.office.erase(caller.id)
    with pytest.raises(Unauthenticated):
        await call(stores, replace(caller, epoch=2), begun.id)


async def test_what_the_rule_does_with_its_record_changes_nothing_stored(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, MC)

    def spoil(record: Record, now: datetime) -> Conclusion:
        for kept in (record.questions, record.responses, record.grades):
            assert isinstance(kept, dict)
            kept.clear()
        raise NothingToScore

    with pytest.raises(NothingToScore):
        await stores.profiles.conclude(caller, begun.id, spoil)
    again, _ = await stores.responses.respond(caller, begun.id, MC, Respond(MC, answer(MC)))
    assert again.ordinal == 1
    assert (await stores.profiles.conclude(caller, begun.id, conclusion)).profile.answers[0].status == "scored"
