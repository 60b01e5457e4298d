"""The entries of a content folder, each as the core reads it and with the place it was read from.

The core's own readers judge every entry by itself, so that one fault hides none of the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from credcore.catalogue import Course, Role
from credcore.content_reader import (
    read_courses,
    read_essay,
    read_interests,
    read_multiple_choice,
    read_roles,
)
from credcore.errors import ContentFault
from credcore.fields import kind
from credcore.questions import Essay, Interest, InterestTag, MultipleChoice, ObjectiveTag
from credcore_app.content_check.finding import Finding, Rule
from credcore_app.content_check.located import Document, Place, Steps, read_document

Value = TypeVar("Value")
FILES = ("roles.yaml", "interests.yaml", "courses.yaml", "recommendations.yaml")
GUIDE = "Compare it with docs/authoring.md; an editor that knows content/schema completes the fields."


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry(Generic[Value]):
    value: Value
    raw: Mapping[str, object]
    place: Place


AnyScored = Entry[MultipleChoice] | Entry[Essay]
AnyQuestion = Entry[MultipleChoice] | Entry[Essay] | Entry[Interest]


@dataclass(kw_only=True)
class Entries:
    """What could be read, and what could not be as ``faults``. Questions by role; a role is its file's name."""

    roles: list[Entry[Role]] = field(default_factory=list)
    choices: dict[str, list[Entry[MultipleChoice]]] = field(default_factory=dict)
    essays: dict[str, list[Entry[Essay]]] = field(default_factory=dict)
    question_files: dict[str, Place] = field(default_factory=dict)
    interests: list[Entry[Interest]] = field(default_factory=list)
    courses: list[Entry[Course]] = field(default_factory=list)
    interests_file: Place
    table: Document
    faults: list[Finding] = field(default_factory=list)

    def role_ids(self) -> frozenset[str]:
        return frozenset(role.value.id for role in self.roles)

    def scored_of(self, role: str) -> Iterator[AnyScored]:
        yield from self.choices[role]
        yield from self.essays[role]

    def questions(self) -> Iterator[AnyQuestion]:
        for role in self.question_files:
            yield from self.scored_of(role)
        yield from self.interests


def read_entries(folder: Path) -> Entries:
    faults: list[Finding] = []

    def document(file: str) -> Document:
        read, wrong = read_document(folder, file)
        faults.extend(wrong)
        return read

    interests = document("interests.yaml")
    entries = Entries(interests_file=Place(document=interests), table=document("recommendations.yaml"), faults=faults)
    entries.roles = _read_list(Place(document=document("roles.yaml")), read_roles, faults)
    entries.interests = _read_list(entries.interests_file, read_interests, faults)
    entries.courses = _read_list(Place(document=document("courses.yaml")), read_courses, faults)
    question_files = sorted((folder / "questions").glob("*.yaml"))
    for path in question_files:
        _read_questions(entries, path.stem, Place(document=document(f"questions/{path.name}")))
    faults.extend(_unread(folder, {*(folder / file for file in FILES), *question_files}))
    return entries


def _unread(folder: Path, read: set[Path]) -> Iterator[Finding]:
    """YAML under a name that nothing looks for: what stands in it would be missed without a word."""
    for path in sorted(folder.rglob("*.y*ml")):
        if path not in read and path.suffix in (".yaml", ".yml"):
            place = Place(document=Document(file=path.relative_to(folder).as_posix()))
            remedy = f"Name it {', '.join(FILES)} or questions/<role>.yaml, or take it out of the folder."
            yield place.finding(Rule.UNREAD_FILE, "no content is read from a file of this name", remedy)


def _read_questions(entries: Entries, role: str, place: Place) -> None:
    entries.question_files[role] = place
    entries.choices[role], entries.essays[role] = [], []
    body = place.document.value
    if not isinstance(body, dict):
        if body is not None:
            entries.faults.append(place.finding(Rule.SCHEMA, f"must be a mapping, is {kind(body)}", GUIDE))
        return
    for name in sorted(body.keys() - {"multiple_choice", "essays"}):
        entries.faults.append(place.at(name).finding(Rule.SCHEMA, f"unknown field {name!r}", GUIDE))
    entries.choices[role] = _read_list(place.at("multiple_choice"), read_multiple_choice, entries.faults)
    entries.essays[role] = _read_list(place.at("essays"), read_essay, entries.faults)


def value_at(place: Place) -> object:
    """What the document holds at the place; None where it holds nothing."""
    value = place.document.value
    for step in place.steps:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _read_list(place: Place, read: Callable[[object, str], Value], faults: list[Finding]) -> list[Entry[Value]]:
    items = value_at(place)
    if not isinstance(items, list):
        if place.document.value is not None:
            faults.append(place.finding(Rule.SCHEMA, f"must be a list of entries, is {kind(items)}", GUIDE))
        return []
    found = []
    for index, raw in enumerate(items):
        try:
            value = read(raw, "")
        except ContentFault as fault:
            faults.append(_finding_of(fault, place.at(index)))
        else:
            found.append(Entry(value=value, raw=raw, place=place.at(index)))
    return found


# A fault names the way to its field as ", options[2] (c), text", ids in brackets.
_ID = re.compile(r" \([^()]*\)")
_STEP = re.compile(r", (\w+)(?:\[(\d+)\])?")
_TAG_FIELDS = {"interest_tag": InterestTag, "interest_tags": InterestTag, "objective_tag": ObjectiveTag}


def _finding_of(fault: ContentFault, entry: Place) -> Finding:
    steps = _steps_to(_ID.sub("", fault.where))
    named = next((step for step in reversed(steps) if isinstance(step, str)), "")
    if named in _TAG_FIELDS:
        known = ", ".join(_TAG_FIELDS[named])
        return entry.at(*steps).finding(Rule.UNKNOWN_TAG, fault.problem, f"The tags are {known}.")
    place = _mentioned(entry.at(*steps), fault.problem)
    if place.steps == (*entry.steps, "criteria"):
        return place.finding(Rule.RUBRIC_POINTS, fault.problem, "Give each criterion a point or more, ten in all.")
    return place.finding(Rule.SCHEMA, fault.problem, GUIDE)


def _steps_to(where: str) -> Steps:
    steps: list[str | int] = []
    for name, index in _STEP.findall(where):
        steps.append(name)
        if index:
            steps.append(int(index))
    return tuple(steps)


def _mentioned(place: Place, problem: str) -> Place:
    """The field of the mapping at this place that the problem speaks of first; the mapping itself if of none."""
    mapping = value_at(place)
    if not isinstance(mapping, dict):
        return place
    if problem == "an id stands twice":
        return _repeated_id(place, mapping)
    words = problem.replace("criterion", "criteria").replace("reference answer", "reference_answer")
    named = next((word for word in re.findall(r"\w+", words) if word in mapping), None)
    return place if named is None else place.at(named)


def _repeated_id(place: Place, mapping: Mapping[str, object]) -> Place:
    for name in ("options", "criteria"):
        seen: set[object] = set()
        items = mapping.get(name)
        for index, item in enumerate(items if isinstance(items, list) else []):
            if item["id"] in seen:
                return place.at(name, index, "id")
            seen.add(item["id"])
    return place
