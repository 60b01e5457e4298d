"""Test data: a small bank made in code, and everything that hangs on it. Each builder has defaults for all it can."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from uuid import UUID

from credcore.accounts import Account, Caller, CallerKind, Scope, UserRole
from credcore.assessment import Assessment
from credcore.assessment_ports import Conclusion
from credcore.bank import Bank
from credcore.blueprint import ExperienceLevel, FormItem, FormName
from credcore.catalogue import Course, Domain, Role, TableKey
from credcore.grading import CriterionResult, Flag, Grade, GraderRef, GradingTask, Judgement, ModelCall, grade_of
from credcore.judged_answers import Record
from credcore.memory import RandomIds
from credcore.profile import build_profile
from credcore.questions import (
    Criterion,
    Essay,
    Interest,
    InterestOption,
    InterestTag,
    MultipleChoice,
    ObjectiveTag,
    Option,
    Question,
)
from credcore.recommendation import recommend
from credcore.responses import Answer, AnswerContext, Choice, Response, Selection, Text, respond

NOON = datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=UTC)
ROLE = "tester"
DOMAINS = ("tester.plans", "tester.tools", "tester.reports", "tester.habits")
LIFETIME = timedelta(hours=2)

# What people write, and what breaks programs that thought of nobody but themselves.
HOSTILE_TEXTS = (
    "",
    " leading and trailing ",
    "'; DROP TABLE account; --",
    "quotes \" ' ` and a \\ backslash \\u0000 that is none",
    "line\nbreak\r\ntab\t and \x01 control",
    "emoji \U0001f469\u200d\U0001f4bb and \U0001f1e9\U0001f1ea, a private \ue000 and the last \U0010ffff",
    "right to left \u05e9\u05dc\u05d5\u05dd \u202eoverride\u202c and \u0645\u0631\u062d\u0628\u0627",
    "combining e\u0301 is not \u00e9; \ufeff and \ufffe are kept",
    "%s %(name)s {0} ${x} $1 NULL null [] {}",
)


@dataclass
class FakeClock:
    """A time that stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass
class TickingClock:
    """A millisecond later each time it is asked, so that of two identifiers the one made later is the greater."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


ids = RandomIds(TickingClock())


# --- content ----------------------------------------------------------------------------------------------------------


def multiple_choice(id: str = "mc", domain: str = DOMAINS[0], **other: object) -> MultipleChoice:
    defaults: dict[str, object] = {
        "difficulty": 2,
        "prompt": f"What of {id}?",
        "options": tuple(
            Option(id=option, text=f"Option {option}", rationale=f"Why {option}") for option in ("a", "b", "c")
        ),
        "key": "b",
    }
    return MultipleChoice(id=id, domain=domain, **(defaults | other))  # type: ignore[arg-type]  # defaults by name


def essay(id: str = "essay", domain: str = DOMAINS[0], **other: object) -> Essay:
    defaults: dict[str, object] = {
        "difficulty": 2,
        "prompt": f"Explain {id}.",
        "criteria": (
            Criterion(id="what", title="Says what", points=6, looks_for="what", terms=(("what", "which"), ("thing",))),
            Criterion(id="why", title="Says why", points=4, looks_for="why"),
        ),
        "reference_answer": "What and why.",
        "weak_answer": "Something.",
        "max_length": 2000,
    }
    return Essay(id=id, domain=domain, **(defaults | other))  # type: ignore[arg-type]  # defaults by name


def interest(id: str = "interest", **other: object) -> Interest:
    defaults: dict[str, object] = {
        "prompt": f"What do you like about {id}?",
        "min_selections": 1,
        "max_selections": 2,
        "options": tuple(
            InterestOption(id=str(tag), text=f"I like {tag}", interest_tag=tag, objective_tag=ObjectiveTag.DEEPEN)
            for tag in InterestTag
        ),
    }
    return Interest(id=id, **(defaults | other))  # type: ignore[arg-type]  # defaults by name


def course(id: str) -> Course:
    return Course(
        id=id,
        title=f"Course {id}",
        provider="A provider",
        url=f"https://courses.example/{id}",
        level="beginner",
        format="online",
        effort_hours=Decimal("12.5"),
        cost="free",
        credential=None,
        credential_type="none",
        interest_tags=(InterestTag.STRUCTURED,),
        skill_areas=("plans",),
        reviewed_at=date(2026, 11, 1),
    )


def role() -> Role:
    return Role(
        id=ROLE,
        title="Tester",
        description="Tests.",
        domains=tuple(
            Domain(id=domain, title=domain.rpartition(".")[2].title(), weight=Fraction(1, 4), catalogue=("plans",))
            for domain in DOMAINS
        ),
    )


@cache
def bank() -> Bank:
    """One role; in each of four domains three multiple-choice questions and three essays; four interest questions.

    The first of each kind in a domain has a time limit of 60 seconds.
    """
    questions: list[MultipleChoice | Essay] = []
    for domain in DOMAINS:
        for number in (1, 2, 3):
            limit = 60 if number == 1 else None
            questions.append(multiple_choice(f"{domain}-mc-{number}", domain, time_limit_seconds=limit))
            questions.append(essay(f"{domain}-essay-{number}", domain, time_limit_seconds=limit))
    courses = {id: course(id) for id in ("course-1", "course-2", "course-3")}
    return Bank(
        roles=(role(),),
        questions={ROLE: tuple(questions)},
        interests=tuple(interest(f"interest-{number}") for number in (1, 2, 3, 4)),
        courses=courses,
        table={key: tuple(courses) for key in TableKey.every([role()])},
    )


def document(mark: str = "first") -> bytes:
    """A bank's document; to the stores it is bytes."""
    return json.dumps({"bank": mark}).encode()


