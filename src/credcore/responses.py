"""The rules of answering: which answer stands, until when it counts, and in which order it is refused.

Everything here is values in, values out: the time comes as an argument, and a refused answer changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from credcore.assessment import Action, advance, status_of
from credcore.errors import AlreadyAnswered, InvalidValue, QuestionNotInForm
from credcore.questions import Essay, Interest, MultipleChoice, Question
from credcore.text import storable

GRACE = timedelta(seconds=5)
"""An answer may come this much after its question's time: the network's share, not the learner's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """The option chosen in a multiple-choice question."""

    option_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """What was written in answer to an essay or coding question; may be empty."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """The options chosen in an interest question, in the order they were chosen."""

    option_ids: tuple[str, ...]


Answer = Choice | Text | Selection


class ResponseStatus(StrEnum):
    """What a learner is told about an answer; never whether it was right."""

    SCORED = "scored"
    PENDING = "pending"
    RECORDED = "recorded"
    LATE = "late"


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """An answer that stands. ``ordinal``: 1 for the first answer of its assessment, 2 for the next that came."""

    question_id: str
    answer: Answer
    status: ResponseStatus
    answered_at: datetime
    ordinal: int

    @property
    def late(self) -> bool:
        return self.status is ResponseStatus.LATE


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerContext:
    """What the rules of answering need to know about one assessment and one question of it.

    ``question`` is None where the question is not in the form. ``delivered_at`` is the first delivery, None before.
    """

    completed_at: datetime | None
    expires_at: datetime
    answered: int
    question: Question | None
    delivered_at: datetime | None
    standing: Response | None


def respond(context: AnswerContext, question_id: str, answer: Answer, now: datetime) -> Response:
    """The response that stands from now on: the one before, where the identical answer comes again.

    The order of the checks is part of the contract: identical again, state, form, kind of answer, another answer.

    Raises:
        AssessmentCompleted, AssessmentExpired, QuestionNotInForm, InvalidValue, AlreadyAnswered.
    """
    standing = context.standing
    if standing is not None and standing.answer == answer:
        return standing
    advance(status_of(context.completed_at, context.expires_at, now), Action.ANSWER, context.expires_at)
    if context.question is None:
        raise QuestionNotInForm(question_id)
    check_answer(context.question, answer)
    if standing is not None:
        raise AlreadyAnswered(question_id)
    return Response(
        question_id=question_id,
        answer=answer,
        status=_status_of_answer(context.question, context.delivered_at, now),
        answered_at=now,
        ordinal=context.answered + 1,
    )


def answer_by(question: Question, delivered_at: datetime | None) -> datetime | None:
    """Until when an answer counts, grace not included; None where there is no limit, or it does not run yet."""
    if question.time_limit_seconds is None or delivered_at is None:
        return None
    return delivered_at + timedelta(seconds=question.time_limit_seconds)


def _status_of_answer(question: Question, delivered_at: datetime | None, now: datetime) -> ResponseStatus:
    limit = answer_by(question, delivered_at)
    if limit is not None and now > limit + GRACE:
        return ResponseStatus.LATE
    match question:
        case MultipleChoice():
            return ResponseStatus.SCORED
        case Essay():
            return ResponseStatus.PENDING
        case Interest():
            return ResponseStatus.RECORDED


def check_answer(question: Question, answer: Answer) -> None:
    """Raises InvalidValue where the answer is not of the question's kind, or out of its range."""
    match question, answer:
        case MultipleChoice(), Choice():
            if answer.option_id not in {option.id for option in question.options}:
                raise InvalidValue("/optionId", "is not one of this question's options")
        case Essay(), Text():
            storable(answer.text, "/text", max_length=question.max_length)
        case Interest(), Selection():
            _check_selection(question, answer)
        case MultipleChoice(), _:
            raise InvalidValue("/optionId", "this question is answered with optionId")
        case Essay(), _:
            raise InvalidValue("/text", "this question is answered with text")
        case Interest(), _:
            raise InvalidValue("/optionIds", "this question is answered with optionIds")


def _check_selection(question: Interest, answer: Selection) -> None:
    chosen = answer.option_ids
    known = {option.id for option in question.options}
    for index, option_id in enumerate(chosen):
        if option_id not in known:
            raise InvalidValue(f"/optionIds/{index}", "is not one of this question's options")
    if len(set(chosen)) != len(chosen):
        raise InvalidValue("/optionIds", "names an option twice")
    if not question.min_selections <= len(chosen) <= question.max_selections:
        raise InvalidValue(
            "/optionIds", f"must name {question.min_selections} to {question.max_selections} of the options"
        )
