"""The catalogue by itself: words that it knows, and entries that somebody has looked at lately."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from credcore_app.content_check.entries import Entries
from credcore_app.content_check.finding import Finding, Rule, Severity

REVIEW_EVERY = timedelta(days=90)
LEVELS = ("beginner", "intermediate", "advanced")
WORDS: Mapping[str, tuple[str, ...]] = {
    "level": LEVELS,
    "format": ("reading", "certification-exam", "video-course", "project-based", "interactive"),
    "cost": ("free", "free-audit", "paid"),
    "credential_type": ("none", "completion-certificate", "exam-certification", "badge"),
    "effort_source": ("estimate", "evidence"),
}
NO_CREDENTIAL = "none"
COMMON = "common."
"""Skill areas that belong to no role's domain."""

_ADDRESS = re.compile(r"https://[^\s/]+\.[^\s/]+(?:/\S*)?")


def words_of_the_catalogue(entries: Entries) -> Iterator[Finding]:
    for course in entries.courses:
        for field, words in WORDS.items():
            if course.raw.get(field) not in words:
                message = f"{field} cannot be {course.raw.get(field)!r}"
                yield course.place.at(field).finding(Rule.COURSE_FIELD, message, f"It is one of {', '.join(words)}.")
        hours = course.value.effort_hours
        if not (hours.is_finite() and hours > 0):
            message = "effort_hours must be more than 0"
            remedy = "Estimate it, and say so in effort_source."
            yield course.place.at("effort_hours").finding(Rule.COURSE_FIELD, message, remedy)
        if not _ADDRESS.fullmatch(course.value.url):
            yield course.place.at("url").finding(Rule.COURSE_FIELD, "url is no https address", "Copy the address.")
        if (course.value.credential is None) != (course.value.credential_type == NO_CREDENTIAL):
            message = "credential and credential_type contradict each other"
            remedy = "Name the credential and its type, or write null and none."
            yield course.place.at("credential").finding(Rule.COURSE_FIELD, message, remedy)


def addresses_stand_once(entries: Entries) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for course in entries.courses:
        url = course.value.url.rstrip("/").lower()
        if url in seen:
            message = f"{seen[url]} has the same address"
            yield course.place.at("url").finding(Rule.DUPLICATE_COURSE, message, "Keep one of the two entries.")
        seen.setdefault(url, course.value.id)


def roles_and_areas_of_courses(entries: Entries) -> Iterator[Finding]:
    roles = entries.role_ids()
    areas = {area for role in entries.roles for domain in role.value.domains for area in domain.catalogue}
    for course in entries.courses:
        for index, role in enumerate(_texts(course.raw.get("roles"))):
            if role not in roles:
                place = course.place.at("roles", index)
                remedy = f"The roles are {', '.join(sorted(roles))}."
                yield place.finding(Rule.UNKNOWN_ROLE, f"no such role: {role}", remedy)
        for index, area in enumerate(course.value.skill_areas):
            if area not in areas and not area.startswith(COMMON):
                message = f"no domain of roles.yaml is served by {area!r}"
                place = course.place.at("skill_areas", index)
                yield place.finding(Rule.UNKNOWN_AREA, message, "Correct it, or name it under a domain's catalogue.")
        for field, named in (("roles", course.raw.get("roles")), ("interest_tags", course.value.interest_tags)):
            if not named:
                message = f"its {field} are empty, so it can stand nowhere"
                yield course.place.at(field).finding(Rule.COURSE_FIELD, message, "Name at least one.")


def areas_of_domains(entries: Entries) -> Iterator[Finding]:
    """Without a course in one of its areas, a domain is recommended nothing, however weak a learner is in it."""
    taught = {area for course in entries.courses for area in course.value.skill_areas}
    for role in entries.roles:
        for number, domain in enumerate(role.value.domains):
            place = role.place.at("domains", number, "catalogue")
            if not domain.catalogue:
                yield place.finding(Rule.UNKNOWN_AREA, f"{domain.id} names no area", "Name what its courses teach.")
            for index, area in enumerate(domain.catalogue):
                if area not in taught:
                    remedy = "Correct it, or add a course of this area to courses.yaml."
                    yield place.at(index).finding(Rule.UNKNOWN_AREA, f"no course teaches {area!r}", remedy)


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def reviewed_lately(entries: Entries, today: date) -> Iterator[Finding]:
    for course in entries.courses:
        age = today - course.value.reviewed_at
        place = course.place.at("reviewed_at")
        if age < timedelta(0):
            message = f"was reviewed on {course.value.reviewed_at}, which is yet to come"
            yield place.finding(Rule.REVIEW_DATE, message, "Write the day on which the entry was gone over.")
        elif age > REVIEW_EVERY:
            message = f"was not reviewed for {age.days} days"
            remedy = "Open the address, correct the entry, and set reviewed_at to today."
            yield place.finding(Rule.NOT_REVIEWED, message, remedy, Severity.WARNING)


def places_of_sources(entries: Entries) -> Iterator[Finding]:
    for course in entries.courses:
        seen = course.raw.get("seen")
        if isinstance(seen, dict) and not _is_source(seen):
            message = "seen must name a source, and a date of it as text or null"
            yield course.place.at("seen").finding(Rule.COURSE_FIELD, message, 'Write {source: …, date: "2026-08-18"}.')


def _is_source(seen: Mapping[str, object]) -> bool:
    on = seen.get("date")
    dated = on is None or (isinstance(on, str) and re.fullmatch(r"20\d\d(?:-\d\d(?:-\d\d)?)?", on) is not None)
    return set(seen) == {"source", "date"} and isinstance(seen["source"], str) and dated


RULES = (
    words_of_the_catalogue,
    addresses_stand_once,
    places_of_sources,
)
WHOLE = (
    roles_and_areas_of_courses,
    areas_of_domains,
)
