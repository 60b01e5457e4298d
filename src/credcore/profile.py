"""The skill profile: scores, what each question earned and why, and what to say about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from credcore.assessment import Assessment, Choice, Response
from credcore.blueprint import FormName
from credcore.catalogue import Band, Domain, Role
from credcore.errors import GradesPending, NothingToScore
from credcore.feedback import DomainFindings, DomainNote, improvements, strengths
from credcore.grading import KEY, CriterionResult, Flag, Grade, GraderRef
from credcore.questions import RUBRIC_POINTS, Essay, Interest, MultipleChoice, Question, QuestionType
from credcore.scoring import ScoredItem, score


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


@dataclass(frozen=True, kw_only=True, slots=True)
class DomainResult:
    """A domain's exact score from 0 to 100, its weight in the role, and how many of its questions were answered."""

    domain: str
    title: str
    score: Fraction
    weight: Fraction
    answered: int
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """``overall`` from 0 to 100 and ``confidence`` from 0 to 1 are exact; rounded where they leave the core."""

    assessment_id: UUID
    role: str
    form: FormName
    completed_at: datetime
    revision: int
    overall: Fraction
    band: Band
    confidence: Fraction
    domains: tuple[DomainResult, ...]
    strengths: tuple[DomainNote, ...]
    improvements: tuple[DomainNote, ...]
    answers: tuple[JudgedAnswer, ...]

    @property
    def provisional(self) -> bool:
        return any(Flag.PROVISIONAL in answer.flags for answer in self.answers)


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


def build_profile(record: Record, role: Role, *, completed_at: datetime, revision: int = 1) -> Profile:
    """The profile of what was answered.

    Raises:
        NothingToScore: no scored question was answered at all.
        GradesPending: essays answered in time have no grade yet.
    """
    _require_something_to_score(record)
    return _profile(record, role.domains, completed_at=completed_at, revision=revision)


def revised(before: Profile, record: Record) -> Profile | None:
    """The revision after ``before``, with the grades as they are now; None where they come to the same answers.

    Domains keep the titles and weights of ``before``: what was completed is judged anew, never weighed anew.
    """
    domains = [Domain(id=domain.domain, title=domain.title, weight=domain.weight) for domain in before.domains]
    after = _profile(record, domains, completed_at=before.completed_at, revision=before.revision + 1)
    return None if after.answers == before.answers else after


def _profile(record: Record, weighed: Sequence[Domain], *, completed_at: datetime, revision: int) -> Profile:
    _require_grades(record)
    answers = tuple(_judge(record, item.question_id) for item in record.assessment.items)
    scored = [answer for answer in answers if answer.type is not QuestionType.INTEREST]
    result = score([_item(answer) for answer in scored], {domain.id: domain.weight for domain in weighed})
    domains = tuple(
        _domain_result(domain, result.domains[domain.id], [a for a in scored if a.domain == domain.id])
        for domain in weighed
        if domain.id in result.domains
    )
    findings = tuple(_findings(domain, scored, record.grades) for domain in domains)
    return Profile(
        assessment_id=record.assessment.id,
        role=record.assessment.role,
        form=record.assessment.form,
        completed_at=completed_at,
        revision=revision,
        overall=result.overall,
        band=result.band,
        confidence=result.confidence,
        domains=domains,
        strengths=strengths(findings),
        improvements=improvements(findings),
        answers=answers,
    )


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


def _require_something_to_score(record: Record) -> None:
    scored = (item for item in record.assessment.items if item.type is not QuestionType.INTEREST)
    if not any(item.question_id in record.responses for item in scored):
        raise NothingToScore


def _require_grades(record: Record) -> None:
    if pending := ungraded(record):
        raise GradesPending(pending)


def _domain_result(domain: Domain, exact: Fraction, answers: Sequence[JudgedAnswer]) -> DomainResult:
    return DomainResult(
        domain=domain.id,
        title=domain.title,
        score=exact,
        weight=domain.weight,
        answered=sum(answer.status is not AnswerStatus.UNANSWERED for answer in answers),
        total=len(answers),
    )


def _findings(domain: DomainResult, scored: Sequence[JudgedAnswer], grades: Mapping[str, Grade]) -> DomainFindings:
    """What the graders and the key found in one domain, for the words of the profile."""
    answers = [answer for answer in scored if answer.domain == domain.domain]
    choices = [answer for answer in answers if answer.grader == KEY]
    judgements = [grades[a.question_id].judgement for a in answers if a.question_id in grades and a not in choices]
    return DomainFindings(
        domain=domain.domain,
        title=domain.title,
        score=domain.score,
        judgements=tuple(judgements),
        choices_right=sum(answer.points == 1 for answer in choices),
        choices=len(choices),
        unanswered=sum(answer.status is AnswerStatus.UNANSWERED for answer in answers),
        late=sum(answer.status is AnswerStatus.LATE for answer in answers),
    )


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


def _worthless(question: MultipleChoice | Essay, status: AnswerStatus) -> JudgedAnswer:
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


def _item(answer: JudgedAnswer) -> ScoredItem:
    assert answer.points is not None  # scored questions have both
    assert answer.weight is not None
    return ScoredItem(
        domain=answer.domain,
        points=Fraction(answer.points),
        weight=answer.weight,
        in_time=answer.status is AnswerStatus.SCORED,
        reliability=Fraction(answer.grader.reliability) if answer.grader else Fraction(0),
    )
