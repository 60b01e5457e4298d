"""The skill profile: scores by domain, what each question earned, and what to say about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from credcore.blueprint import FormName
from credcore.catalogue import Band, Domain, Role
from credcore.errors import NothingToScore
from credcore.feedback import DomainFindings, DomainNote, improvements, strengths
from credcore.grading import KEY, Flag, Grade
from credcore.judged_answers import AnswerStatus, JudgedAnswer, Record, judged
from credcore.questions import QuestionType
from credcore.scoring import ScoredItem, score


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
    answers = judged(record)
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


def _require_something_to_score(record: Record) -> None:
    scored = (item for item in record.assessment.items if item.type is not QuestionType.INTEREST)
    if not any(item.question_id in record.responses for item in scored):
        raise NothingToScore


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
