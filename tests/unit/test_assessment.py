"""The rules of answering: what stands, what is late, what is refused, and in which order refusals are given."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from builders import NOON, essay, interest, multiple_choice
from credcore.assessment import LIFE_CYCLE, Action, Status, advance, status_of
from credcore.errors import (
    AlreadyAnswered,
    AssessmentCompleted,
    AssessmentExpired,
    InvalidValue,
    QuestionNotInForm,
)
from credcore.questions import Question
from credcore.responses import (
    GRACE,
    Answer,
    AnswerContext,
    Choice,
    Response,
    ResponseStatus,
    Selection,
    Text,
    answer_by,
    check_answer,
    respond,
)
from samples import assessment, response

END = NOON + timedelta(hours=2)
MCQ, ESSAY, INTEREST = multiple_choice(), essay(max_length=40), interest()
TAGS = [option.id for option in INTEREST.options]


def context(question: Question | None = MCQ, **other: Any) -> AnswerContext:
    defaults: dict[str, Any] = {"completed_at": None, "expires_at": END, "answered": 3, "delivered_at": NOON}
    return AnswerContext(question=question, **({"standing": None} | defaults | other))


# --- the life cycle ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("completed_at", "now", "status"),
    [
        (None, NOON, Status.IN_PROGRESS),
        (None, END - timedelta(microseconds=1), Status.IN_PROGRESS),
        (None, END, Status.EXPIRED),
        (NOON, NOON, Status.COMPLETED),
        (NOON, END, Status.COMPLETED),
    ],
)
def test_expiry_is_what_the_clock_says_of_what_was_not_completed(
    completed_at: datetime | None, now: datetime, status: Status
) -> None:
    assert status_of(completed_at, END, now) is status
    assert replace(assessment(), completed_at=completed_at, expires_at=END).status(now) is status


def test_the_life_cycle_lets_an_assessment_end_in_its_profile_from_every_status() -> None:
    assert {status for status, action in LIFE_CYCLE if action is Action.COMPLETE} == set(Status)
    for status in Status:
        assert advance(status, Action.COMPLETE, END) is Status.COMPLETED


@pytest.mark.parametrize("action", [Action.DELIVER, Action.ANSWER])
def test_only_what_is_in_progress_delivers_and_takes_answers(action: Action) -> None:
    assert advance(Status.IN_PROGRESS, action, END) is Status.IN_PROGRESS
    with pytest.raises(AssessmentCompleted):
        advance(Status.COMPLETED, action, END)
    with pytest.raises(AssessmentExpired) as refused:
        advance(Status.EXPIRED, action, END)
    assert refused.value.expired_at == END


# --- an answer that stands --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "answer", "status"),
    [
        (MCQ, Choice(option_id="b"), ResponseStatus.SCORED),
        (MCQ, Choice(option_id="a"), ResponseStatus.SCORED),
        (ESSAY, Text(text="What it is."), ResponseStatus.PENDING),
        (ESSAY, Text(text=""), ResponseStatus.PENDING),
        (INTEREST, Selection(option_ids=(TAGS[1], TAGS[0])), ResponseStatus.RECORDED),
    ],
)
def test_an_answer_in_time_stands_as_given_and_never_tells_right_from_wrong(
    question: Question, answer: Answer, status: ResponseStatus
) -> None:
    now = NOON + timedelta(minutes=9)
    stands = respond(context(question), question.id, answer, now)
    assert stands == Response(question_id=question.id, answer=answer, status=status, answered_at=now, ordinal=4)
    assert not stands.late


@pytest.mark.parametrize("question", [multiple_choice(time_limit_seconds=60), essay(time_limit_seconds=60)])
@pytest.mark.parametrize(("seconds", "late"), [(0, False), (60, False), (65, False), (65.000001, True), (600, True)])
def test_an_answer_is_late_only_after_the_limit_and_the_grace(question: Question, seconds: float, late: bool) -> None:
    answer = Choice(option_id="a") if question.type == "mcq" else Text(text="x")
    stands = respond(context(question), question.id, answer, NOON + timedelta(seconds=seconds))
    assert stands.late is late


def test_time_does_not_run_before_the_first_delivery_nor_without_a_limit() -> None:
    timed = multiple_choice(time_limit_seconds=60)
    assert answer_by(timed, NOON) == NOON + timedelta(seconds=60)
    assert answer_by(timed, None) is None
    assert answer_by(MCQ, NOON) is None
    assert not respond(context(timed, delivered_at=None), timed.id, Choice(option_id="a"), END - GRACE).late


# --- again, and otherwise ---------------------------------------------------------------------------------------------

STANDING = response(MCQ, Choice(option_id="a"))


@pytest.mark.parametrize(
    "state", [{}, {"completed_at": NOON}, {"expires_at": NOON}, {"question": None}], ids=lambda state: str(list(state))
)
def test_the_identical_answer_again_is_the_one_that_stands_in_every_state(state: dict[str, Any]) -> None:
    given = context(**({"question": MCQ} | state), standing=STANDING)
    assert respond(given, MCQ.id, Choice(option_id="a"), NOON) is STANDING


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ({"completed_at": NOON, "expires_at": NOON, "question": None}, AssessmentCompleted),
        ({"expires_at": NOON, "question": None}, AssessmentExpired),
        ({"question": None}, QuestionNotInForm),
        ({"answer": Text(text="b")}, InvalidValue),
        ({"answer": Choice(option_id="z")}, InvalidValue),
        ({}, AlreadyAnswered),
    ],
)
def test_refusals_come_in_the_order_of_the_contract(state: dict[str, Any], error: type[Exception]) -> None:
    """Each case has its own fault and, but for the form's own question, every fault that comes after it."""
    answer = state.pop("answer", Choice(option_id="b"))
    with pytest.raises(error):
        respond(context(**({"question": MCQ, "standing": STANDING} | state)), MCQ.id, answer, NOON)


