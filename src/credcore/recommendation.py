"""Which courses to take next, and why: a cell of the table by role, band and interest tag, weakest domains first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from credcore.bank import Bank
from credcore.catalogue import Course, Role, TableKey
from credcore.grading import CriterionResult, met
from credcore.judged_answers import JudgedAnswer, Record
from credcore.profile import DomainResult, Profile
from credcore.questions import Interest, InterestTag
from credcore.responses import Selection
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
    ranked = sorted(_with_domains(cell, role, reached), key=_by_need)
    reasons = _reasons(ranked, profile.answers, tag)
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
            reason=reasons[course.id],
        )
        for _, course in ranked
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


def _with_domains(
    cell: Sequence[Course], role: Role, reached: dict[str, DomainResult]
) -> list[tuple[DomainResult | None, Course]]:
    """Each course with the weakest domain that it serves; None where it serves none that the form asked about.

    Of equally weak domains it is one that fewer courses before it were taken for, then the one that weighs more.
    """
    taken: Counter[str] = Counter()
    found: list[tuple[DomainResult | None, Course]] = []
    for course in cell:
        areas = set(course.skill_areas)
        served = [reached[d.id] for d in role.domains if d.id in reached and areas.intersection(d.catalogue)]
        domain = min(served, key=lambda one: (one.score, taken[one.domain], -one.weight), default=None)
        if domain is not None:
            taken[domain.domain] += 1
        found.append((domain, course))
    return found


def _by_need(ranked: tuple[DomainResult | None, Course]) -> tuple[bool, object]:
    domain, _ = ranked
    return (domain is None, 0 if domain is None else domain.score)


WAYS = {
    InterestTag.HANDS_ON: "you like to learn by building things",
    InterestTag.STRUCTURED: "you like to be led through a course step by step",
    InterestTag.READING: "you like to learn by reading",
    InterestTag.CERTIFICATION: "you want a credential to show",
}


def _reasons(
    ranked: Sequence[tuple[DomainResult | None, Course]], answers: Sequence[JudgedAnswer], tag: InterestTag | None
) -> dict[str, str]:
    """A reason for each course by its id, no two alike: the next course for a domain names what else it cost."""
    given: dict[str, str] = {}
    for domain, course in ranked:
        possible = [course.note] if course.note else _possible(domain, course, answers, tag)
        given[course.id] = next((reason for reason in possible if reason not in given.values()), possible[-1])
    return given


def _possible(
    domain: DomainResult | None, course: Course, answers: Sequence[JudgedAnswer], tag: InterestTag | None
) -> list[str]:
    """``tag`` None: the learner said nothing of how they like to learn, and nothing is said of it."""
    way = f"; {WAYS[tag]}" if tag else ""
    itself = f"; this one is by {course.provider} and takes {course.effort_hours.normalize():f} hours"
    if domain is None:
        first = "Fits the role as a whole"
        return [f"{first}{way}.", f"{first}{itself}.", f"{first}: {course.title}."]
    reached = f"{domain.title}, where you reached {rounded(domain.score)} of 100"
    missed = _misses(domain.domain, answers)
    first = f"Goes further in {reached}" if not missed and domain.score >= HIGH_FROM else f"Serves {reached}"
    named = [f"{first} and {_short_of(miss)}{way}." for miss in missed] or [f"{first}{way}."]
    return [*named, f"{first}{itself}.", f"{first}: {course.title}."]


def _short_of(criterion: CriterionResult) -> str:
    how = "was missing" if 4 * criterion.points < criterion.max_points else "was not clear enough"
    return f'"{criterion.title}" {how}'


def _misses(domain: str, answers: Sequence[JudgedAnswer]) -> list[CriterionResult]:
    """The criteria of the domain that were not met, from the one that cost most."""
    criteria = [c for answer in answers if answer.domain == domain for c in answer.criteria]
    return sorted((c for c in criteria if not met(c)), key=lambda c: c.points - c.max_points)
