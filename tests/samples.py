"""Whole forms for the rules: a small bank in plain data with enough for every form, and forms answered and graded."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from builders import NOON, ids
from credcore.assessment import ASSESSMENT_TIME, Assessment
from credcore.bank import Bank, read_bank
from credcore.blueprint import ExperienceLevel, FormName, draw
from credcore.grading import Flag, Grade, GraderRef, GradingTask, Judgement, grade_of, result_of
from credcore.judged_answers import Record
from credcore.questions import Essay, Interest, MultipleChoice, Question
from credcore.responses import Answer, Choice, Response, ResponseStatus, Selection, Text

ROLE = "backend-developer"
OTHER_ROLE = "data-analyst"
DOMAINS = {
    ROLE: {
        "backend.apis": "0.4",
        "backend.databases": "0.3",
        "backend.architecture": "0.2",
        "backend.quality": "0.1",
    },
    OTHER_ROLE: {
        "data.sql": "0.25",
        "data.statistics": "0.25",
        "data.preparation": "1/4",
        "data.reporting": "0.25",
    },
}
TAGS = ("hands-on-projects", "structured-course", "reading-docs", "certification")
CHOICES_IN_DOMAIN = 6
ESSAYS_IN_DOMAIN = 4
TEST_GRADER = GraderRef(name="test-grader", version="1", reliability=Decimal("0.8"))

Plain = dict[str, Any]  # Any: content as JSON or YAML gives it, before anything has read it


def choice_document(domain: str, number: int) -> Plain:
    return {
        "id": f"{domain.replace('.', '-')}-choice-{number}",
        "domain": domain,
        "difficulty": (number - 1) % 3 + 1,
        "time_limit_seconds": 90,
        "prompt": f"Which way of doing thing {number} in {domain} holds?",
        "options": [
            {"id": id, "text": f"The {id} way of {number}", "rationale": f"Why {id} holds, or does not."}
            for id in "abcd"
        ],
        "key": "abcd"[number % 4],
    }


def essay_document(domain: str, number: int) -> Plain:
    return {
        "id": f"{domain.replace('.', '-')}-essay-{number}",
        "domain": domain,
        "difficulty": (number - 1) % 3 + 1,
        "time_limit_seconds": 240,
        "max_length": 2000,
        "prompt": f"Explain problem {number} of {domain} and mend it.",
        "criteria": [
            {
                "id": "cause",
                "title": "Names the cause",
                "points": 4,
                "looks_for": "Names the missing index as cause.",
            },
            {
                "id": "remedy",
                "title": "Names a remedy",
                "points": 3,
                "looks_for": "Adds an index.",
                "terms": ["index"],
            },
            {
                "id": "proof",
                "title": "Says how to check",
                "points": 3,
                "looks_for": "Reads the query plan afterwards.",
            },
        ],
        "reference_answer": "The missing index is the cause. Adding an index mends it; the query plan shows it.",
        "weak_answer": "Perhaps the machine is too small.",
    }


def interest_document(number: int, *, tagged: bool, roles: Iterable[str] = ()) -> Plain:
    kind, tags = ("interest_tag", TAGS) if tagged else ("objective_tag", ("first-job", "deepen", "switch", "certify"))
    options = [{"id": id, "text": f"Option {id}", kind: tag} for id, tag in zip("abcd", tags, strict=True)]
    document: Plain = {"id": f"interest-{number}", "prompt": "What is it that you like?", "options": options}
    document |= {"min_selections": 1, "max_selections": 2}
    return document | ({"roles": list(roles)} if roles else {})


def course_document(number: int, skill_areas: Iterable[str]) -> Plain:
    return {
        "id": f"course-{number}",
        "title": f"Course {number}",
        "provider": "A provider",
        "url": f"https://courses.example/{number}",
        "level": "beginner",
        "format": "reading",
        "effort_hours": 4 + number / 2,
        "effort_source": "page",
        "cost": "free",
        "credential": None,
        "credential_type": "none",
        "interest_tags": ["reading-docs"],
        "roles": [ROLE],
        "skill_areas": list(skill_areas),
        "seen": {"url": f"https://courses.example/{number}"},
        "reviewed_at": "2026-11-01",
    }


@cache
def _document() -> Plain:
    areas = [domain for domains in DOMAINS.values() for domain in domains]
    courses = [course_document(number, [area]) for number, area in enumerate(areas)]
    cells = {tag: [course["id"] for course in courses[index : index + 3]] for index, tag in enumerate(TAGS)}
    return {
        "roles": [
            {
                "role": role,
                "title": role.replace("-", " ").capitalize(),
                "description": f"What a {role} does.",
                "domains": [
                    {"domain": domain, "title": domain.partition(".")[2].capitalize(), "weight": weight}
                    | {"catalogue": [domain]}
                    for domain, weight in domains.items()
                ],
            }
            for role, domains in DOMAINS.items()
        ],
        "questions": {
            role: {
                "multiple_choice": [choice_document(d, n) for d in domains for n in range(1, CHOICES_IN_DOMAIN + 1)],
                "essays": [essay_document(d, n) for d in domains for n in range(1, ESSAYS_IN_DOMAIN + 1)],
            }
            for role, domains in DOMAINS.items()
        },
        "interests": [
            *(interest_document(number, tagged=False) for number in (1, 2)),
            *(interest_document(number, tagged=True) for number in (3, 4, 5)),
            interest_document(6, tagged=True, roles=[OTHER_ROLE]),
        ],
        "courses": courses,
        "recommendations": {role: dict.fromkeys(("low", "mid", "high"), cells) for role in DOMAINS},
    }


def bank_document() -> Plain:
    """A fresh copy of the small bank's plain data, for a test to spoil."""
    return copy.deepcopy(_document())


