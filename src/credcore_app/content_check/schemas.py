"""JSON Schemas of the YAML files, for editors: they complete the fields, describe them and mark what is wrong.

``python -m credcore_app.content_check.schemas content`` writes them from the enumerations of the core and the ids in
the folder's files; ``credcore content check`` stays the judge of everything that a schema cannot say.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from credcore.bank import Bank
from credcore.catalogue import Band
from credcore.questions import RUBRIC_POINTS, InterestTag, ObjectiveTag
from credcore_app.content import read_content
from credcore_app.content_check.bank_rules import DIFFICULTIES, LEAST_CHOICES, LEAST_ESSAYS, SLUG
from credcore_app.content_check.choice_rules import CHOICE_SECONDS, OPTION_IDS
from credcore_app.content_check.course_rules import COMMON, WORDS
from credcore_app.content_check.essay_rules import CHARACTERS, CRITERIA, SECONDS, TERMS
from credcore_app.content_check.table_rules import LEAST_COURSES, MOST_COURSES

Schema = dict[str, Any]  # Any: JSON Schema is as deep as what it describes
DRAFT = "http://json-schema.org/draft-07/schema#"
"""The draft that editors' YAML support knows in full."""


def schemas(bank: Bank) -> dict[str, Schema]:
    """By file name. Ids of roles, domains and courses are the bank's, so that an editor offers them."""
    return {
        "roles.json": _file("The roles and their domains", _list(_role())),
        "questions.json": _file("The questions of one role", _questions(bank)),
        "interests.json": _file("The interest questions", _list(_interest(bank))),
        "courses.json": _file("The course catalogue", _list(_course(bank))),
        "recommendations.json": _file("Two or three courses for every role, band and interest tag", _table(bank)),
    }


def texts(bank: Bank) -> dict[str, str]:
    """The schemas as they stand in the files."""
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas(bank).items()}


def _role() -> Schema:
    domain = _object(
        "A skill domain",
        {
            "domain": _text(
                "Its id, such as backend.apis; unique among all roles.", pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$"
            ),
            "title": _text("What learners read."),
            "weight": _text("Its share of the overall score as decimal text; the role's weights add up to 1."),
            "catalogue": _list(_text("A skill area of courses.yaml that serves the domain.")),
        },
    )
    return _object(
        "A role",
        {
            "role": _text("Its id; its question file has this name.", pattern=SLUG),
            "title": _text("What learners read."),
            "description": _text("One sentence on what people in this role do."),
            "domains": _list(domain, minItems=4, maxItems=4),
        },
    )


def _questions(bank: Bank) -> Schema:
    domains = sorted(domain.id for role in bank.roles for domain in role.domains)
    least = "At least {} for each of the role's domains, their difficulties spread evenly."
    return _object(
        "",
        {
            "multiple_choice": _list(_choice(domains), description=least.format(LEAST_CHOICES)),
            "essays": _list(_essay(domains), description=least.format(LEAST_ESSAYS)),
        },
    )


def _common(domains: list[str], seconds: tuple[int, int]) -> Schema:
    return {
        "id": _text("<area>-<domain word>-<what it is about>; unique in the whole bank.", pattern=SLUG),
        "domain": _word(domains, "One of the role's four domains."),
        "difficulty": _word(list(DIFFICULTIES), "1 beginner, 2 intermediate, 3 advanced."),
        "time_limit_seconds": _whole(*seconds, "Counted from the first delivery; reading takes half of it at most."),
        "weight": _whole(1, 10, "What it counts in its domain; 1 for multiple choice and 2 for an essay unless given."),
        "prompt": _text("Everything that the learner needs; code in fences. No negative, no a or an at the end."),
    }


def _choice(domains: list[str]) -> Schema:
    option = _object(
        "An option",
        {
            "id": _word(list(OPTION_IDS), "In file order."),
            "text": _text("As long as the other options, no absolute words, nothing about other options."),
            "rationale": _text("Why somebody believes this and why it is wrong; for the key, why it is right."),
        },
    )
    fields = {
        **_common(domains, CHOICE_SECONDS),
        "options": _list(option, minItems=len(OPTION_IDS), maxItems=len(OPTION_IDS)),
        "key": _word(list(OPTION_IDS), "The right option."),
    }
    return _object("A multiple-choice question", fields, optional=("weight",))


def _essay(domains: list[str]) -> Schema:
    wordings = {
        "type": ["string", "number"],
        "description": "One idea; wordings of it are separated by ' | '. Whole words, as a good answer has them.",
    }
    criterion = _object(
        "One idea that earns points",
        {
            "id": _text("Unique in the question.", pattern=SLUG),
            "title": _text("What the learner reads as met or missed."),
            "points": _whole(1, RUBRIC_POINTS, f"The question's criteria add up to {RUBRIC_POINTS}."),
            "looks_for": _text("The evidence that earns it, in one or two sentences as a good answer says it."),
            "terms": _list(wordings, minItems=TERMS[0], maxItems=TERMS[1]),
        },
    )
    fields = {
        **_common(domains, SECONDS),
        "max_length": _whole(*CHARACTERS, "Characters that an answer may have."),
        "criteria": _list(criterion, minItems=CRITERIA[0], maxItems=CRITERIA[1]),
        "reference_answer": _text("Deserves all points: every criterion met, with its terms."),
        "weak_answer": _text("A typical answer that deserves 2 to 4 of 10."),
    }
    return _object("An essay or coding question", fields, optional=("weight",))


