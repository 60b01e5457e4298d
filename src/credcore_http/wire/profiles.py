"""Profiles and recommendations on the wire."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from credcore.assessment_ports import Completed
from credcore.blueprint import FormName
from credcore.catalogue import Band
from credcore.feedback import DomainNote
from credcore.grading import CriterionResult, Flag
from credcore.judged_answers import AnswerStatus, JudgedAnswer
from credcore.profile import DomainResult, Profile
from credcore.questions import QuestionType
from credcore.recommendation import Recommendation
from credcore_http.wire.base import Outbound, Time, number

Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]


class DomainScore(Outbound):
    domain: str
    title: str
    score: Percent
    weight: Share
    answered: Annotated[int, msgspec.Meta(ge=0)]
    total: Annotated[int, msgspec.Meta(ge=1)]


class Note(Outbound):
    domain: str
    text: str


class GraderView(Outbound):
    name: str
    version: str
    reliability: Share


class CriterionView(Outbound):
    title: str
    points: Annotated[float, msgspec.Meta(ge=0)]
    max_points: Annotated[float, msgspec.Meta(gt=0)]
    evidence: str | None


class AnswerView(Outbound):
    question_id: str
    type: QuestionType
    domain: str
    status: AnswerStatus
    points: Share | None
    weight: float | None
    grader: GraderView | None
    criteria: tuple[CriterionView, ...]
    feedback: str | None
    flags: tuple[Flag, ...]


class RecommendationView(Outbound):
    recommendation_id: UUID
    course_id: str
    title: str
    provider: str
    estimated_effort_hours: float
    format: str
    level: str
    url: str
    open_url: str
    reason: str


class ProfileView(Outbound):
    assessment_id: UUID
    role: str
    form: FormName
    completed_at: Time
    revision: Annotated[int, msgspec.Meta(ge=1)]
    provisional: bool
    overall_score: Percent
    score_band: Band
    confidence_score: Share
    domain_breakdown: tuple[DomainScore, ...]
    strengths: tuple[Note, ...]
    improvements: tuple[Note, ...]
    answers: tuple[AnswerView, ...]
    recommendations: tuple[RecommendationView, ...]


class RecommendationList(Outbound):
    assessment_id: UUID
    items: tuple[RecommendationView, ...]


def to_profile(completed: Completed) -> ProfileView:
    profile: Profile = completed.profile
    return ProfileView(
        assessment_id=profile.assessment_id,
        role=profile.role,
        form=profile.form,
        completed_at=profile.completed_at,
        revision=profile.revision,
        provisional=profile.provisional,
        overall_score=number(profile.overall, 1),
        score_band=profile.band,
        confidence_score=number(profile.confidence, 3),
        domain_breakdown=tuple(_domain(domain) for domain in profile.domains),
        strengths=tuple(_note(note) for note in profile.strengths),
        improvements=tuple(_note(note) for note in profile.improvements),
        answers=tuple(_answer(answer) for answer in profile.answers),
        recommendations=to_bundle(completed.bundle),
    )


def to_bundle(bundle: tuple[Recommendation, ...]) -> tuple[RecommendationView, ...]:
    return tuple(
        RecommendationView(
            recommendation_id=recommendation.id,
            course_id=recommendation.course_id,
            title=recommendation.title,
            provider=recommendation.provider,
            estimated_effort_hours=float(recommendation.effort_hours),
            format=recommendation.format,
            level=recommendation.level,
            url=recommendation.url,
            open_url=f"/recommendations/{recommendation.id}/open",
            reason=recommendation.reason,
        )
        for recommendation in bundle
    )


def _domain(domain: DomainResult) -> DomainScore:
    return DomainScore(
        domain=domain.domain,
        title=domain.title,
        score=number(domain.score, 1),
        weight=number(domain.weight, 4),
        answered=domain.answered,
        total=domain.total,
    )


def _note(note: DomainNote) -> Note:
    return Note(domain=note.domain, text=note.text)


def _answer(answer: JudgedAnswer) -> AnswerView:
    grader = answer.grader
    return AnswerView(
        question_id=answer.question_id,
        type=answer.type,
        domain=answer.domain,
        status=answer.status,
        points=None if answer.points is None else number(answer.points, 4),
        weight=answer.weight,
        grader=None
        if grader is None
        else GraderView(name=grader.name, version=grader.version, reliability=number(grader.reliability, 4)),
        criteria=tuple(_criterion(criterion) for criterion in answer.criteria),
        feedback=answer.feedback,
        flags=tuple(sorted(answer.flags)),
    )


def _criterion(criterion: CriterionResult) -> CriterionView:
    return CriterionView(
        title=criterion.title,
        points=float(criterion.points),
        max_points=float(criterion.max_points),
        evidence=criterion.evidence,
    )
