"""The bank: roles, questions, courses and the recommendation table, checked as a whole.

``read_bank`` takes plain data of the shape that ``docs/authoring.md`` describes; ``load_bank`` the copy of it, compiled
to JSON, that the wheel carries.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from importlib.resources import files

from credcore.catalogue import Course, Role, TableKey
from credcore.content_reader import read_courses, read_interests, read_questions, read_roles, read_table
from credcore.errors import ContentFault, NotFound
from credcore.fields import Fields
from credcore.questions import Essay, Interest, MultipleChoice, Question, Scored


@dataclass(frozen=True, kw_only=True)
class Bank:
    """All content at one moment. ``questions`` by role, in file order; ``table`` holds course ids for every cell."""

    roles: tuple[Role, ...]
    questions: dict[str, tuple[Scored, ...]]
    interests: tuple[Interest, ...]
    courses: dict[str, Course]
    table: dict[TableKey, tuple[str, ...]]
    _by_role: dict[str, Role] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_role", {role.id: role for role in self.roles})
        _check_roles(self)
        _check_questions(self)
        _check_courses(self)
        _check_table(self)

    def role(self, role: str) -> Role:
        """Raises NotFound for a role that does not exist."""
        try:
            return self._by_role[role]
        except KeyError:
            raise NotFound("role") from None

    def multiple_choice(self, role: str, domain: str) -> list[MultipleChoice]:
        return [q for q in self.questions[role] if isinstance(q, MultipleChoice) and q.domain == domain]

    def essays(self, role: str, domain: str) -> list[Essay]:
        return [q for q in self.questions[role] if isinstance(q, Essay) and q.domain == domain]

    def interests_for(self, role: str) -> list[Interest]:
        return [question for question in self.interests if not question.roles or role in question.roles]

    @cached_property
    def by_id(self) -> dict[str, Question]:
        return {question.id: question for question in self.all_questions()}

    def all_questions(self) -> Iterable[Question]:
        for questions in self.questions.values():
            yield from questions
        yield from self.interests


def read_bank(document: object) -> Bank:
    """The bank written in plain data: ``roles``, ``questions``, ``interests``, ``courses``, ``recommendations``.

    Raises:
        ContentFault: naming the entry and what is wrong with it.
    """
    fields = Fields(document, "content")
    roles = fields.each("roles", read_roles)
    questions = {
        role: read_questions(body, f"questions of {role}") for role, body in fields.mapping("questions").items()
    }
    interests = fields.each("interests", read_interests)
    courses = fields.each("courses", read_courses)
    table = read_table(fields.mapping("recommendations"))
    fields.done()
    if len({course.id for course in courses}) != len(courses):
        raise ContentFault("courses", "a course id stands twice")
    return Bank(
        roles=roles,
        questions=questions,
        interests=interests,
        courses={course.id: course for course in courses},
        table=table,
    )


def load_bank() -> Bank:
    """The bank that the installed wheel carries. In a source checkout there is none: read the YAML files instead.

    Raises:
        ContentFault: this installation carries no compiled bank, or a broken one.
    """
    resource = files("credcore").joinpath("bank.json")
    try:
        document = resource.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentFault(
            "bank.json", "this installation carries no compiled bank; build a wheel to get one"
        ) from None
    except UnicodeDecodeError:
        raise ContentFault(str(resource), "is no UTF-8 text; install this version again") from None
    return bank_of(document, where=str(resource))


def bank_of(document: str | bytes, *, where: str = "document") -> Bank:
    """The bank in a compiled document. Raises ContentFault, naming ``where`` if it is none at all."""
    try:
        plain = json.loads(document)
    # Cut or mixed up it is a ValueError, of whichever kind; a hundred thousand brackets are the other.
    except (ValueError, RecursionError):
        raise ContentFault(where, "is no JSON: it was cut, or is something else") from None
    return read_bank(plain)


def _check_roles(bank: Bank) -> None:
    if len(bank._by_role) != len(bank.roles):
        raise ContentFault("roles", "a role stands twice")
    for role in bank.roles:
        if len({domain.id for domain in role.domains}) != len(role.domains):
            raise ContentFault(f"role {role.id}", "a domain stands twice")
        total = sum((domain.weight for domain in role.domains), Fraction(0))
        if total != 1:
            raise ContentFault(f"role {role.id}", f"the weights of its domains add up to {float(total)}, not 1")
        if role.id not in bank.questions:
            raise ContentFault(f"role {role.id}", "has no question file")


def _check_questions(bank: Bank) -> None:
    seen: set[str] = set()
    for question in bank.all_questions():
        if question.id in seen:
            raise ContentFault(f"question {question.id}", "its id stands twice in the bank")
        seen.add(question.id)
    for role, questions in bank.questions.items():
        if role not in bank._by_role:
            raise ContentFault(f"questions of {role}", "no such role")
        domains = {domain.id for domain in bank.role(role).domains}
        for scored in questions:
            if scored.domain not in domains:
                raise ContentFault(f"question {scored.id}", f"domain {scored.domain!r} is not one of the role's")
    for interest in bank.interests:
        for role in interest.roles:
            if role not in bank._by_role:
                raise ContentFault(f"question {interest.id}", f"no such role: {role!r}")


def _check_courses(bank: Bank) -> None:
    for course in bank.courses.values():
        if not (course.effort_hours.is_finite() and course.effort_hours > 0):
            raise ContentFault(f"course {course.id}", "effort_hours must be more than 0")


def _check_table(bank: Bank) -> None:
    for key in TableKey.every(bank.roles):
        courses = bank.table.get(key)
        if courses is None:
            raise ContentFault(f"recommendations, {key}", "the cell is missing")
        if len(set(courses)) != len(courses) or not 2 <= len(courses) <= 3:
            raise ContentFault(f"recommendations, {key}", "needs two or three different courses")
        for course in courses:
            if course not in bank.courses:
                raise ContentFault(f"recommendations, {key}", f"no such course: {course!r}")
