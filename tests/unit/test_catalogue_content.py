"""The catalogue, the recommendation table and the interest questions as they are shipped.

Reads the YAML files themselves, so that rules which no type can express (an advisor's judgement put into
numbers) hold after every edit. docs/catalogue.md gives the reasons.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).parents[2] / "content"
LEVELS = ("beginner", "intermediate", "advanced")
BAND_LEVELS = dict(zip(("low", "mid", "high"), LEVELS, strict=True))
TAGS = ("hands-on-projects", "structured-course", "reading-docs", "certification")
OBJECTIVES = {"first-job", "deepen", "switch", "certify"}
FORMATS = {"reading", "certification-exam", "video-course", "project-based", "interactive"}
COSTS = {"free", "free-audit", "paid"}
CREDENTIAL_TYPES = {"none", "completion-certificate", "exam-certification", "badge"}
FIELDS = {
    "id", "title", "provider", "url", "level", "format", "effort_hours", "effort_source", "cost",
    "credential", "credential_type", "interest_tags", "roles", "skill_areas", "seen", "reviewed_at",
}  # fmt: skip
LONG_COURSE_HOURS = 100
MOST_HOURS_IN_A_CELL = 400
"""Ten hours a week for most of a year; more than that is no longer a next step."""

Record = dict[str, Any]  # Any: a YAML mapping, whose shape the tests below check


def read(name: str) -> Any:  # Any: whatever YAML gives
    return yaml.safe_load((CONTENT / name).read_text(encoding="utf-8"))


COURSES: list[Record] = read("courses.yaml")
BY_ID: dict[str, Record] = {course["id"]: course for course in COURSES}
ROLES: dict[str, Record] = {role["role"]: role for role in read("roles.yaml")}
TABLE: dict[str, dict[str, dict[str, list[str]]]] = read("recommendations.yaml")
INTERESTS: list[Record] = read("interests.yaml")


@dataclass(frozen=True, kw_only=True)
class Cell:
    role: str
    band: str
    tag: str
    ids: tuple[str, ...]

    @property
    def courses(self) -> list[Record]:
        return [BY_ID[course] for course in self.ids]

    @property
    def level(self) -> str:
        return BAND_LEVELS[self.band]

    def __str__(self) -> str:
        return f"{self.role}/{self.band}/{self.tag}"


CELLS = [
    Cell(role=role, band=band, tag=tag, ids=tuple(ids))
    for role, bands in TABLE.items()
    for band, tags in bands.items()
    for tag, ids in tags.items()
]


def domains_served(course: Record, role: str) -> set[str]:
    areas = set(course["skill_areas"])
    return {domain["domain"] for domain in ROLES[role]["domains"] if areas & set(domain["catalogue"])}


def level_distance(course: Record, cell: Cell) -> int:
    return abs(LEVELS.index(course["level"]) - LEVELS.index(cell.level))


def candidates(cell: Cell, farthest: int) -> Iterator[Record]:
    """What the catalogue could put into the cell, at most ``farthest`` levels away from its band's."""
    for course in COURSES:
        fits = cell.role in course["roles"] and cell.tag in course["interest_tags"]
        if fits and domains_served(course, cell.role) and level_distance(course, cell) <= farthest:
            yield course


def is_free(course: Record) -> bool:
    return bool(course["cost"] == "free")


def gives_a_credential(course: Record) -> bool:
    return bool(course["credential_type"] != "none")


def cells_without(wanted: Callable[[Record], bool]) -> list[str]:
    """Cells with no such course, although the catalogue has one for role and tag at most a level away."""
    return [
        str(cell)
        for cell in CELLS
        if not any(map(wanted, cell.courses)) and any(map(wanted, candidates(cell, farthest=1)))
    ]


# The catalogue


def test_every_course_has_exactly_the_documented_fields() -> None:
    wrong = [course["id"] for course in COURSES if set(course) - {"note"} != FIELDS]
    assert wrong == []


def test_every_course_uses_the_catalogue_s_own_words() -> None:
    for course in COURSES:
        assert course["level"] in LEVELS, course["id"]
        assert course["format"] in FORMATS, course["id"]
        assert course["cost"] in COSTS, course["id"]
        assert course["credential_type"] in CREDENTIAL_TYPES, course["id"]
        assert course["effort_source"] in {"estimate", "evidence"}, course["id"]
        assert course["effort_hours"] > 0, course["id"]