def bank_bytes() -> bytes:
    return json.dumps(_document(), sort_keys=True).encode()


@cache
def small_bank() -> Bank:
    """Two roles of four domains each, with enough questions for every form."""
    return read_bank(bank_document())


# --- an assessment and what was answered ------------------------------------------------------------------------------


def assessment(
    *,
    bank: Bank | None = None,
    role: str = ROLE,
    form: FormName = FormName.STANDARD,
    seed: int = 1,
    owner: UUID | None = None,
) -> Assessment:
    bank = bank or small_bank()
    level = ExperienceLevel.INTERMEDIATE
    return Assessment(
        id=ids.new_id(),
        owner_id=owner or ids.new_id(),
        learner_ref=None,
        role=role,
        form=form,
        level=level,
        ai_consent=False,
        seed=seed,
        items=draw(bank, role=role, form=form, level=level, seen=[], seed=seed),
        started_at=NOON,
        expires_at=NOON + ASSESSMENT_TIME,
    )


def right_answer(question: Question) -> Answer:
    """The key, the reference answer, or the first option."""
    match question:
        case MultipleChoice():
            return Choice(option_id=question.key)
        case Essay():
            return Text(text=question.reference_answer)
        case Interest():
            return Selection(option_ids=(question.options[0].id,))


def wrong_answer(question: Question) -> Answer:
    """Another option than the key, the weak answer, or the last option."""
    match question:
        case MultipleChoice():
            return Choice(option_id=next(option.id for option in question.options if option.id != question.key))
        case Essay():
            return Text(text=question.weak_answer)
        case Interest():
            return Selection(option_ids=(question.options[-1].id,))


STATUS_IN_TIME = {
    MultipleChoice: ResponseStatus.SCORED,
    Essay: ResponseStatus.PENDING,
    Interest: ResponseStatus.RECORDED,
}


def response(question: Question, answer: Answer | None = None, *, late: bool = False, ordinal: int = 1) -> Response:
    return Response(
        question_id=question.id,
        answer=answer or right_answer(question),
        status=ResponseStatus.LATE if late else STATUS_IN_TIME[type(question)],
        answered_at=NOON,
        ordinal=ordinal,
    )


def judgement(essay: Essay, share: Decimal | str = "1", *, flags: Iterable[Flag] = ()) -> Judgement:
    """Every criterion earns ``share`` of its points."""
    earned = Decimal(share)
    return Judgement(
        grader=TEST_GRADER,
        criteria=tuple(
            result_of(c, c.points * earned, "the missing index" if earned else None) for c in essay.criteria
        ),
        strengths="The cause was named." if earned else "",
        improvements="" if earned == 1 else "Say how to check it.",
        flags=frozenset(flags),
    )


def task(essay: Essay, answer: str = "The missing index.", *, assessment_id: UUID | None = None) -> GradingTask:
    return GradingTask(assessment_id=assessment_id or ids.new_id(), question=essay, answer=answer, ai_consent=False)


def grade(essay: Essay, share: Decimal | str = "1", *, flags: Iterable[Flag] = ()) -> Grade:
    return grade_of(task(essay), judgement(essay, share, flags=flags), grade_id=ids.new_id(), now=NOON)


@dataclass(frozen=True, kw_only=True)
class Answering:
    """How a test wants a form answered: by question id, everything else right."""

    wrong: frozenset[str] = frozenset()
    unanswered: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    shares: Mapping[str, str] = field(default_factory=dict)


def questions_of(assessment: Assessment, bank: Bank | None = None) -> dict[str, Question]:
    """The form's questions in form order, by id."""
    by_id = (bank or small_bank()).by_id
    return {item.question_id: by_id[item.question_id] for item in assessment.items}


def record(taken: Assessment | None = None, how: Answering | None = None, *, bank: Bank | None = None) -> Record:
    """A whole form, answered and graded."""
    taken, how = taken or assessment(bank=bank), how or Answering()
    questions = questions_of(taken, bank)
    answered = [question for id, question in questions.items() if id not in how.unanswered]
    return Record(
        assessment=taken,
        questions=questions,
        responses={
            question.id: response(
                question,
                wrong_answer(question) if question.id in how.wrong else right_answer(question),
                late=question.id in how.late,
                ordinal=ordinal,
            )
            for ordinal, question in enumerate(answered, start=1)
        },
        grades={
            essay.id: grade(essay, how.shares.get(essay.id, "0" if essay.id in how.wrong else "1"))
            for essay in answered
            if isinstance(essay, Essay) and essay.id not in how.late
        },
    )
