"""Questions and answers on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from credcore.assessment_ports import Delivery
from credcore.blueprint import FormItem
from credcore.errors import InvalidValue
from credcore.questions import Essay, Interest, Question, QuestionType
from credcore.responses import Answer, Choice, Response, ResponseStatus, Selection, Text, answer_by
from credcore_http.wire.base import Count, Inbound, Outbound, Slug, Time

Markdown = Annotated[str, msgspec.Meta(description="Markdown (CommonMark); what looks like HTML is text to be shown.")]


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
