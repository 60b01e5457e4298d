"""Answers that game the offline grader's rules, on essays of the shipped bank.

``tests/campaigns/gaming_table.py`` tries all of them.
"""

from __future__ import annotations

from functools import cache

import pytest
from tests.manipulation.gaming import ATTACKS, Question, Tried, points, questions_of, tried

from credcore_app.content import read_content

MOST = 1.0
EVERY = 8
"""One essay of so many; the rest only the table tries."""
HELD = ("shuffled by words", "negated reference", "keywords chained", "criterion titles", "filler")
OPEN = {
    "keywords": "lines that look like code may be terms alone, as in real code",
    "keywords with function words": "the same: terms with signs of code in them make a line pass for code",
    "keywords in empty sentences": "some sentences of three words and more around each term look like a short answer",
    "shuffled by twos": "where the reference is one line of code, pairs of its words keep too much of its order",
    "question echoed": "code of the prompt that runs on into a sentence looks like code that the learner changed",
}


@cache
def bank() -> tuple[Question, ...]:
    return tuple(questions_of(read_content(None).bank))


def broken(found: list[Tried]) -> list[Tried]:
    return [one for one in found if one.alone > MOST or one.gained > MOST]


def test_every_family_is_held_or_known_to_be_open() -> None:
    assert set(ATTACKS) == {*HELD, *OPEN}


@pytest.mark.parametrize("family", HELD)
def test_gaming_the_rules_earns_next_to_nothing(family: str) -> None:
    assert broken(tried(family, bank()[::EVERY])) == []


@pytest.mark.parametrize("family", [pytest.param(f, marks=pytest.mark.xfail(reason=why)) for f, why in OPEN.items()])
def test_gaming_that_rules_cannot_tell_from_honest_answers_earns_next_to_nothing(family: str) -> None:
    for question in bank():
        assert broken(tried(family, [question])) == []


def test_what_gets_past_stays_rare() -> None:
    found = [one for family in OPEN for one in tried(family, bank()[::EVERY])]
    assert len(broken(found)) <= 0.035 * len(found)


def test_the_question_in_whatever_frame_adds_next_to_nothing_to_a_weak_answer() -> None:
    for question in bank():
        assert [one for one in tried("question echoed", [question]) if one.gained > MOST] == []


def test_the_rules_against_gaming_take_nothing_from_references() -> None:
    assert all(points(question, question.reference) >= 9 for question in bank())
