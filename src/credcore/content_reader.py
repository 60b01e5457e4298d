"""Plain data to domain values, one function for each kind of entry in the content files."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from credcore.catalogue import Band, Course, Domain, Role, TableKey
from credcore.errors import ContentFault
from credcore.fields import Fields, plain_text
from credcore.questions import (
    Criterion,
    Essay,
    Interest,
    InterestOption,
    InterestTag,
    MultipleChoice,
    ObjectiveTag,
    Option,
    Scored,
)


def read_roles(value: object, where: str) -> Role:
    fields = Fields(value, where)
    role = Role(
        id=fields.text("role"),
        title=fields.text("title"),
        description=fields.text("description"),
        domains=fields.each("domains", _domain),
    )
    fields.done()
    return role


def _domain(value: object, where: str) -> Domain:
    fields = Fields(value, where)
    domain = Domain(
        id=fields.text("domain"),
        title=fields.text("title"),
        weight=fields.parsed("weight", Fraction),
        catalogue=fields.each("catalogue", plain_text, optional=True),
    )
    fields.done()
    if not 0 < domain.weight <= 1:
        raise ContentFault(where, "weight must be above 0 and at most 1")
    return domain


def read_questions(value: object, where: str) -> tuple[Scored, ...]:
    fields = Fields(value, where)
    choices = fields.each("multiple_choice", read_multiple_choice)
    essays = fields.each("essays", read_essay)
    fields.done()
    return (*choices, *essays)


def read_multiple_choice(value: object, where: str) -> MultipleChoice:
    fields = Fields(value, where)
    question = MultipleChoice(
        id=fields.text("id"),
        domain=fields.text("domain"),
        difficulty=fields.integer("difficulty"),
        time_limit_seconds=fields.optional_integer("time_limit_seconds"),
        weight=fields.integer("weight", 1),
        prompt=fields.text("prompt").strip(),
        options=fields.each("options", _option),
        key=fields.text("key"),
    )
    fields.done()
    return question


def _option(value: object, where: str) -> Option:
    fields = Fields(value, where)
    option = Option(id=fields.text("id"), text=fields.text("text").strip(), rationale=fields.text("rationale").strip())
    fields.done()
    return option


def read_essay(value: object, where: str) -> Essay:
    fields = Fields(value, where)
    essay = Essay(
        id=fields.text("id"),
        domain=fields.text("domain"),
        difficulty=fields.integer("difficulty"),
        time_limit_seconds=fields.optional_integer("time_limit_seconds"),
        weight=fields.integer("weight", 2),
        max_length=fields.integer("max_length"),
        prompt=fields.text("prompt").strip(),
        criteria=fields.each("criteria", _criterion),
        reference_answer=fields.text("reference_answer").strip(),
        weak_answer=fields.text("weak_answer").strip(),
    )
    fields.done()
    return essay


def _criterion(value: object, where: str) -> Criterion:
    fields = Fields(value, where)
    criterion = Criterion(
        id=fields.text("id"),
        title=fields.text("title").strip(),
        points=fields.integer("points"),
        looks_for=fields.text("looks_for").strip(),
        terms=fields.each("terms", _wordings, optional=True),
    )
    fields.done()
    return criterion


def _wordings(value: object, where: str) -> tuple[str, ...]:
    """``"composite index | multicolumn index"``: wordings of one idea; YAML reads a bare number as one."""
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else plain_text(value, where)
    wordings = tuple(wording.strip() for wording in text.split(" | "))
    if not all(wordings):
        raise ContentFault(where, "a wording is empty")
    return wordings


def read_interests(value: object, where: str) -> Interest:
    fields = Fields(value, where)
    interest = Interest(
        id=fields.text("id"),
        roles=fields.each("roles", plain_text, optional=True),
        prompt=fields.text("prompt").strip(),
        min_selections=fields.integer("min_selections"),
        max_selections=fields.integer("max_selections"),
        options=fields.each("options", _interest_option),
    )
    fields.done()
    return interest


def _interest_option(value: object, where: str) -> InterestOption:
    fields = Fields(value, where)
    option = InterestOption(
        id=fields.text("id"),
        text=fields.text("text").strip(),
        interest_tag=fields.optional_parsed("interest_tag", InterestTag),
        objective_tag=fields.optional_parsed("objective_tag", ObjectiveTag),
    )
    fields.done()
    return option


def read_courses(value: object, where: str) -> Course:
    fields = Fields(value, where)
    course = Course(
        id=fields.text("id"),
        title=fields.text("title"),
        provider=fields.text("provider"),
        url=fields.text("url"),
        level=fields.text("level"),
        format=fields.text("format"),
        effort_hours=fields.number("effort_hours"),
        cost=fields.text("cost"),
        credential=fields.optional_text("credential"),
        credential_type=fields.text("credential_type"),
        interest_tags=fields.each("interest_tags", _interest_tag),
        skill_areas=fields.each("skill_areas", plain_text),
        reviewed_at=fields.parsed("reviewed_at", date.fromisoformat),
        note=fields.optional_text("note"),
    )
    # Where the entry comes from, for whoever reviews the file; no rule looks at it.
    fields.each("roles", plain_text)
    fields.text("effort_source")
    fields.mapping("seen")
    fields.done()
    if not course.url.startswith("https://"):
        raise ContentFault(where, "url must begin with https://")
    return course


def _interest_tag(value: object, where: str) -> InterestTag:
    try:
        return InterestTag(plain_text(value, where))
    except ValueError:
        raise ContentFault(where, f"no such interest tag: {value!r}") from None


def read_table(rows: dict[str, object]) -> dict[TableKey, tuple[str, ...]]:
    """``role -> band -> tag -> [course id]``."""
    table: dict[TableKey, tuple[str, ...]] = {}
    for role, bands in rows.items():
        role_fields = Fields(bands, f"recommendations of {role}")
        for band in Band:
            tags = Fields(role_fields.mapping(band.value), f"recommendations of {role}/{band}")
            for tag in InterestTag:
                table[TableKey(role, band, tag)] = tags.each(tag.value, plain_text)
            tags.done()
        role_fields.done()
    return table
