"""ResponseStore: the first answer stands, exactly once, with its job; answers of one assessment follow each other."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

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
    ids,
)
from credcore.errors import (
    AlreadyAnswered,
    AssessmentCompleted,
    AssessmentExpired,
    NotFound,
    QuestionNotInForm,
    Unauthenticated,
)
from credcore.questions import Essay
from credcore.responses import AnswerContext, Choice, Response, ResponseStatus, Selection, Text

LEASE = timedelta(seconds=20)


async def waiting(stores, assessment_id):
    """The texts that wait for a grade, oldest first."""
    claims = await stores.queue.claim(limit=50, lease=LEASE, max_attempts=5, assessment_id=assessment_id)
    return [claim.task.answer for claim in claims]


async def test_each_kind_of_answer_stands_as_it_was_given(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller)
    given = await stores.answer(caller, begun.id, MC, ESSAY, INTEREST)
    assert [response.status for response in given] == ["scored", "pending", "recorded"]
    assert [response.ordinal for response in given] == [1, 2, 3]
    record = await the_record(stores, caller, begun.id)
    assert record.responses == {response.question_id: response for response in given}
    assert {response.answered_at for response in record.responses.values()} == {clock.now}


async def the_record(stores, caller, assessment_id):
    """What completion would see; nothing is completed by looking."""

    class Seen(Exception):
        pass

    seen = []

    def look(record, now):
        seen.append(record)
        raise Seen

    with pytest.raises(Seen):
        await stores.profiles.conclude(caller, assessment_id, look)
    return seen[0]


async def test_the_rule_is_told_all_it_needs(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller, (TIMED_ESSAY, MC))
    [first] = await stores.answer(caller, begun.id, MC)
    delivered = clock.now
    told = []

    def decide(context: AnswerContext, now: datetime) -> Response:
        told.append((context, now))
        return Respond(TIMED_ESSAY, answer(TIMED_ESSAY))(context, now)

    clock.move(seconds=10)
    _, total = await stores.responses.respond(caller, begun.id, TIMED_ESSAY, decide)
    context, now = told[-1]
    assert (context.answered, context.question, context.standing) == (1, bank().by_id[TIMED_ESSAY], None)
    assert (context.delivered_at, context.completed_at, now, total) == (delivered, None, clock.now, 2)
    await stores.responses.respond(caller, begun.id, MC, lambda context, now: told.append(context) or first)
    assert told[-1].standing == first


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
async def test_any_text_is_kept_to_the_character(stores, text):
    caller = await stores.person()
    begun = await stores.begin(caller)
    response, _ = await stores.responses.respond(caller, begun.id, ESSAY, Respond(ESSAY, Text(text=text)))
    assert response.answer == Text(text=text)
    assert await waiting(stores, begun.id) == [text]
    again, _ = await stores.responses.respond(caller, begun.id, ESSAY, Respond(ESSAY, Text(text=text)))
    assert again == response


async def test_an_answer_of_the_greatest_length_is_kept_whole(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    question = bank().by_id[ESSAY]
    assert isinstance(question, Essay)
    longest = Text(text="\U0001f600" * question.max_length)
    await stores.responses.respond(caller, begun.id, ESSAY, Respond(ESSAY, longest))
    assert await waiting(stores, begun.id) == [longest.text]


async def test_the_identical_answer_again_is_the_one_that_stands_in_any_state(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller)
    given = await stores.answer(caller, begun.id, MC, INTEREST)
    clock.move(minutes=1)
    assert await stores.answer(caller, begun.id, MC, INTEREST) == given
    clock.move(hours=3)
    assert await stores.answer(caller, begun.id, MC) == given[:1]
    await stores.profiles.conclude(caller, begun.id, conclusion)
    assert await stores.answer(caller, begun.id, INTEREST) == given[1:]
    assert (await stores.assessments.find(caller, begun.id)).answered == 2


async def test_another_answer_is_refused_and_the_first_one_stands(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    [first] = await stores.answer(caller, begun.id, MC)
    with pytest.raises(AlreadyAnswered):
        await stores.responses.respond(caller, begun.id, MC, Respond(MC, Choice(option_id="a")))
    assert (await the_record(stores, caller, begun.id)).responses == {MC: first}


async def test_options_in_another_order_are_another_answer(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, INTEREST)
    given = answer(INTEREST)
    assert isinstance(given, Selection)
    turned = Selection(option_ids=given.option_ids[::-1])
    with pytest.raises(AlreadyAnswered):
        await stores.responses.respond(caller, begun.id, INTEREST, Respond(INTEREST, turned))


@pytest.mark.parametrize("question_id", ["", "no-such", "nul\x00", "half \ud800 a pair", "'; --", "interest-4"])
async def test_a_question_that_is_not_in_the_form_is_refused(stores, question_id):
    caller = await stores.person()
    begun = await stores.begin(caller)
    with pytest.raises(QuestionNotInForm):
        await stores.responses.respond(caller, begun.id, question_id, Respond(question_id, Choice(option_id="a")))
    assert (await stores.assessments.find(caller, begun.id)).answered == 0


@pytest.mark.parametrize(
    ("seconds", "status"), [(65, ResponseStatus.PENDING), (65.000001, ResponseStatus.LATE)], ids=["in-grace", "late"]
)
async def test_the_time_of_a_question_is_kept_to_the_microsecond(stores, clock: FakeClock, seconds, status):
    caller = await stores.person()
    begun = await stores.begin(caller, (TIMED_ESSAY, MC))
    clock.move(seconds=seconds)
    [response] = await stores.answer(caller, begun.id, TIMED_ESSAY)
    assert response.status is status
    pending = (await stores.assessments.find(caller, begun.id)).pending_grades
    assert pending == (1 if status is ResponseStatus.PENDING else 0)


async def test_after_the_end_nothing_new_is_answered(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller)
    clock.move(hours=2)
    with pytest.raises(AssessmentExpired) as refused:
        await stores.answer(caller, begun.id, MC)
    assert refused.value.expired_at == clock.now
    clock.now -= timedelta(microseconds=1)
    await stores.answer(caller, begun.id, MC)


async def test_after_completion_nothing_new_is_answered(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, MC)
    await stores.profiles.conclude(caller, begun.id, conclusion)
    with pytest.raises(AssessmentCompleted):
        await stores.answer(caller, begun.id, TIMED_MC)


async def test_what_the_rule_raises_leaves_everything_as_it_was(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)

    def refuse(context: AnswerContext, now: datetime) -> Response:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await stores.responses.respond(caller, begun.id, ESSAY, refuse)
    overview = await stores.assessments.find(caller, begun.id)
    assert (overview.answered, overview.pending_grades) == (0, 0)
    assert await stores.answer(caller, begun.id, ESSAY)


async def test_the_same_answer_many_times_at_once_counts_once(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    given = await asyncio.gather(*(stores.answer(caller, begun.id, ESSAY) for _ in range(50)))
    assert {response for [response] in given} == {given[0][0]}
    overview = await stores.assessments.find(caller, begun.id)
    assert (overview.answered, overview.pending_grades) == (1, 1)


async def test_of_many_different_answers_at_once_one_stands_and_the_others_are_told(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    texts = [f"answer {number}" for number in range(30)]
    outcomes = await asyncio.gather(
        *(stores.responses.respond(caller, begun.id, ESSAY, Respond(ESSAY, Text(text=text))) for text in texts),
        return_exceptions=True,
    )
    [(stands, _)] = [outcome for outcome in outcomes if not isinstance(outcome, AlreadyAnswered)]
    assert await waiting(stores, begun.id) == [stands.answer.text]


async def test_answers_to_different_questions_at_once_all_stand_and_are_numbered_one_by_one(stores):
    caller = await stores.person()
    many = tuple(id for id in bank().by_id if not id.startswith("interest"))
    begun = await stores.begin(caller, many)
    given = await asyncio.gather(*(stores.answer(caller, begun.id, id) for id in many))
    assert sorted(response.ordinal for [response] in given) == list(range(1, len(many) + 1))
    overview = await stores.assessments.find(caller, begun.id)
    assert (overview.answered, overview.pending_grades) == (24, 12)


async def test_an_answer_during_completion_is_in_the_profile_or_refused(stores):
    for _ in range(8):
        caller = await stores.person()
        begun = await stores.begin(caller)
        await stores.answer(caller, begun.id, MC)
        completed, answered = await asyncio.gather(
            stores.profiles.conclude(caller, begun.id, conclusion),
            stores.answer(caller, begun.id, TIMED_MC),
            return_exceptions=True,
        )
        told = {judged.question_id: judged.status for judged in completed.profile.answers}
        if isinstance(answered, AssessmentCompleted):
            assert told[TIMED_MC] == "unanswered"
        else:
            assert answered[0].status is ResponseStatus.SCORED
            assert told[TIMED_MC] == "scored"


async def test_anothers_assessment_takes_no_answer(stores):
    owner, stranger = await stores.person(), await stores.person()
    begun = await stores.begin(owner)
    for caller, asked in ((stranger, begun.id), (owner, ids.new_id())):
        with pytest.raises(NotFound):
            await stores.answer(caller, asked, MC)
    assert (await stores.assessments.find(owner, begun.id)).answered == 0


async def test_a_dead_token_answers_nothing_not_even_again(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, MC)
    await stores.office.move_epoch(caller.id)
    for question_id in (MC, ESSAY):
        with pytest.raises(Unauthenticated):
            await stores.answer(caller, begun.id, question_id)
    assert (await stores.assessments.find(replace(caller, epoch=2), begun.id)).answered == 1


async def test_an_erased_caller_answers_nothing(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.office.erase(caller.id)
    with pytest.raises(Unauthenticated):
        await stores.answer(caller, begun.id, *FORM)
