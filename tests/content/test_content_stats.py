"""The figures of the bank, counted by hand in a small one and held against the issue's demands in the shipped one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.content.small_content import CONTENT, QUESTIONS, ROLE, documents, write

from credcore.errors import ContentFault
from credcore_app.content_check import stats


def test_stats_count_questions_by_role_domain_type_and_difficulty(tmp_path: Path) -> None:
    made = documents()
    made[QUESTIONS]["multiple_choice"][0]["difficulty"] = 3
    write(tmp_path, made)
    [role] = stats(tmp_path).roles
    assert (role.role, role.multiple_choice, role.essays) == (ROLE, 12, 8)
    apis, databases = role.domains
    assert (apis.domain, apis.multiple_choice, sum(apis.essays.values())) == ("backend.apis", {1: 1, 2: 2, 3: 3}, 4)
    assert (databases.domain, databases.multiple_choice) == ("backend.databases", {1: 2, 2: 2, 3: 2})


def test_stats_count_where_the_keys_stand_and_how_often_the_key_is_longest(tmp_path: Path) -> None:
    made = documents()
    for question in made[QUESTIONS]["multiple_choice"]:
        question["key"] = "c"
        for option in question["options"]:
            option["text"] = "as long as the others"
    for question in made[QUESTIONS]["multiple_choice"][:3]:
        question["options"][2]["text"] += " and more"
    write(tmp_path, made)
    counted = stats(tmp_path)
    assert counted.key_positions == {"a": 0, "b": 0, "c": 12, "d": 0}
    assert counted.longest_key_rate == 0.25


def test_stats_measure_prompts_in_words_with_their_options(tmp_path: Path) -> None:
    made = documents()
    for question in made[QUESTIONS]["multiple_choice"]:
        question["prompt"] = "What would you do"
        for option in question["options"]:
            option["text"] = "wait a minute"
    for number, question in enumerate(made[QUESTIONS]["essays"]):
        question["prompt"] = "word " * (10 + number % 2)
    write(tmp_path, made)
    [role] = stats(tmp_path).roles
    assert (role.choice_words, role.essay_words) == (16.0, 10.5)


def test_stats_say_how_many_cells_of_a_role_a_course_stands_in(tmp_path: Path) -> None:
    made = documents()
    bands = made["recommendations.yaml"][ROLE]
    for tags in bands.values():
        for tag in tags:
            tags[tag] = ["cs50-sql", "sqlbolt"]
    bands["high"]["certification"] = ["cs50-sql", "pcep-python"]
    write(tmp_path, made)
    counted = stats(tmp_path)
    assert counted.roles[0].course_use == {"cs50-sql": 12, "sqlbolt": 11, "pcep-python": 1}
    assert counted.courses_recommended == 3
    assert counted.cells[f"{ROLE}/high/certification"] == ("cs50-sql", "pcep-python")
    assert len(counted.cells) == 12


def test_stats_of_content_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    made = documents()
    made[QUESTIONS]["multiple_choice"][0]["key"] = "z"
    write(tmp_path, made)
    with pytest.raises(ContentFault):
        stats(tmp_path)


def test_stats_as_json_hold_the_same_figures_for_machines(tmp_path: Path) -> None:
    write(tmp_path, documents())
    counted = stats(tmp_path)
    read = json.loads(counted.to_json())
    assert read["roles"][0]["domains"][0]["essays"] == {"1": 1, "2": 2, "3": 1}
    assert read["cells"].keys() == counted.cells.keys()
    assert read["longest_key_rate"] == counted.longest_key_rate


def test_the_shipped_bank_is_as_large_and_as_even_as_it_has_to_be() -> None:
    counted = stats(CONTENT)
    assert len(counted.roles) == 8
    for role in counted.roles:
        assert role.multiple_choice >= 24
        assert role.essays >= 16
        assert len(role.domains) == 4
        assert max(role.key_positions.values()) <= role.multiple_choice / 4 + 2
        assert max(role.course_use.values()) <= 6
    assert counted.longest_key_rate <= 0.25
    assert counted.interests >= 6
    assert len(counted.cells) == 96
