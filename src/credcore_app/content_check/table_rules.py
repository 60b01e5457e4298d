"""The recommendation table: a cell for everybody, and courses in it that an advisor could defend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from credcore.catalogue import Band, Course, Role, TableKey
from credcore.fields import kind
from credcore.questions import InterestTag
from credcore_app.content_check.course_rules import LEVELS, NO_CREDENTIAL
from credcore_app.content_check.entries import GUIDE, Entries, Entry, value_at
from credcore_app.content_check.finding import Finding, Rule
from credcore_app.content_check.located import Place

LEAST_COURSES, MOST_COURSES = 2, 3
FREE = "free"
BAND_LEVELS = dict(zip(Band, LEVELS, strict=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A cell that stands in the file; ``courses`` are those of its ids that the catalogue has."""

    key: TableKey
    place: Place
    ids: tuple[str, ...]
    courses: tuple[Entry[Course], ...]


def cells(entries: Entries) -> Iterator[Cell]:
    catalogue = {course.value.id: course for course in entries.courses}
    for key in TableKey.every(role.value for role in entries.roles):
        place = Place(document=entries.table, steps=(key.role, key.band, key.tag))
        value = value_at(place)
        if isinstance(value, list) and all(isinstance(id, str) for id in value):
            known = tuple(catalogue[id] for id in value if id in catalogue)
            yield Cell(key=key, place=place, ids=tuple(value), courses=known)


def every_cell_stands(entries: Entries) -> Iterator[Finding]:
    if entries.table.value is None:
        return
    for key in TableKey.every(role.value for role in entries.roles):
        place = Place(document=entries.table, steps=(key.role, key.band, key.tag))
        value = value_at(place)
        if value is None:
            message = f"the cell {key} is missing"
            yield place.finding(Rule.MISSING_CELL, message, "Name two or three courses for it.")
        elif not isinstance(value, list) or not all(isinstance(id, str) for id in value):
            yield place.finding(Rule.SCHEMA, f"must be a list of course ids, is {kind(value)}", GUIDE)


def no_cell_is_unknown(entries: Entries) -> Iterator[Finding]:
    table = Place(document=entries.table)
    for role in _names(table):
        if role not in entries.role_ids():
            yield table.at(role).finding(Rule.UNKNOWN_ROLE, f"no such role: {role}", "roles.yaml names the roles.")
            continue
        for band in _names(table.at(role)):
            if band not in set(Band):
                place = table.at(role, band)
                yield place.finding(Rule.UNKNOWN_BAND, f"no such band: {band}", f"The bands are {', '.join(Band)}.")
                continue
            for tag in _names(table.at(role, band)):
                if tag not in set(InterestTag):
                    place = table.at(role, band, tag)
                    remedy = f"The tags are {', '.join(InterestTag)}."
                    yield place.finding(Rule.UNKNOWN_TAG, f"no such interest tag: {tag}", remedy)


def _names(place: Place) -> list[str]:
    value = value_at(place)
    return list(value) if isinstance(value, dict) else []


def two_or_three_courses(entries: Entries) -> Iterator[Finding]:
    for cell in cells(entries):
        if len(set(cell.ids)) != len(cell.ids) or not LEAST_COURSES <= len(cell.ids) <= MOST_COURSES:
            message = f"{cell.key} names {', '.join(cell.ids) or 'nothing'}"
            yield cell.place.finding(Rule.CELL_SIZE, message, "Name two or three different courses.")


def known_courses(entries: Entries) -> Iterator[Finding]:
    catalogue = {course.value.id for course in entries.courses}
    for cell in cells(entries):
        for index, id in enumerate(cell.ids):
            if id not in catalogue:
                place = cell.place.at(index)
                yield place.finding(Rule.UNKNOWN_COURSE, f"no such course: {id}", "courses.yaml names the courses.")


def courses_fit_their_cell(entries: Entries) -> Iterator[Finding]:
    roles = {role.value.id: role.value for role in entries.roles}
    for cell in cells(entries):
        for course in cell.courses:
            for complaint in _misfits(course, cell.key, roles[cell.key.role]):
                place = cell.place.at(cell.ids.index(course.value.id))
                remedy = "Take another course, or correct the entry in courses.yaml."
                yield place.finding(Rule.COURSE_MISFIT, f"{course.value.id} {complaint}", remedy)


def _misfits(course: Entry[Course], key: TableKey, role: Role) -> Iterator[str]:
    if not _meant_for(course, key.role):
        yield f"is not meant for {key.role}"
    if key.tag not in course.value.interest_tags:
        yield f"does not carry the tag {key.tag}"
    if not _serves(course.value, role):
        yield f"serves no domain of {key.role}"
    if _levels_away(course.value, key.band) > 1:
        yield f"is {course.value.level}, two levels from the band {key.band}"


def no_course_is_everywhere(entries: Entries) -> Iterator[Finding]:
    """In at most half of a role's cells, so that what a learner answers makes a difference."""
    for role in entries.roles:
        own = [cell for cell in cells(entries) if cell.key.role == role.value.id]
        for course, uses in Counter(id for cell in own for id in set(cell.ids)).items():
            if 2 * uses > len(own):
                message = f"{course} stands in {uses} of the {len(own)} cells of {role.value.id}"
                place = Place(document=entries.table, steps=(role.value.id,))
                yield place.finding(Rule.COURSE_EVERYWHERE, message, "Put other courses into some of these cells.")


def free_courses(entries: Entries) -> Iterator[Finding]:
    yield from _lacking(entries, lambda course: course.cost == FREE, Rule.NO_FREE_COURSE, "a free course")


def credentials(entries: Entries) -> Iterator[Finding]:
    yield from _lacking(entries, _gives_credential, Rule.NO_CREDENTIAL, "a course that ends in a credential")


def _gives_credential(course: Course) -> bool:
    return course.credential_type != NO_CREDENTIAL


def _lacking(entries: Entries, wanted: Callable[[Course], bool], rule: Rule, what: str) -> Iterator[Finding]:
    """Cells without a wanted course although the catalogue has one that would fit."""
    roles = {role.value.id: role.value for role in entries.roles}
    for cell in cells(entries):
        if not cell.courses or any(wanted(course.value) for course in cell.courses):
            continue
        role = roles[cell.key.role]
        fitting = [c.value for c in entries.courses if wanted(c.value) and not any(_misfits(c, cell.key, role))]
        if fitting:
            message = f"{cell.key} has not {what}, the catalogue has {len(fitting)}"
            names = ", ".join(course.id for course in fitting[:3])
            yield cell.place.finding(rule, message, f"Take one in, such as {names}.")


def _meant_for(course: Entry[Course], role: str) -> bool:
    roles = course.raw.get("roles")
    return isinstance(roles, list) and role in roles


def _serves(course: Course, role: Role) -> bool:
    areas = set(course.skill_areas)
    return any(areas.intersection(domain.catalogue) for domain in role.domains)


def _levels_away(course: Course, band: Band) -> int:
    if course.level not in LEVELS:
        return 0
    return abs(LEVELS.index(course.level) - LEVELS.index(BAND_LEVELS[band]))


RULES = (
    every_cell_stands,
    two_or_three_courses,
    courses_fit_their_cell,
    no_course_is_everywhere,
)
WHOLE = (
    no_cell_is_unknown,
    known_courses,
    free_courses,
    credentials,
)
