"""Which courses to take next, and why: a cell of the table by role, band and interest tag, weakest domains first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from credcore.assessment import Selection
from credcore.bank import Bank
from credcore.catalogue import Course, Role, TableKey
from credcore.grading import CriterionResult, met
from credcore.profile import DomainResult, JudgedAnswer, Profile, Record
from credcore.questions import Interest, InterestTag
from credcore.scoring import HIGH_FROM, rounded

DEFAULT_TAG = InterestTag.STRUCTURED
"""For a learner who answered no question that carries interest tags."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recommendation:
    """One course of a bundle, as the catalogue had it when the bundle was made, with its reason."""

    id: UUID
    course_id: str
    title: str
    provider: str
    url: str
    level: str
    format: str
    effort_hours: Decimal
    reason: str


def recommend(record: Record, profile: Profile, bank: Bank, new_id: Callable[[], UUID]) -> tuple[Recommendation, ...]:
    """The bundle for a profile: made once, at completion, and kept."""
    role = bank.role(profile.role)
    tag = interest_tag(record)
    cell = [bank.courses[course] for course in bank.table[TableKey(role.id, profile.band, tag or DEFAULT_TAG)]]
    reached = {domain.domain: domain for domain in profile.domains}
    ranked = sorted(((_weakest_served(course, role, reached), course) for course in cell), key=_by_need)
    return tuple(
        Recommendation(
            id=new_id(),
            course_id=course.id,
            title=course.title,
            provider=course.provider,
            url=course.url,
            level=course.level,
            format=course.format,
            effort_hours=course.effort_hours,
            reason=course.note or _reason(domain, profile.answers, tag),
        )
        for domain, course in ranked
    )


def interest_tag(record: Record) -> InterestTag | None:
    """That of the first option chosen in the first interest question, in form order, that carries interest tags.

    None where no such question was answered.
    """
    for item in record.assessment.items:
        question = record.questions[item.question_id]
        if not isinstance(question, Interest) or not question.carries_interest_tags:
            continue
        response = record.responses.get(question.id)
        if response is None or response.late or not isinstance(response.answer, Selection):
            continue
        tags = {option.id: option.interest_tag for option in question.options}
        return tags[response.answer.option_ids[0]]
    return None


def _weakest_served(course: Course, role: Role, reached: dict[str, DomainResult]) -> DomainResult | None:
    """The weakest domain that the course serves; None where it serves none that the form asked about."""
    areas = set(course.skill_areas)
    served = [reached[d.id] for d in role.domains if d.id in reached and areas.intersection(d.catalogue)]
    return min(served, key=lambda domain: domain.score, default=None)


def _by_need(ranked: tuple[DomainResult | None, Course]) -> tuple[bool, object]:
    domain, _ = ranked
    return (domain is None, 0 if domain is None else domain.score)


WAYS = {
    InterestTag.HANDS_ON: "you like to learn by building things",
    InterestTag.STRUCTURED: "you like to be led through a course step by step",
    InterestTag.READING: "you like to learn by reading",
    InterestTag.CERTIFICATION: "you want a credential to show",
}


def _reason(domain: DomainResult | None, answers: Sequence[JudgedAnswer], tag: InterestTag | None) -> str:
    """``tag`` None: the learner said nothing of how they like to learn, and nothing is said of it."""
    way = f"; {WAYS[tag]}" if tag else ""
    if domain is None:
        return f"Fits the role as a whole{way}."
    reached = f"{domain.title}, where you reached {rounded(domain.score)} of 100"
    missed = _hardest_miss(domain.domain, answers)
    if missed is None and domain.score >= HIGH_FROM:
        return f"Goes further in {reached}{way}."
    middle = f' and "{missed.title}" was missing' if missed else ""
    return f"Serves {reached}{middle}{way}."


def _hardest_miss(domain: str, answers: Sequence[JudgedAnswer]) -> CriterionResult | None:
    """The criterion that cost the most points in the domain."""
    criteria = [c for answer in answers if answer.domain == domain for c in answer.criteria]
    return max((c for c in criteria if not met(c)), key=lambda c: c.max_points - c.points, default=None)
