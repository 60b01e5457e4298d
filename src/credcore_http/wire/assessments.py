"""Roles and assessments on the wire."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from credcore.assessment import Status
from credcore.assessment_ports import Delivery, Overview
from credcore.blueprint import ExperienceLevel, FormName
from credcore.catalogue import Role
from credcore.ports import Page
from credcore.services.assessments import LEARNER_REF_MAX_LENGTH, Beginning
from credcore_http.wire.base import Count, Inbound, Outbound, Slug, Time, number
from credcore_http.wire.taking import QuestionView, to_question

LearnerRef = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=LEARNER_REF_MAX_LENGTH,
        description="For partners: their own opaque name of a learner.",
    ),
]
Consent = Annotated[bool, msgspec.Meta(description="For partners: whether the learner agrees to grading by AI.")]


class RoleDomain(Outbound):
    domain: str
    title: str
    weight: float


class RoleEntry(Outbound):
    role: str
    title: str
    description: str
    domains: tuple[RoleDomain, ...]


class Roles(Outbound):
    items: tuple[RoleEntry, ...]


class Start(Inbound):
    role: Slug
    experience_level: ExperienceLevel = ExperienceLevel.INTERMEDIATE
    form: FormName = FormName.STANDARD
    learner_ref: LearnerRef | None = None
    ai_consent: Consent | None = None


class AssessmentEntry(Outbound):
    """An assessment in a list."""

    assessment_id: UUID
    role: str
    form: FormName
    experience_level: ExperienceLevel
    status: Status
    started_at: Time
    expires_at: Time
    completed_at: Time | None
    total_questions: Count
    answered: Count
    pending_grades: Count
    learner_ref: str | None


class AssessmentView(AssessmentEntry):
    """One assessment; ``question`` is the one being asked, None before its delivery and when nothing is left."""

    question: QuestionView | None


class AssessmentList(Outbound):
    items: tuple[AssessmentEntry, ...]
    next_cursor: str | None


def to_role(role: Role) -> RoleEntry:
    return RoleEntry(
        role=role.id,
        title=role.title,
        description=role.description,
        domains=tuple(RoleDomain(domain=d.id, title=d.title, weight=number(d.weight, 4)) for d in role.domains),
    )


def to_beginning(body: Start) -> Beginning:
    return Beginning(
        role=body.role,
        form=body.form,
        level=body.experience_level,
        learner_ref=body.learner_ref,
        ai_consent=body.ai_consent,
    )


def to_entry(overview: Overview) -> AssessmentEntry:
    assessment = overview.assessment
    return AssessmentEntry(
        assessment_id=assessment.id,
        role=assessment.role,
        form=assessment.form,
        experience_level=assessment.level,
        status=assessment.status(overview.now),
        started_at=assessment.started_at,
        expires_at=assessment.expires_at,
        completed_at=assessment.completed_at,
        total_questions=len(assessment.items),
        answered=overview.answered,
        pending_grades=overview.pending_grades,
        learner_ref=assessment.learner_ref,
    )


def to_assessment(overview: Overview, delivery: Delivery | None) -> AssessmentView:
    entry = to_entry(overview)
    fields = {name: getattr(entry, name) for name in entry.__struct_fields__}
    return AssessmentView(**fields, question=to_question(delivery))


def to_list(page: Page[Overview]) -> AssessmentList:
    return AssessmentList(
        items=tuple(to_entry(overview) for overview in page.items),
        next_cursor=str(page.next_after) if page.next_after else None,
    )