# --- people -----------------------------------------------------------------------------------------------------------


def account(email: str | None = None, **other: object) -> Account:
    id = ids.new_id()
    defaults: dict[str, object] = {
        "id": id,
        "email": email or f"{id}@example.org",
        "name": "A learner",
        "role": UserRole.STUDENT,
        "ai_consent": False,
        "created_at": datetime.fromtimestamp(0, UTC),
    }
    return Account(**(defaults | other))  # type: ignore[arg-type]  # defaults by name


def partner(id: UUID | None = None) -> Caller:
    return Caller(id=id or ids.new_id(), kind=CallerKind.PARTNER, epoch=1, scopes=frozenset(Scope))


MARK = bytes(range(32))
"""Of an erasure, where it does not matter whose."""


# --- assessments ------------------------------------------------------------------------------------------------------

MC, TIMED_MC = f"{DOMAINS[0]}-mc-2", f"{DOMAINS[1]}-mc-1"
ESSAY, TIMED_ESSAY = f"{DOMAINS[0]}-essay-2", f"{DOMAINS[1]}-essay-1"
INTEREST = "interest-1"
FORM = (MC, ESSAY, TIMED_ESSAY, TIMED_MC, INTEREST)
"""A built assessment in form order: choice, essay, essay with 60 seconds, choice with 60 seconds, interest."""


def item(question: Question, position: int) -> FormItem:
    options = () if isinstance(question, Essay) else tuple(option.id for option in reversed(question.options))
    return FormItem(
        position=position,
        question_id=question.id,
        question_version=question.version,
        type=question.type,
        domain=question.domain,
        option_order=options,
    )


def form(question_ids: Sequence[str] = FORM) -> tuple[FormItem, ...]:
    return tuple(item(bank().by_id[id], position) for position, id in enumerate(question_ids, start=1))


def assessment(owner: Caller, question_ids: Sequence[str] = FORM, **other: object) -> Assessment:
    defaults: dict[str, object] = {
        "id": ids.new_id(),
        "owner_id": owner.id,
        "learner_ref": None,
        "role": ROLE,
        "form": FormName.STANDARD,
        "level": ExperienceLevel.INTERMEDIATE,
        "ai_consent": False,
        "seed": 2**63 - 1,
        "items": form(question_ids),
        "started_at": datetime.fromtimestamp(0, UTC),
        "expires_at": datetime.fromtimestamp(0, UTC),
    }
    return Assessment(**(defaults | other))  # type: ignore[arg-type]  # defaults by name


def answer(question_id: str, text: str = "What it is, and why.") -> Answer:
    """A right answer to a question of the small bank."""
    match bank().by_id[question_id]:
        case MultipleChoice() as question:
            return Choice(option_id=question.key)
        case Essay():
            return Text(text=text)
        case Interest() as question:
            return Selection(option_ids=(question.options[1].id, question.options[0].id))


@dataclass(frozen=True)
class Respond:
    """The rule of answering, for one answer: what a use case hands to the store."""

    question_id: str
    answer: Answer

    def __call__(self, context: AnswerContext, now: datetime) -> Response:
        return respond(context, self.question_id, self.answer, now)


# --- grades and profiles ----------------------------------------------------------------------------------------------

MODEL_CALL = ModelCall(
    model="a-model",
    prompt_hash="5f2b",
    raw_reply='{"points": [6, "2.5"], "why": "\U0001f600"}',
    tokens_in=700,
    tokens_out=90,
    cost_usd=Decimal("0.000321"),
)


def judgement(question: Essay, *, flags: frozenset[Flag] = frozenset(), call: ModelCall | None = None) -> Judgement:
    first, second = question.criteria
    return Judgement(
        grader=GraderRef(name="offline", version="3", reliability=Decimal("0.71")),
        criteria=(
            CriterionResult(
                criterion_id=first.id, title=first.title, points=Decimal("4.5"), max_points=6, evidence='"it" is'
            ),
            CriterionResult(criterion_id=second.id, title=second.title, points=Decimal(0), max_points=4, evidence=None),
        ),
        strengths="Says what it is.",
        improvements="Say why.",
        flags=flags,
        call=call,
    )


def grade(task: GradingTask, *, now: datetime = NOON, call: ModelCall | None = None, **other: object) -> Grade:
    flags: frozenset[Flag] = frozenset({Flag.PROVISIONAL}) if other.pop("provisional", False) else frozenset()
    assert not other
    return grade_of(task, judgement(task.question, flags=flags, call=call), grade_id=ids.new_id(), now=now)


def grade_for(record: Record, question_id: str, *, now: datetime = NOON, provisional: bool = False) -> Grade:
    """A grade for an answered essay of the record."""
    question, response = record.questions[question_id], record.responses[question_id]
    assert isinstance(question, Essay)
    assert isinstance(response.answer, Text)
    task = GradingTask(
        assessment_id=record.assessment.id,
        question=question,
        answer=response.answer.text,
        ai_consent=record.assessment.ai_consent,
    )
    return grade(task, now=now, provisional=provisional)


def conclusion(record: Record, now: datetime, grades: Sequence[Grade] = ()) -> Conclusion:
    """What completion would store, with ``grades`` that it made itself. Raises as ``build_profile``."""
    all_grades = {**record.grades, **{made.question_id: made for made in grades}}
    judged = Record(
        assessment=record.assessment, questions=record.questions, responses=record.responses, grades=all_grades
    )
    profile = build_profile(judged, bank().role(ROLE), completed_at=now)
    return Conclusion(profile=profile, bundle=recommend(judged, profile, bank(), ids.new_id), grades=tuple(grades))
