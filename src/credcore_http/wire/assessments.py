"""Assessments, questions and answers on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from credcore.assessment import Answer, Choice, Response, ResponseStatus, Selection, Status, Text, answer_by
from credcore.assessment_ports import Delivery, Overview
from credcore.blueprint import ExperienceLevel, FormItem, FormName
from credcore.catalogue import Role
from credcore.errors import InvalidValue
from credcore.ports import Page
from credcore.questions import Essay, Interest, Question, QuestionType
from credcore.services.assessments import LEARNER_REF_MAX_LENGTH, Beginning
from credcore_http.wire.base import Inbound, Outbound, Time, number

Slug = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Markdown = Annotated[str, msgspec.Meta(description="Markdown (CommonMark); what looks like HTML is text to be shown.")]
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


class QuestionOption(Outbound):
    option_id: str
    text: Markdown


class QuestionView(Outbound, omit_defaults=True):
    """A question as a learner may see it: no key, rubric, weight or tag."""

    question_id: str
    position: int
    type: QuestionType
    domain: str
    prompt: Markdown
    options: tuple[QuestionOption, ...] | msgspec.UnsetType = msgspec.UNSET
    min_selections: int | msgspec.UnsetType = msgspec.UNSET
    max_selections: int | msgspec.UnsetType = msgspec.UNSET
    max_length: int | msgspec.UnsetType = msgspec.UNSET
    time_limit_seconds: int | msgspec.UnsetType = msgspec.UNSET
    answer_by: Time | msgspec.UnsetType = msgspec.UNSET


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


class Next(Outbound):
    answered: Count
    total_questions: Count
    question: QuestionView | None


class AnswerBody(Inbound):
    """``questionId`` and one of the three kinds of answer."""

    question_id: Slug
    option_id: Slug | None = None
    text: Annotated[str, msgspec.Meta(max_length=20_000)] | None = None
    option_ids: Annotated[tuple[Slug, ...], msgspec.Meta(max_length=50)] | None = None


class Answered(Outbound):
    question_id: str
    status: ResponseStatus
    answered: Count
    total_questions: Count


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


def to_answer(body: AnswerBody) -> Answer:
    """Raises InvalidValue where not exactly one kind of answer is given."""
    given = [value for value in (body.option_id, body.text, body.option_ids) if value is not None]
    if len(given) != 1:
        raise InvalidValue("", "needs exactly one of optionId, text and optionIds")
    if body.option_id is not None:
        return Choice(option_id=body.option_id)
    if body.text is not None:
        return Text(text=body.text)
    return Selection(option_ids=body.option_ids or ())


def to_answered(response: Response, total: int) -> Answered:
    return Answered(
        question_id=response.question_id, status=response.status, answered=response.ordinal, total_questions=total
    )


def to_next(delivery: Delivery) -> Next:
    return Next(answered=delivery.answered, total_questions=delivery.total, question=to_question(delivery))


def to_question(delivery: Delivery | None) -> QuestionView | None:
    if delivery is None or delivery.item is None or delivery.question is None:
        return None
    return question_view(delivery.item, delivery.question, delivery.delivered_at)


def question_view(item: FormItem, question: Question, delivered_at: datetime | None) -> QuestionView:
    """Options come in the order that was drawn for this assessment."""
    unset = msgspec.UNSET
    texts = {} if isinstance(question, Essay) else {option.id: option.text for option in question.options}
    interest = question if isinstance(question, Interest) else None
    return QuestionView(
        question_id=question.id,
        position=item.position,
        type=question.type,
        domain=question.domain,
        prompt=question.prompt,
        options=tuple(QuestionOption(option_id=id, text=texts[id]) for id in item.option_order) or unset,
        min_selections=interest.min_selections if interest else unset,
        max_selections=interest.max_selections if interest else unset,
        max_length=question.max_length if isinstance(question, Essay) else unset,
        time_limit_seconds=question.time_limit_seconds or unset,
        answer_by=answer_by(question, delivered_at) or unset,
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
