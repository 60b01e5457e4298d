"""Grades: rubric criteria met and missed, with the evidence, and what judged them.

A grade is never updated. A better one supersedes it, and the one before stays readable.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from credcore.questions import Criterion, Essay

STEP = Decimal("0.1")
"""Criterion points come in steps of this size."""


class Flag(StrEnum):
    PROVISIONAL = "provisional"
    NEEDS_REVIEW = "needs-review"


@dataclass(frozen=True, kw_only=True, slots=True)
class GraderRef:
    """What judged: its name, its version, and its measured agreement with human graders, from 0 to 1."""

    name: str
    version: str
    reliability: Decimal


KEY = GraderRef(name="key", version="1", reliability=Decimal(1))
"""The answer key of a multiple-choice question."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionResult:
    """What one criterion earned. ``evidence`` stands word for word in the answer; None where there is none."""

    criterion_id: str
    title: str
    points: Decimal
    max_points: int
    evidence: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCall:
    """What a call to an AI model leaves behind, enough to recompute the points from the stored reply.

    ``reused_from``: the grade whose reply was taken again, for the same answer to the same question; then this one
    cost nothing.
    """

    model: str
    prompt_hash: str
    raw_reply: str
    tokens_in: int
    tokens_out: int
    cost_usd: Decimal
    reused_from: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What a grader found in one answer; ``points`` of ten are the sum of the criteria's."""

    grader: GraderRef
    criteria: tuple[CriterionResult, ...]
    strengths: str
    improvements: str
    flags: frozenset[Flag] = frozenset()
    call: ModelCall | None = None

    def __post_init__(self) -> None:
        for criterion in self.criteria:
            if not 0 <= criterion.points <= criterion.max_points:
                raise ValueError(
                    f"criterion {criterion.criterion_id} earns {criterion.points} of {criterion.max_points}"
                )

    @property
    def points(self) -> Decimal:
        return sum((criterion.points for criterion in self.criteria), Decimal(0))


@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """A judgement, bound to the answer, the question version and the rubric that it was made for.

    ``answer_hash`` names the answer as ``answer_hash_of`` has it.
    """

    id: UUID
    assessment_id: UUID
    question_id: str
    question_version: str
    rubric_hash: str
    judgement: Judgement
    graded_at: datetime
    answer_hash: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GradingTask:
    """An answer to be judged. ``assessment_id`` and ``ai_consent`` decide who may judge it, never how it is judged.

    ``learner_name`` is there to be masked in what an AI provider is sent; None where nobody told us one.
    """

    assessment_id: UUID
    question: Essay
    answer: str
    ai_consent: bool
    learner_name: str | None = field(default=None, repr=False)


def grade_of(task: GradingTask, judgement: Judgement, *, grade_id: UUID, now: datetime) -> Grade:
    return Grade(
        id=grade_id,
        assessment_id=task.assessment_id,
        question_id=task.question.id,
        question_version=task.question.version,
        rubric_hash=task.question.rubric_hash,
        judgement=judgement,
        graded_at=now,
        answer_hash=answer_hash_of(task.answer),
    )


def answer_hash_of(answer: str) -> str:
    """Equal for answers that differ in nothing but how characters are composed, line ends, and blanks at the end.

    Indentation stays: in code it means something.
    """
    lines = unicodedata.normalize("NFC", answer).splitlines()
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def met(criterion: CriterionResult) -> bool:
    """Whether a criterion counts as met in words: from three fifths of its points."""
    return criterion.points * 5 >= Decimal(criterion.max_points) * 3


def result_of(criterion: Criterion, points: Decimal, evidence: str | None) -> CriterionResult:
    return CriterionResult(
        criterion_id=criterion.id,
        title=criterion.title,
        points=points,
        max_points=criterion.points,
        evidence=evidence,
    )