def test_ids_and_addresses_stand_once() -> None:
    assert len(BY_ID) == len(COURSES)
    assert len({course["url"] for course in COURSES}) == len(COURSES)


def test_every_id_is_a_slug_and_every_address_is_encrypted() -> None:
    assert [c["id"] for c in COURSES if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", c["id"])] == []
    assert [c["id"] for c in COURSES if not re.fullmatch(r"https://[^\s/]+\.[^\s/]+(/\S*)?", c["url"])] == []


def test_a_credential_has_a_name_exactly_when_it_has_a_type() -> None:
    wrong = [course["id"] for course in COURSES if bool(course["credential"]) != gives_a_credential(course)]
    assert wrong == []


def test_every_course_serves_a_known_role_and_tag() -> None:
    for course in COURSES:
        assert set() < set(course["roles"]) <= set(ROLES), course["id"]
        assert set() < set(course["interest_tags"]) <= set(TAGS), course["id"]


def test_no_course_lies_in_an_unknown_skill_area() -> None:
    named = {area for role in ROLES.values() for domain in role["domains"] for area in domain["catalogue"]}
    unknown = {
        area
        for course in COURSES
        for area in course["skill_areas"]
        if area not in named and not area.startswith("common.")
    }
    assert unknown == set()


def test_every_course_says_where_and_when_its_address_was_seen() -> None:
    for course in COURSES:
        seen = course["seen"]
        assert set(seen) == {"source", "date"}, course["id"]
        assert seen["source"], course["id"]
        assert seen["date"] is None or re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?", seen["date"]), course["id"]


def test_every_review_is_dated_on_or_after_the_day_the_address_was_seen() -> None:
    for course in COURSES:
        date.fromisoformat(course["reviewed_at"])
        assert (course["seen"]["date"] or "") <= course["reviewed_at"], course["id"]


def test_an_override_note_says_something() -> None:
    assert [course["id"] for course in COURSES if "note" in course and not course["note"].strip()] == []


# The recommendation table


def test_the_table_has_a_cell_for_every_role_band_and_tag() -> None:
    expected = {(role, band, tag) for role in ROLES for band in BAND_LEVELS for tag in TAGS}
    assert {(cell.role, cell.band, cell.tag) for cell in CELLS} == expected
    assert len(CELLS) == 96


def test_every_cell_names_two_or_three_distinct_courses_of_the_catalogue() -> None:
    for cell in CELLS:
        assert len(set(cell.ids)) == len(cell.ids), cell
        assert 2 <= len(cell.ids) <= 3, cell
        assert set(cell.ids) <= set(BY_ID), cell


def test_every_course_of_a_cell_is_meant_for_its_role_and_tag() -> None:
    for cell in CELLS:
        for course in cell.courses:
            assert cell.role in course["roles"], (str(cell), course["id"])
            assert cell.tag in course["interest_tags"], (str(cell), course["id"])


def test_every_course_of_a_cell_serves_a_domain_of_the_role() -> None:
    for cell in CELLS:
        assert all(domains_served(course, cell.role) for course in cell.courses), cell


def test_at_least_half_of_a_cell_is_at_the_level_of_its_band() -> None:
    for cell in CELLS:
        at_level = sum(course["level"] == cell.level for course in cell.courses)
        assert 2 * at_level >= len(cell.ids), cell


def test_no_beginner_course_stands_in_high_and_no_advanced_one_in_low() -> None:
    for cell in CELLS:
        assert all(level_distance(course, cell) <= 1 for course in cell.courses), cell


def test_all_four_domains_of_a_role_appear_in_each_band() -> None:
    for role in ROLES:
        for band in BAND_LEVELS:
            cells = [cell for cell in CELLS if (cell.role, cell.band) == (role, band)]
            served = {d for cell in cells for course in cell.courses for d in domains_served(course, role)}
            assert served == {domain["domain"] for domain in ROLES[role]["domains"]}, (role, band)


def test_a_cell_serves_two_domains_wherever_its_level_offers_two() -> None:
    for cell in CELLS:
        served = {domain for course in cell.courses for domain in domains_served(course, cell.role)}
        offered = {d for course in candidates(cell, farthest=0) for d in domains_served(course, cell.role)}
        assert len(served) >= min(2, len(offered)), cell


def test_no_course_stands_in_more_than_half_of_a_role_s_cells() -> None:
    for role in ROLES:
        uses = Counter(course for cell in CELLS if cell.role == role for course in cell.ids)
        assert max(uses.values()) <= 6, (role, uses.most_common(1))


def test_the_four_tags_of_a_band_lead_to_four_different_cells() -> None:
    distinct = {(cell.role, cell.band, frozenset(cell.ids)) for cell in CELLS}
    assert len(distinct) == len(CELLS)


def test_every_cell_has_a_free_course_where_the_catalogue_has_one() -> None:
    assert cells_without(is_free) == []


def test_every_cell_has_a_credential_where_the_catalogue_has_one() -> None:
    assert cells_without(gives_a_credential) == []


def test_the_hours_of_a_cell_are_a_next_step_and_not_a_degree() -> None:
    for cell in CELLS:
        hours = [course["effort_hours"] for course in cell.courses]
        assert sum(hours) <= MOST_HOURS_IN_A_CELL, cell
        assert sum(each >= LONG_COURSE_HOURS for each in hours) <= 2, cell


# The interest questions


def options_with(question: Record, kind: str) -> list[Record]:
    return [option for option in question["options"] if kind in option]


LEARNING = [question for question in INTERESTS if options_with(question, "interest_tag")]
OBJECTIVE = [question for question in INTERESTS if options_with(question, "objective_tag")]


def test_there_are_interest_questions_enough_for_every_role_and_form() -> None:
    assert len(INTERESTS) >= 8
    assert len(LEARNING) >= 4
    assert len(OBJECTIVE) >= 3
    assert sum("roles" not in question for question in INTERESTS) >= 6


def test_interest_questions_have_distinct_ids_and_prompts() -> None:
    assert len({question["id"] for question in INTERESTS}) == len(INTERESTS)
    assert len({question["prompt"] for question in INTERESTS}) == len(INTERESTS)
    assert [question["id"] for question in INTERESTS if not question["id"].startswith("interest-")] == []


def test_interest_questions_have_exactly_the_documented_fields() -> None:
    fields = {"id", "prompt", "min_selections", "max_selections", "options"}
    for question in INTERESTS:
        assert set(question) - {"roles"} == fields, question["id"]
        assert set(question.get("roles", ROLES)) <= set(ROLES), question["id"]
        for option in question["options"]:
            assert set(option) <= {"id", "text", "interest_tag", "objective_tag"}, (question["id"], option)


def test_interest_questions_offer_three_to_five_options_and_take_one_or_two() -> None:
    for question in INTERESTS:
        ids = [option["id"] for option in question["options"]]
        assert 3 <= len(ids) <= 5, question["id"]
        assert ids == list("abcde")[: len(ids)], question["id"]
        assert 1 == question["min_selections"] <= question["max_selections"] <= 2, question["id"]


def test_an_interest_question_asks_for_ways_of_learning_or_for_objectives_and_not_both() -> None:
    for question in INTERESTS:
        kinds = {frozenset(set(option) - {"id", "text"}) for option in question["options"]}
        assert kinds in ({frozenset({"interest_tag"})}, {frozenset({"objective_tag"})}), question["id"]


def test_every_question_about_learning_offers_each_of_the_four_tags() -> None:
    for question in LEARNING:
        assert {option["interest_tag"] for option in question["options"]} == set(TAGS), question["id"]


def test_every_question_about_objectives_offers_each_objective() -> None:
    for question in OBJECTIVE:
        assert {option["objective_tag"] for option in question["options"]} == OBJECTIVES, question["id"]


def test_no_tag_always_stands_first() -> None:
    first = Counter(question["options"][0]["interest_tag"] for question in LEARNING)
    assert set(first) == set(TAGS)


def test_a_question_that_takes_two_asks_for_the_stronger_one_first_where_the_order_counts() -> None:
    for question in LEARNING:
        if question["max_selections"] == 2:
            assert re.search(r"up to two, the .+ one first", question["prompt"]), question["id"]
