"""Whoever writes content badly is told the place and the fault; nothing is guessed, dropped or filled in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from credcore.catalogue import Band, TableKey
from credcore.content_reader import (
    read_courses,
    read_essay,
    read_interests,
    read_multiple_choice,
    read_questions,
    read_roles,
    read_table,
)
from credcore.errors import ContentFault
from credcore.fields import Fields, kind
from credcore.questions import InterestTag, ObjectiveTag
from samples import choice_document, course_document, essay_document, interest_document

ROLE = {
    "role": "tester",
    "title": "Tester",
    "description": "Tests.",
    "domains": [{"domain": "t.a", "title": "A", "weight": "0.5", "catalogue": ["t"]}],
}
READERS: dict[str, tuple[Callable[[object, str], object], dict[str, Any]]] = {
    "role": (read_roles, ROLE),
    "choice": (read_multiple_choice, choice_document("t.a", 1)),
    "essay": (read_essay, essay_document("t.a", 2)),
    "interest": (read_interests, interest_document(3, tagged=True)),
    "course": (read_courses, course_document(4, ["t"])),
}


def changed(document: dict[str, Any], path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """A deep copy with one value changed, or removed where ``value`` is None."""
    copy: Any = {key: list(v) if isinstance(v, list) else v for key, v in document.items()}
    *steps, last = path
    place = copy
    for step in steps:
        place[step] = dict(place[step]) if isinstance(place[step], dict) else list(place[step])
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return copy  # type: ignore[no-any-return]  # what came in, a mapping


def fault(reader: str, path: tuple[str | int, ...], value: object) -> str:
    read, document = READERS[reader]
    with pytest.raises(ContentFault) as raised:
        read(changed(document, path, value), "file[0]")
    return str(raised.value)


def test_what_is_written_well_is_read_as_it_stands() -> None:
    essay = read_essay(essay_document("t.a", 2), "file")
    assert (essay.domain, essay.difficulty, essay.weight, essay.time_limit_seconds) == ("t.a", 2, 2, 240)
    assert [criterion.terms for criterion in essay.criteria] == [(), (("index",),), ()]
    choice = read_multiple_choice(choice_document("t.a", 1), "file")
    assert ([option.id for option in choice.options], choice.key, choice.weight) == (["a", "b", "c", "d"], "b", 1)
    role = read_roles(ROLE, "file")
    assert (role.domains[0].weight, role.domains[0].catalogue) == (Fraction(1, 2), ("t",))
    course = read_courses(course_document(1, ["t"]), "file")
    assert (course.effort_hours, course.reviewed_at, course.credential, course.note) == (
        Decimal("4.5"),
        date(2026, 11, 1),
        None,
        None,
    )


def test_tags_are_read_as_what_they_mean() -> None:
    learning = read_interests(interest_document(1, tagged=True, roles=["tester"]), "file")
    objective = read_interests(interest_document(2, tagged=False), "file")
    assert [option.interest_tag for option in learning.options] == list(InterestTag)
    assert [option.objective_tag for option in objective.options] == list(ObjectiveTag)
    assert (learning.roles, objective.roles) == (("tester",), ())


def test_texts_lose_the_line_end_that_yaml_blocks_leave() -> None:
    document = changed(essay_document("t.a", 1), ("prompt",), "Explain.\n")
    assert read_essay(document, "file").prompt == "Explain."


def test_a_term_may_be_worded_in_several_ways_and_may_be_a_number() -> None:
    document = changed(essay_document("t.a", 1), ("criteria", 0, "terms"), ["one | a single", 404, 0.5])
    assert read_essay(document, "file").criteria[0].terms == (("one", "a single"), ("404",), ("0.5",))


@pytest.mark.parametrize(
    ("reader", "path", "value", "complaint"),
    [
        ("choice", ("prompt",), None, "field 'prompt' is missing"),
        ("choice", ("key",), 3, "key: must be text, is a number"),
        ("choice", ("key",), ["b"], "key: must be text, is a list"),
        ("choice", ("difficulty",), "2", "difficulty: must be a whole number, is text"),
        ("choice", ("difficulty",), True, "difficulty: must be a whole number, is true or false"),
        ("choice", ("difficulty",), 1.0, "difficulty: must be a whole number, is a number"),
        ("choice", ("time_limit_seconds",), "long", "time_limit_seconds: must be a whole number, is text"),
        ("choice", ("hint",), "none", "unknown field 'hint'"),
        ("choice", ("options",), {"a": "b"}, "options: must be a list, is a mapping"),
        ("choice", ("options", 1), "b", "options[1]: must be a mapping, is text"),
        ("choice", ("options", 1, "rationale"), None, "options[1] (b): field 'rationale' is missing"),
        ("choice", ("options", 2, "right"), True, "options[2] (c): unknown field 'right'"),
        ("essay", ("criteria", 0, "points"), 4.5, "criteria[0] (cause), points: must be a whole number"),
        ("essay", ("criteria", 1, "terms"), ["a", "b | "], "a wording is empty"),
        ("essay", ("criteria", 1, "terms"), ["a |  | b"], "a wording is empty"),
        ("essay", ("criteria", 1, "terms"), [["a"]], "terms[0]: must be text, is a list"),
        ("essay", ("criteria", 1, "terms"), [True], "terms[0]: must be text, is true or false"),
        ("essay", ("criteria", 1, "terms"), "index", "terms: must be a list, is text"),
        ("essay", ("weak_answer",), None, "field 'weak_answer' is missing"),
        ("essay", ("model_answer",), "x", "unknown field 'model_answer'"),
        ("interest", ("roles",), [7], "roles[0]: must be text, is a number"),
        ("interest", ("options", 0, "interest_tag"), "sleeping", "interest_tag: 'sleeping' is not a value it can have"),
        ("interest", ("options", 0, "objective_tag"), "fame", "objective_tag: 'fame' is not a value it can have"),
        ("interest", ("prompt",), 1, "prompt: must be text, is a number"),
        ("interest", ("weight",), 1, "unknown field 'weight'"),
        ("role", ("domains", 0, "weight"), "much", "weight: 'much' is not a value it can have"),
        ("role", ("domains", 0, "weight"), "1/0", "weight: '1/0' is not a value it can have"),
        ("role", ("domains", 0, "weight"), 0.5, "weight: must be text, is a number"),
        ("role", ("domains", 0, "weight"), "0", "weight must be above 0 and at most 1"),
        ("role", ("domains", 0, "weight"), "1.01", "weight must be above 0 and at most 1"),
        ("role", ("domains", 0, "weight"), "-0.5", "weight must be above 0 and at most 1"),
        ("role", ("domains", 0, "color"), "red", "unknown field 'color'"),
        ("role", ("salary",), "high", "unknown field 'salary'"),
        ("course", ("effort_hours",), "4", "effort_hours: must be a number, is text"),
        ("course", ("effort_hours",), True, "effort_hours: must be a number, is true or false"),
        ("course", ("reviewed_at",), "yesterday", "reviewed_at: 'yesterday' is not a value it can have"),
        ("course", ("url",), "http://courses.example/4", "url must begin with https://"),
        ("course", ("interest_tags",), ["naps"], "interest_tags[0]: no such interest tag: 'naps'"),
        ("course", ("interest_tags",), [4], "interest_tags[0]: must be text, is a number"),
        ("course", ("seen",), "yes", "seen: must be a mapping, is text"),
        ("course", ("price",), 4, "unknown field 'price'"),
    ],
)
def test_a_fault_is_named_with_its_place(
    reader: str, path: tuple[str | int, ...], value: object, complaint: str
) -> None:
    said = fault(reader, path, value)
    assert said.startswith("file[0]")
    assert complaint in said


@pytest.mark.parametrize("read", [read for read, _ in READERS.values()])
@pytest.mark.parametrize(("entry", "is_"), [(None, "nothing"), ([], "a list"), ("text", "text"), (date.min, "date")])
def test_an_entry_that_is_no_mapping_is_refused(read: Any, entry: object, is_: str) -> None:
    with pytest.raises(ContentFault, match=rf"file\[0\]: must be a mapping, is {is_}"):
        read(entry, "file[0]")


def test_a_question_file_has_both_kinds_and_nothing_else() -> None:
    document = {"multiple_choice": [choice_document("t.a", 1)], "essays": [essay_document("t.a", 1)]}
    assert [question.id for question in read_questions(document, "file")] == ["t-a-choice-1", "t-a-essay-1"]
    with pytest.raises(ContentFault, match="field 'essays' is missing"):
        read_questions({"multiple_choice": []}, "file")
    with pytest.raises(ContentFault, match="unknown field 'puzzles'"):
        read_questions(document | {"puzzles": []}, "file")


def test_a_missing_list_is_not_an_empty_one() -> None:
    with pytest.raises(ContentFault, match="field 'options' is missing"):
        Fields({}, "file").each("options", lambda value, where: value)
    assert Fields({}, "file").each("terms", lambda value, where: value, optional=True) == ()


CELLS = {tag: ["course-1", "course-2"] for tag in InterestTag}


def test_the_table_is_read_cell_by_cell() -> None:
    table = read_table({"tester": dict.fromkeys(Band, CELLS)})
    assert table[TableKey("tester", Band.MID, InterestTag.READING)] == ("course-1", "course-2")
    assert len(table) == 12


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ({"tester": []}, "recommendations of tester: must be a mapping, is a list"),
        ({"tester": {"low": CELLS, "mid": CELLS}}, "recommendations of tester: field 'high' is missing"),
        ({"tester": {**dict.fromkeys(Band, CELLS), "top": CELLS}}, "recommendations of tester: unknown field 'top'"),
        ({"tester": dict.fromkeys(Band, CELLS | {"naps": []})}, "tester/low: unknown field 'naps'"),
        ({"tester": dict.fromkeys(Band, CELLS | {"reading-docs": "course-1"})}, "reading-docs: must be a list"),
        ({"tester": {band: {} for band in Band}}, "tester/low: field 'hands-on-projects' is missing"),
    ],
)
def test_a_fault_in_the_table_is_named_with_its_cell(rows: dict[str, object], complaint: str) -> None:
    with pytest.raises(ContentFault) as raised:
        read_table(rows)
    assert complaint in str(raised.value)


def test_kinds_are_named_for_people() -> None:
    assert [kind(value) for value in (None, True, 1, 1.5, "x", [], {}, b"")] == [
        "nothing",
        "true or false",
        "a number",
        "a number",
        "text",
        "a list",
        "a mapping",
        "bytes",
    ]