def _interest(bank: Bank) -> Schema:
    option = _object(
        "An option: what somebody does, not what one ought to do",
        {
            "id": _text("Plain letters in file order.", pattern="^[a-z]$"),
            "text": _text("A respectable answer."),
            "interest_tag": _word(list(InterestTag), "How the learner likes to learn."),
            "objective_tag": _word(list(ObjectiveTag), "To what end the learner learns."),
        },
        optional=("interest_tag", "objective_tag"),
    )
    fields = {
        "id": _text("Unique in the whole bank.", pattern=SLUG),
        "roles": _list(_word(_roles(bank), "A role that is asked."), description="Absent: every role is asked."),
        "prompt": _text("Asks for ways of learning or for objectives, never both."),
        "min_selections": _whole(1, 2, "How many options have to be chosen."),
        "max_selections": _whole(1, 2, "How many may be; the prompt says so where it is more than one."),
        "options": _list(option, minItems=3, maxItems=5),
    }
    return _object("An interest question", fields, optional=("roles",))


def _course(bank: Bank) -> Schema:
    areas = sorted({area for role in bank.roles for domain in role.domains for area in domain.catalogue})
    area = {"anyOf": [{"enum": areas}, {"type": "string", "pattern": f"^{COMMON[:-1]}\\."}]}
    seen = {
        "source": _text("The public source in which the exact address stood."),
        "date": {"type": ["string", "null"], "pattern": r"^20\d\d(-\d\d(-\d\d)?)?$"},
    }
    fields = {
        "id": _text("Unique in the catalogue.", pattern=SLUG),
        "title": _text("As the provider writes it."),
        "provider": _text("Who offers it."),
        "url": _text("The exact address.", pattern="^https://"),
        **{name: _word(list(words), "") for name, words in WORDS.items()},
        "effort_hours": {"type": "number", "exclusiveMinimum": 0, "description": "For the whole course."},
        "credential": {
            "type": ["string", "null"],
            "minLength": 1,
            "description": "What one can show afterwards; null for nothing.",
        },
        "interest_tags": _list(_word(list(InterestTag), "A way of learning that it suits."), minItems=1),
        "roles": _list(_word(_roles(bank), "A role that it is meant for."), minItems=1),
        "skill_areas": _list(
            {**area, "description": "An area that a domain of roles.yaml names, or common.…"}, minItems=1
        ),
        "seen": _object("Where the address was seen", seen),
        "reviewed_at": _text("The day on which the entry was last gone over.", pattern=r"^20\d\d-\d\d-\d\d$"),
        "note": _text("Optional: what the learner reads instead of the computed reason."),
    }
    return _object("A course", fields, optional=("note",))


def _table(bank: Bank) -> Schema:
    course = _word(sorted(bank.courses), "A course of courses.yaml that is meant for the role and carries the tag.")
    cell = _list(course, minItems=LEAST_COURSES, maxItems=MOST_COURSES, uniqueItems=True)
    tags = _object("By interest tag", {tag.value: _defined("cell") for tag in InterestTag})
    bands = _object("By band of the overall score", {band.value: _defined("tags") for band in Band})
    return {
        "definitions": {"cell": cell, "tags": tags, "bands": bands},
        **_object("", {role: _defined("bands") for role in _roles(bank)}),
    }


def _defined(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _roles(bank: Bank) -> list[str]:
    return [role.id for role in bank.roles]


def _file(title: str, body: Schema) -> Schema:
    return {"$schema": DRAFT, "title": title, **body}


def _object(description: str, fields: Schema, *, optional: tuple[str, ...] = ()) -> Schema:
    return {
        **({"description": description} if description else {}),
        "type": "object",
        "properties": fields,
        "required": [name for name in fields if name not in optional],
        "additionalProperties": False,
    }


def _list(items: Schema, **more: object) -> Schema:
    return {"type": "array", "items": items, **more}


def _text(description: str, **more: object) -> Schema:
    return {"type": "string", "minLength": 1, "description": description, **more}


def _word(words: list[Any], description: str) -> Schema:  # Any: texts or numbers
    return {"enum": words, **({"description": description} if description else {})}


def _whole(least: int, most: int, description: str) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most, "description": description}


def main(folder: Path) -> None:
    target = folder / "schema"
    target.mkdir(exist_ok=True)
    for name, text in texts(read_content(folder).bank).items():
        (target / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