def test_a_refusal_names_the_question() -> None:
    with pytest.raises(AlreadyAnswered) as again:
        respond(context(standing=STANDING), MCQ.id, Choice(option_id="b"), NOON)
    with pytest.raises(QuestionNotInForm) as foreign:
        respond(context(None), "another", Choice(option_id="b"), NOON)
    assert (again.value.question_id, foreign.value.question_id) == (MCQ.id, "another")


# --- the kind of answer -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "answer", "pointer", "detail"),
    [
        (MCQ, Choice(option_id=""), "/optionId", "is not one of this question's options"),
        (MCQ, Text(text="b"), "/optionId", "this question is answered with optionId"),
        (MCQ, Selection(option_ids=("b",)), "/optionId", "this question is answered with optionId"),
        (ESSAY, Choice(option_id="b"), "/text", "this question is answered with text"),
        (ESSAY, Selection(option_ids=("b",)), "/text", "this question is answered with text"),
        (ESSAY, Text(text="x" * 41), "/text", "must have at most 40 characters"),
        (ESSAY, Text(text="\x00"), "/text", "must not contain the NUL character"),
        (INTEREST, Text(text="b"), "/optionIds", "this question is answered with optionIds"),
        (INTEREST, Choice(option_id=TAGS[0]), "/optionIds", "this question is answered with optionIds"),
        (INTEREST, Selection(option_ids=(TAGS[0], "z")), "/optionIds/1", "is not one of this question's options"),
        (INTEREST, Selection(option_ids=(TAGS[0], TAGS[0])), "/optionIds", "names an option twice"),
        (INTEREST, Selection(option_ids=()), "/optionIds", "must name 1 to 2 of the options"),
        (INTEREST, Selection(option_ids=tuple(TAGS[:3])), "/optionIds", "must name 1 to 2 of the options"),
    ],
)
def test_an_answer_of_the_wrong_kind_or_out_of_range_is_refused_with_its_place(
    question: Question, answer: Answer, pointer: str, detail: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        check_answer(question, answer)
    assert (refused.value.pointer, refused.value.detail) == (pointer, detail)
