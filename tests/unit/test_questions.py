"""Questions that contradict themselves can't be made, and each version has its own name."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from builders import essay, interest, multiple_choice
from credcore.errors import ContentFault
from credcore.questions import Criterion, InterestOption, Option


def options(*ids: str) -> tuple[Option, ...]:
    return tuple(Option(id=id, text="text", rationale="why") for id in ids)


def criteria(*points: int) -> tuple[Criterion, ...]:
    return tuple(Criterion(id=str(n), title="title", points=value, looks_for="it") for n, value in enumerate(points))


@pytest.mark.parametrize(
    ("make", "change", "problem"),
    [
        (multiple_choice, {"difficulty": 0}, "difficulty is 0, not 1, 2 or 3"),
        (multiple_choice, {"difficulty": 4}, "difficulty is 4, not 1, 2 or 3"),
        (multiple_choice, {"time_limit_seconds": 0}, "time_limit_seconds must be positive"),
        (multiple_choice, {"weight": 0}, "weight must be a positive whole number"),
        (multiple_choice, {"options": options("b")}, "needs at least two options"),
        (multiple_choice, {"options": options("a", "b", "b")}, "an id stands twice"),
        (multiple_choice, {"options": options("a", "b", "")}, "an id is empty"),
        (multiple_choice, {"key": "z"}, "key 'z' is not one of its options"),
        (essay, {"difficulty": -1}, "difficulty is -1, not 1, 2 or 3"),
        (essay, {"time_limit_seconds": -5}, "time_limit_seconds must be positive"),
        (essay, {"weight": -1}, "weight must be a positive whole number"),
        (essay, {"criteria": criteria(5, 4)}, "its criteria add up to 9 points, not 10"),
        (essay, {"criteria": ()}, "its criteria add up to 0 points, not 10"),
        (essay, {"criteria": criteria(10, 0)}, "each criterion needs at least one point"),
        (essay, {"criteria": criteria(5, 5)[:1] * 2}, "an id stands twice"),
        (essay, {"max_length": 0}, "max_length must be between 1 and 20000 characters"),
        (essay, {"max_length": 20_001}, "max_length must be between 1 and 20000 characters"),
        (essay, {"max_length": 5}, "its reference answer is longer than max_length"),
        (interest, {"min_selections": 0}, "needs 1 <= min_selections <= max_selections <= number of options"),
        (interest, {"min_selections": 3}, "needs 1 <= min_selections <= max_selections <= number of options"),
        (interest, {"max_selections": 5}, "needs 1 <= min_selections <= max_selections <= number of options"),
        (interest, {"options": (InterestOption(id="a", text="a"),) * 2}, "an id stands twice"),
    ],
)
def test_a_question_that_contradicts_itself_is_refused_by_name(make: Any, change: dict[str, Any], problem: str) -> None:
    with pytest.raises(ContentFault) as fault:
        make("the-question", **change)
    assert (fault.value.where, fault.value.problem) == ("the-question", problem)


def every_change() -> list[tuple[Any, dict[str, Any]]]:
    first = essay().criteria[0]
    return [
        (multiple_choice, {"prompt": "Another?"}),
        (multiple_choice, {"key": "c"}),
        (multiple_choice, {"weight": 3}),
        (multiple_choice, {"options": (*multiple_choice().options, *options("d"))}),
        (essay, {"reference_answer": "Another."}),
        (essay, {"criteria": (dataclasses.replace(first, looks_for="more"), essay().criteria[1])}),
        (essay, {"max_length": 999}),
        (interest, {"max_selections": 1}),
    ]


@pytest.mark.parametrize(("make", "change"), every_change())
def test_whatever_changes_about_a_question_gives_it_another_version(make: Any, change: dict[str, Any]) -> None:
    assert make(**change).version != make().version
    assert make().version == make().version
    assert len(make().version) == 12


def test_the_rubric_is_named_by_criteria_and_reference_alone() -> None:
    assert essay(prompt="Another?").rubric_hash == essay().rubric_hash
    assert essay(reference_answer="Another.").rubric_hash != essay().rubric_hash
    assert essay(criteria=criteria(6, 4)).rubric_hash != essay().rubric_hash


def test_an_interest_question_carries_interest_tags_if_any_option_does() -> None:
    assert interest().carries_interest_tags
    assert not interest(
        options=(InterestOption(id="a", text="a"), InterestOption(id="b", text="b"))
    ).carries_interest_tags
