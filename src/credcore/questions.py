"""Questions as they stand in the bank: immutable, and named by what they say.

A question's version is a hash of its content, so a result always points at exactly what it was judged by, and two
places that hold the same question agree on its version without asking each other.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from credcore.errors import ContentFault

RUBRIC_POINTS = 10
"""The criteria of a rubric add up to this, so that a grade reads as "of ten"."""


class QuestionType(StrEnum):
    MCQ = "mcq"
    ESSAY = "essay"
    INTEREST = "interest"


class InterestTag(StrEnum):
    """How a learner likes to learn."""

    HANDS_ON = "hands-on-projects"
    STRUCTURED = "structured-course"
    READING = "reading-docs"
    CERTIFICATION = "certification"


class ObjectiveTag(StrEnum):
    """What a learner is after."""

    FIRST_JOB = "first-job"
    DEEPEN = "deepen"
    SWITCH = "switch"
    CERTIFY = "certify"


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One option of a multiple-choice question; ``rationale`` says why it is right, or why one might believe it."""

    id: str
    text: str
    rationale: str


@dataclass(frozen=True, kw_only=True, slots=True)
class InterestOption:
    id: str
    text: str
    interest_tag: InterestTag | None = None
    objective_tag: ObjectiveTag | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """One idea that earns points. ``terms`` are ideas its evidence can hardly do without, each in several wordings."""

    id: str
    title: str
    points: int
    looks_for: str
    terms: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MultipleChoice:
    id: str
    domain: str
    difficulty: int
    prompt: str
    options: tuple[Option, ...]
    key: str
    time_limit_seconds: int | None = None
    weight: int = 1
    type: QuestionType = QuestionType.MCQ

    def __post_init__(self) -> None:
        _check_common(self.id, self.difficulty, self.time_limit_seconds, self.weight)
        ids = _unique_ids(self.id, [option.id for option in self.options])
        if len(ids) < 2:
            raise ContentFault(self.id, "needs at least two options")
        if self.key not in ids:
            raise ContentFault(self.id, f"key {self.key!r} is not one of its options")

    @property
    def version(self) -> str:
        return content_hash(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class Essay:
    """An open question, code included, judged against a rubric. ``max_length`` is in characters."""

    id: str
    domain: str
    difficulty: int
    prompt: str
    criteria: tuple[Criterion, ...]
    reference_answer: str
    weak_answer: str
    max_length: int
    time_limit_seconds: int | None = None
    weight: int = 2
    type: QuestionType = QuestionType.ESSAY

    def __post_init__(self) -> None:
        _check_common(self.id, self.difficulty, self.time_limit_seconds, self.weight)
        _unique_ids(self.id, [criterion.id for criterion in self.criteria])
        if any(criterion.points < 1 for criterion in self.criteria):
            raise ContentFault(self.id, "each criterion needs at least one point")
        total = sum(criterion.points for criterion in self.criteria)
        if total != RUBRIC_POINTS:
            raise ContentFault(self.id, f"its criteria add up to {total} points, not {RUBRIC_POINTS}")
        if not 1 <= self.max_length <= 20_000:
            raise ContentFault(self.id, "max_length must be between 1 and 20000 characters")
        if len(self.reference_answer) > self.max_length:
            raise ContentFault(self.id, "its reference answer is longer than max_length")

    @property
    def version(self) -> str:
        return content_hash(self)

    @property
    def rubric_hash(self) -> str:
        """Names the rubric alone: criteria and reference answer, whatever the prompt's wording."""
        return _digest({"criteria": [asdict(c) for c in self.criteria], "reference": self.reference_answer})


@dataclass(frozen=True, kw_only=True, slots=True)
class Interest:
    """A question without points: how the learner likes to learn, and to what end. ``roles`` empty: every role."""

    id: str
    prompt: str
    min_selections: int
    max_selections: int
    options: tuple[InterestOption, ...]
    roles: tuple[str, ...] = ()
    type: QuestionType = QuestionType.INTEREST
    domain: str = "interests"
    time_limit_seconds: int | None = None

    def __post_init__(self) -> None:
        _unique_ids(self.id, [option.id for option in self.options])
        if not 1 <= self.min_selections <= self.max_selections <= len(self.options):
            raise ContentFault(self.id, "needs 1 <= min_selections <= max_selections <= number of options")

    @property
    def version(self) -> str:
        return content_hash(self)

    @property
    def carries_interest_tags(self) -> bool:
        return any(option.interest_tag is not None for option in self.options)


Question = MultipleChoice | Essay | Interest
Scored = MultipleChoice | Essay
"""What earns points."""


def content_hash(question: Question) -> str:
    """Twelve hexadecimal digits that change whenever anything about the question does."""
    return _digest(asdict(question))


def _digest(value: dict[str, Any]) -> str:  # Any: what `asdict` gives, about to become canonical JSON
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _unique_ids(where: str, ids: list[str]) -> set[str]:
    unique = set(ids)
    if len(unique) != len(ids):
        raise ContentFault(where, "an id stands twice")
    if "" in unique:
        raise ContentFault(where, "an id is empty")
    return unique


def _check_common(where: str, difficulty: int, time_limit_seconds: int | None, weight: int) -> None:
    if difficulty not in (1, 2, 3):
        raise ContentFault(where, f"difficulty is {difficulty}, not 1, 2 or 3")
    if time_limit_seconds is not None and time_limit_seconds < 1:
        raise ContentFault(where, "time_limit_seconds must be positive")
    if weight < 1:
        raise ContentFault(where, "weight must be a positive whole number")
