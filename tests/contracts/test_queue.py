"""GradingQueue: every essay is graded once, claims count and never overlap, and only the holder may end a job."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from builders import (
    ESSAY,
    HOSTILE_TEXTS,
    MC,
    MODEL_CALL,
    TIMED_ESSAY,
    FakeClock,
    Respond,
    bank,
    conclusion,
    grade,
    ids,
)
from credcore.budget import Limits, Reservation
from credcore.errors import GradesPending
from credcore.grading import CriterionResult, Grade, GradingTask
from credcore.responses import Text

LEASE = timedelta(seconds=20)
ESSAYS = tuple(id for id in bank().by_id if "essay" in id)


async def claim(stores, *, limit=50, max_attempts=5, assessment_id=None, lease=LEASE):
    return await stores.queue.claim(limit=limit, lease=lease, max_attempts=max_attempts, assessment_id=assessment_id)


async def one_job(stores):
    """An assessment with one essay that waits; the owner, its id, and the claim that holds it."""
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, ESSAY)
    [held] = await claim(stores)
    return caller, begun.id, held


async def pending(stores, caller, assessment_id):
    return (await stores.assessments.find(caller, assessment_id)).pending_grades


async def recorded(stores, caller, assessment_id):
    seen = []

    def look(record, now):
        seen.append(record)
        raise GradesPending(())

    with pytest.raises(GradesPending):
        await stores.profiles.conclude(caller, assessment_id, look)
    return seen[0]


async def current_grades(stores, caller, assessment_id):
    return dict((await recorded(stores, caller, assessment_id)).grades)


async def dead(stores, caller, assessment_id):
    return set((await recorded(stores, caller, assessment_id)).dead)


def call_for(assessment_id):
    return Reservation(
        id=ids.new_id(),
        assessment_id=assessment_id,
        model="a-model",
        tokens_in=1000,
        tokens_out=500,
        cost_usd=Decimal("0.01"),
    )


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
async def test_a_claim_holds_all_that_judging_needs(stores, clock: FakeClock, text):
    partner = await stores.partner()
    begun = await stores.begin(partner, ai_consent=True)
    await stores.responses.respond(partner, begun.id, ESSAY, Respond(ESSAY, Text(text=text)))
    [held] = await claim(stores)
    assert held.task == GradingTask(assessment_id=begun.id, question=bank().by_id[ESSAY], answer=text, ai_consent=True)
    assert (held.attempt, held.leased_until) == (1, clock.now + LEASE)


async def test_a_claim_names_whoever_has_told_us_a_name(stores):
    """So that it can be taken out of what leaves; a partner's learners are nobody's names to us."""
    ada, partner = await stores.account(name="Ada Quarles"), await stores.partner()
    for caller in (ada.caller, partner):
        begun = await stores.begin(caller)
        await stores.answer(caller, begun.id, ESSAY)
        [held] = await claim(stores)
        assert held.task.learner_name == ("Ada Quarles" if caller.id == ada.id else None)
        assert "Quarles" not in repr(held)


async def test_only_essays_answered_in_time_wait_for_a_grade(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller, (TIMED_ESSAY, ESSAY, MC))
    clock.move(seconds=66)
    await stores.answer(caller, begun.id, TIMED_ESSAY, ESSAY, MC)
    assert [held.task.question.id for held in await claim(stores)] == [ESSAY]


async def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(stores, clock: FakeClock):
    _, _, first = await one_job(stores)
    clock.move(seconds=20, microseconds=-1)
    assert await claim(stores) == []
    clock.move(microseconds=1)
    [second] = await claim(stores)
    assert (second.task, second.attempt) == (first.task, 2)
    assert second.token != first.token


async def test_the_oldest_is_claimed_first_and_no_more_than_asked_for(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller, ESSAYS)
    for id in reversed(ESSAYS):
        await stores.answer(caller, begun.id, id)
        clock.move(seconds=1)
    taken = []
    for expected in (5, 5, 2, 0):
        held = await claim(stores, limit=5)
        assert len(held) == expected
        taken += [claimed.task.question.id for claimed in held]
    assert taken == list(reversed(ESSAYS))


async def test_a_job_given_back_keeps_its_place_behind_those_that_are_due_before(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, ESSAY)
    [first] = await claim(stores)
    clock.move(seconds=1)
    await stores.answer(caller, begun.id, TIMED_ESSAY)
    assert await stores.queue.give_back(first, after=timedelta(seconds=5), error_code="timeout")
    clock.move(seconds=5)
    assert [held.task.question.id for held in await claim(stores)] == [TIMED_ESSAY, ESSAY]


async def test_the_jobs_of_one_assessment_can_be_claimed_alone(stores):
    caller = await stores.person()
    first, second = await stores.begin(caller), await stores.begin(caller)
    for begun in (first, second):
        await stores.answer(caller, begun.id, ESSAY)
    assert [held.task.assessment_id for held in await claim(stores, assessment_id=second.id)] == [second.id]
    assert await claim(stores, assessment_id=ids.new_id()) == []
    assert [held.task.assessment_id for held in await claim(stores)] == [first.id]


async def test_claims_at_once_never_overlap_and_leave_nothing(stores):
    caller = await stores.person()
    for _ in range(4):
        begun = await stores.begin(caller, ESSAYS)
        await stores.answer(caller, begun.id, *ESSAYS)
    batches = await asyncio.gather(*(claim(stores, limit=3) for _ in range(30)))
    held = [claimed for batch in batches for claimed in batch]
    held += await claim(stores)  # what one of them passed over because another was looking at it
    jobs = [(claimed.task.assessment_id, claimed.task.question.id) for claimed in held]
    assert len(jobs) == len(set(jobs)) == 48
    assert len({claimed.token for claimed in held}) == 48
    assert {claimed.attempt for claimed in held} == {1}


async def test_a_finished_job_has_its_grade_and_is_gone(stores, clock: FakeClock):
    caller, assessment_id, held = await one_job(stores)
    made = grade(held.task, now=clock.now, call=MODEL_CALL)
    assert await stores.queue.finish(held, made)
    assert await pending(stores, caller, assessment_id) == 0
    assert await current_grades(stores, caller, assessment_id) == {ESSAY: made}
    clock.move(days=1)
    assert await claim(stores) == []


async def test_a_grade_comes_back_as_it_was_made_without_a_model(stores):
    caller, assessment_id, held = await one_job(stores)
    made = grade(held.task)
    assert await stores.queue.finish(held, made)
    [stored] = (await current_grades(stores, caller, assessment_id)).values()
    assert stored == made
    assert [str(criterion.points) for criterion in stored.judgement.criteria] == ["4.5", "0"]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
async def test_any_text_can_stand_in_a_grade(stores, text):
    caller, assessment_id, held = await one_job(stores)
    made = grade(held.task, call=replace(MODEL_CALL, raw_reply=text))
    criterion: CriterionResult = made.judgement.criteria[0]
    worded = replace(
        made.judgement,
        strengths=text,
        improvements=text,
        criteria=(replace(criterion, title=text, evidence=text), *made.judgement.criteria[1:]),
    )
    made = replace(made, judgement=worded)
    assert await stores.queue.finish(held, made)
    assert await current_grades(stores, caller, assessment_id) == {ESSAY: made}


async def test_a_better_grade_takes_the_place_of_a_provisional_one(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, ESSAY)

    def completion(record, now):
        [held_question] = record.responses
        question, response = record.questions[held_question], record.responses[held_question]
        task = GradingTask(assessment_id=begun.id, question=question, answer=response.answer.text, ai_consent=False)
        return conclusion(record, now, [grade(task, now=now, provisional=True)])

    await stores.profiles.conclude(caller, begun.id, completion)
    [held] = await claim(stores)
    assert await stores.queue.finish(held, grade(held.task, call=MODEL_CALL))
    assert await pending(stores, caller, begun.id) == 0


async def test_who_lost_the_lease_can_neither_finish_nor_give_back_nor_renew(stores, clock: FakeClock):
    caller, assessment_id, slow = await one_job(stores)
    clock.move(seconds=20)
    [quick] = await claim(stores)
    late = grade(slow.task)
    assert not await stores.queue.finish(slow, late)
    assert not await stores.queue.give_back(slow, after=timedelta(0), error_code="late")
    assert not await stores.queue.renew(slow, LEASE)
    assert await current_grades(stores, caller, assessment_id) == {}
    made: Grade = grade(quick.task)
    assert await stores.queue.finish(quick, made)
    assert await current_grades(stores, caller, assessment_id) == {ESSAY: made}


async def test_who_is_late_but_was_not_replaced_may_still_finish(stores, clock: FakeClock):
    caller, assessment_id, held = await one_job(stores)
    clock.move(hours=1)
    assert await stores.queue.finish(held, grade(held.task))
    assert await pending(stores, caller, assessment_id) == 0


async def test_finishing_twice_at_once_stores_one_grade(stores):
    caller, assessment_id, held = await one_job(stores)
    grades = [grade(held.task) for _ in range(20)]
    finished = await asyncio.gather(*(stores.queue.finish(held, made) for made in grades))
    assert sum(finished) == 1
    assert await current_grades(stores, caller, assessment_id) == {ESSAY: grades[finished.index(True)]}


async def test_a_job_given_back_is_due_again_when_said(stores, clock: FakeClock):
    _, _, held = await one_job(stores)
    assert await stores.queue.give_back(held, after=timedelta(seconds=3), error_code="rate-limited")
    assert not await stores.queue.finish(held, grade(held.task))
    clock.move(seconds=3, microseconds=-1)
    assert await claim(stores) == []
    clock.move(microseconds=1)
    [again] = await claim(stores)
    assert again.attempt == 2


async def test_a_claim_given_back_as_no_try_does_not_count(stores, clock: FakeClock):
    _, _, held = await one_job(stores)
    for _ in range(9):
        assert held.attempt == 1
        assert await stores.queue.give_back(held, after=timedelta(0), error_code="away", tried=False)
        [held] = await claim(stores, max_attempts=2)
    assert await stores.queue.give_back(held, after=timedelta(0), error_code="timed-out")
    [held] = await claim(stores, max_attempts=2)
    assert held.attempt == 2


async def test_who_lost_the_lease_takes_no_try_back(stores, clock: FakeClock):
    _, _, slow = await one_job(stores)
    clock.move(seconds=20)
    [quick] = await claim(stores)
    assert not await stores.queue.give_back(slow, after=timedelta(0), error_code="away", tried=False)
    clock.move(seconds=20)
    [held] = await claim(stores)
    assert (quick.attempt, held.attempt) == (2, 3)


async def test_a_dead_job_whose_last_claim_was_no_try_is_claimed_again(stores, clock: FakeClock):
    _, _, slow = await one_job(stores)
    clock.move(seconds=20)
    assert await claim(stores, max_attempts=1) == []
    assert await stores.queue.give_back(slow, after=timedelta(0), error_code="away", tried=False)
    [held] = await claim(stores, max_attempts=1)
    assert held.attempt == 1


async def test_a_dead_job_that_was_tried_stays_dead(stores, clock: FakeClock):
    _, _, slow = await one_job(stores)
    clock.move(seconds=20)
    assert await claim(stores, max_attempts=1) == []
    assert await stores.queue.give_back(slow, after=timedelta(0), error_code="timed-out")
    assert await claim(stores, max_attempts=2) == []


async def test_whoever_holds_a_dead_job_on_has_it_alive(stores, clock: FakeClock):
    caller, assessment_id, slow = await one_job(stores)
    clock.move(seconds=20)
    assert await claim(stores, max_attempts=1) == []
    assert await dead(stores, caller, assessment_id) == {ESSAY}
    assert await stores.queue.renew(slow, LEASE)
    assert await dead(stores, caller, assessment_id) == set()


@pytest.mark.parametrize("end", ["finished", "given back"])
async def test_what_is_spent_on_an_essay_after_its_erasure_is_charged_to_nobody(stores, end: str):
    caller, assessment_id, held = await one_job(stores)
    await stores.own_accounts.erase(caller, b"m" * 32)
    one = Limits(prompts_per_assessment=1, monthly_usd=Decimal(1))
    assert await stores.budget.reserve(call_for(assessment_id), one) is None
    if end == "finished":
        assert not await stores.queue.finish(held, grade(held.task))
    else:
        assert not await stores.queue.give_back(held, after=timedelta(0), error_code="late")
    # It would be over the limit if the first were still known to be this assessment's.
    assert await stores.budget.reserve(call_for(assessment_id), one) is None
    assert sum(line.calls for line in await stores.budget.month()) == 2


async def test_a_claim_says_how_long_the_answer_has_waited(stores, clock: FakeClock):
    _, _, held = await one_job(stores)
    assert held.waited == timedelta(0)
    clock.move(hours=3)
    assert [held.waited for held in await claim(stores)] == [timedelta(hours=3)]
    clock.move(minutes=1)
    assert [held.waited for held in await claim(stores)] == [timedelta(hours=3, minutes=1)]


async def test_a_renewed_lease_lasts_from_now(stores, clock: FakeClock):
    _, _, held = await one_job(stores)
    clock.move(seconds=15)
    assert await stores.queue.renew(held, LEASE)
    clock.move(seconds=20, microseconds=-1)
    assert await claim(stores) == []
    clock.move(microseconds=1)
    assert len(await claim(stores)) == 1


async def test_a_job_whose_workers_all_died_is_claimed_no_more_and_stays_visible(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, ESSAY)
    attempts = []
    for _ in range(4):
        attempts += [held.attempt for held in await claim(stores, max_attempts=3)]
        clock.move(seconds=20)
    assert attempts == [1, 2, 3]
    assert await dead(stores, caller, begun.id) == {ESSAY}


async def test_a_dead_job_does_not_hold_up_the_others(stores, clock: FakeClock):
    _, _, poison = await one_job(stores)
    clock.move(seconds=20)
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, ESSAY)
    [held] = await claim(stores, limit=1, max_attempts=1)
    assert held.task.assessment_id == begun.id != poison.task.assessment_id


async def test_a_dead_job_is_waited_for_no_longer(stores, clock: FakeClock):
    caller, assessment_id, _ = await one_job(stores)
    assert await pending(stores, caller, assessment_id) == 1
    clock.move(seconds=20)
    await claim(stores, max_attempts=1)
    assert await dead(stores, caller, assessment_id) == {ESSAY}
    assert await pending(stores, caller, assessment_id) == 0


async def test_the_grade_of_a_dead_job_that_comes_after_all_is_taken(stores, clock: FakeClock):
    caller, assessment_id, held = await one_job(stores)
    clock.move(seconds=20)
    assert await claim(stores, max_attempts=1) == []
    assert await stores.queue.finish(held, grade(held.task))
    assert await pending(stores, caller, assessment_id) == 0


async def test_the_jobs_of_an_erased_person_go_with_them(stores, clock: FakeClock):
    caller, _, held = await one_job(stores)
    await stores.office.erase(caller.id)
    assert not await stores.queue.finish(held, grade(held.task))
    clock.move(seconds=20)
    assert await claim(stores) == []


async def test_waiting_ends_when_an_essay_is_answered(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    # A store may wake whoever waits for no reason; this is about the one it has to wake for.
    while await passed(stores.queue.wait(timedelta(seconds=0.2))) < 0.2:
        pass
    waiting = asyncio.create_task(passed(stores.queue.wait(timedelta(seconds=30))))
    await asyncio.sleep(0)
    await stores.answer(caller, begun.id, MC, ESSAY)
    assert await waiting < 10


async def test_waiting_ends_when_a_grade_is_there(stores):
    _, _, held = await one_job(stores)
    while await passed(stores.queue.wait(timedelta(seconds=0.2))) < 0.2:
        pass
    waiting = asyncio.create_task(passed(stores.queue.wait(timedelta(seconds=30))))
    await asyncio.sleep(0)
    await stores.queue.finish(held, grade(held.task))
    assert await waiting < 10


async def test_waiting_ends_by_itself(stores):
    begun = time.monotonic()
    for _ in range(3):
        await stores.queue.wait(timedelta(milliseconds=20))
    assert time.monotonic() - begun < 5


async def passed(waiting) -> float:
    """Seconds that it took."""
    begun = time.monotonic()
    await waiting
    return time.monotonic() - begun
