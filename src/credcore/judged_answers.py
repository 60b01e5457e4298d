"""What became of each question of a form: the points it earned, who judged it, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from credcore.assessment import Assessment
from credcore.errors import GradesPending
from credcore.grading import KEY, CriterionResult, Flag, Grade, GraderRef
from credcore.questions import RUBRIC_POINTS, Essay, Interest, MultipleChoice, Question, QuestionType, Scored
from credcore.responses import Choice, Response


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """All that a profile is made of. ``questions`` holds the versions drawn; ``grades`` the current one per essay.

    ``dead``: the essays whose grading job ended its workers each time, so that nobody claims it any more.
    """

    assessment: Assessment
    questions: Mapping[str, Question]
    responses: Mapping[str, Response]
    grades: Mapping[str, Grade]
    dead: frozenset[str] = frozenset()


class AnswerStatus(StrEnum):
    SCORED = "scored"
    RECORDED = "recorded"
    LATE = "late"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedAnswer:
    """What became of one question of the form. ``points`` in [0, 1]; None, like ``weight``, where there are none."""

    question_id: str
    type: QuestionType
    domain: str
    status: AnswerStatus
    points: Decimal | None
    weight: int | None
    grader: GraderRef | None
    criteria: tuple[CriterionResult, ...] = ()
    feedback: str | None = None
    flags: frozenset[Flag] = frozenset()


def ungraded(record: Record) -> tuple[str, ...]:
    """The essays that were answered in time and have no grade, in form order."""
    return tuple(
        item.question_id
        for item in record.assessment.items
        if item.type is QuestionType.ESSAY
        and item.question_id not in record.grades
        and (response := record.responses.get(item.question_id)) is not None
        and not response.late
    )


def judged(record: Record) -> tuple[JudgedAnswer, ...]:
    """One for each question, in form order.

    Raises:
        GradesPending: essays answered in time have no grade yet.
    """
    if pending := ungraded(record):
        raise GradesPending(pending)
    return tuple(_judge(record, item.question_id) for item in record.assessment.items)


def _judge(record: Record, question_id: str) -> JudgedAnswer:
    question = record.questions[question_id]
    response = record.responses.get(question_id)
    if isinstance(question, Interest):
        return _without_points(question, response)
    if response is None:
        return _worthless(question, AnswerStatus.UNANSWERED)
    if response.late:
        return _worthless(question, AnswerStatus.LATE)
    if isinstance(question, MultipleChoice):
        right = response.answer == Choice(option_id=question.key)
        return JudgedAnswer(
            question_id=question.id,
            type=question.type,
            domain=question.domain,
            status=AnswerStatus.SCORED,
            points=Decimal(int(right)),
            weight=question.weight,
            grader=KEY,
        )
    return _graded(question, record.grades[question_id])


def _without_points(question: Interest, response: Response | None) -> JudgedAnswer:
    if response is None:
        status = AnswerStatus.UNANSWERED
    else:
        status = AnswerStatus.LATE if response.late else AnswerStatus.RECORDED
    return JudgedAnswer(
        question_id=question.id,
        type=question.type,
        domain=question.domain,
        status=status,
        points=None,
        weight=None,
        grader=None,
    )


def _worthless(question: Scored, status: AnswerStatus) -> JudgedAnswer:
    return JudgedAnswer(
        question_id=question.id,
        type=question.type,
        domain=question.domain,
        status=status,
        points=Decimal(0),
        weight=question.weight,
        grader=None,
    )


def _graded(question: Essay, grade: Grade) -> JudgedAnswer:
    judgement = grade.judgement
    feedback = " ".join(text for text in (judgement.strengths, judgement.improvements) if text)
    return JudgedAnswer(
        question_id=question.id,
        type=question.type,
        domain=question.domain,
        status=AnswerStatus.SCORED,
        points=judgement.points / RUBRIC_POINTS,
        weight=question.weight,
        grader=judgement.grader,
        criteria=judgement.criteria,
        feedback=feedback or None,
        flags=judgement.flags,
    )
