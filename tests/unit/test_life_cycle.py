"""Any sequence of deliveries, answers, completions and waiting, against a model small enough to be believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from builders import NOON
from credcore.assessment import Action, Assessment, Status, advance
from credcore.errors import (
    AlreadyAnswered,
    AssessmentCompleted,
    AssessmentExpired,
    InvalidValue,
    QuestionNotInForm,
    Refused,
)
from credcore.questions import MultipleChoice
from credcore.responses import Answer, AnswerContext, Choice, Response, Text, respond
from samples import ROLE, assessment, questions_of, right_answer, wrong_answer

PLACES = st.integers(0, 10)
"""Positions in a ten-question form; the eleventh is a question of another form."""
Refusal = type[Refused] | None
Value = TypeVar("Value")
BAD = Choice(option_id="nonsense")


@dataclass
class Model:
    """What an assessment is, said in the fewest words: times, first answers and lateness, all by question id."""

    ends: datetime
    completed: bool = False
    delivered: dict[str, datetime] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)

    def refuses_to_go_on(self, now: datetime) -> Refusal:
        if self.completed:
            return AssessmentCompleted
        return AssessmentExpired if now >= self.ends else None

    def verdict(self, question: str, answer: Answer, ids: list[str], *, fits: bool, now: datetime) -> Refusal:
        """The class of the refusal, or None where the answer stands."""
        if self.answers.get(question) == answer:
            return None
        if refusal := self.refuses_to_go_on(now):
            return refusal
        if question not in ids:
            return QuestionNotInForm
        if not fits:
            return InvalidValue
        return AlreadyAnswered if question in self.answers else None


def outcome(act: Callable[[], Value]) -> tuple[Refusal, Value | None]:
    """What ``act`` was refused with, or what it gave."""
    try:
        return None, act()
    except Refused as refused:
        return type(refused), None


class LifeCycle(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.assessment: Assessment = assessment(role=ROLE, seed=3)
        self.questions = questions_of(self.assessment)
        self.ids = [*self.questions, "a-question-of-another-form"]
        self.responses: dict[str, Response] = {}
        self.completed_at: datetime | None = None
        self.model = Model(ends=self.assessment.expires_at)

    @property
    def status(self) -> Status:
        if self.completed_at is not None:
            return Status.COMPLETED
        return self.assessment.status(self.now)

    @rule(seconds=st.sampled_from([1, 30, 94, 95, 96, 250, 3600]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(place=st.integers(0, 9))
    def deliver(self, place: int) -> None:
        question = self.ids[place]
        refusal, _ = outcome(lambda: advance(self.status, Action.DELIVER, self.assessment.expires_at))
        assert refusal is self.model.refuses_to_go_on(self.now)
        if refusal is None:
            self.model.delivered.setdefault(question, self.now)

    @rule(place=PLACES, right=st.booleans())
    def answer(self, place: int, right: bool) -> None:
        self.attempt(self.ids[place], right)

    @rule(place=PLACES)
    def answer_with_nonsense(self, place: int) -> None:
        self.attempt(self.ids[place], None)

    def attempt(self, question_id: str, right: bool | None) -> None:
        question = self.questions.get(question_id)
        if question is None or right is None:
            answer: Answer = BAD if not isinstance(question, MultipleChoice) else Text(text="nonsense")
        else:
            answer = right_answer(question) if right else wrong_answer(question)
        expected = self.model.verdict(question_id, answer, self.ids[:-1], fits=right is not None, now=self.now)
        refusal, response = outcome(lambda: respond(self.context(question_id), question_id, answer, self.now))
        assert refusal is expected
        if response is not None:
            self.stored(question_id, answer, response)

    def context(self, question_id: str) -> AnswerContext:
        return AnswerContext(
            completed_at=self.completed_at,
            expires_at=self.assessment.expires_at,
            answered=len(self.responses),
            question=self.questions.get(question_id),
            delivered_at=self.model.delivered.get(question_id),
            standing=self.responses.get(question_id),
        )

    def stored(self, question_id: str, answer: Answer, response: Response) -> None:
        if question_id in self.responses:
            assert response is self.responses[question_id]
            return
        self.responses[question_id] = response
        self.model.answers[question_id] = answer
        limit, delivered = self.questions[question_id].time_limit_seconds, self.model.delivered.get(question_id)
        if limit and delivered and (self.now - delivered).total_seconds() > limit + 5:
            self.model.late.add(question_id)

    @rule()
    def complete(self) -> None:
        advance(self.status, Action.COMPLETE, self.assessment.expires_at)
        self.completed_at = self.completed_at or self.now
        self.model.completed = True

    @invariant()
    def what_stands_is_what_the_model_says(self) -> None:
        assert {id: response.answer for id, response in self.responses.items()} == self.model.answers
        assert {id for id, response in self.responses.items() if response.late} == self.model.late

    @invariant()
    def answers_are_numbered_in_the_order_they_came(self) -> None:
        assert [response.ordinal for response in self.responses.values()] == list(range(1, len(self.responses) + 1))


TestLifeCycle = LifeCycle.TestCase
TestLifeCycle.settings = settings(stateful_step_count=30)
