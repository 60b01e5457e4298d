"""What the rules against manipulation must not cost: good answers in the forms in which honest people write them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from tests.manipulation.gaming import Question, points, questions_of

from credcore_app.content import read_content

EVERY = 4
"""One essay of so many."""
GOOD = 9
FORMS: dict[str, Callable[[Question], str]] = {
    "after a word of greeting": lambda q: f"Good question! Here is how I would go about it.\n{q.reference}",
    "with denials of something else": lambda q: (
        f"{q.reference}\nInput must be validated, secrets never stand in logs, and nothing is done without a test."
    ),
    "with a doubt": lambda q: f"{q.reference}\nI have never done this in production, but I can't see what is wrong.",
    "against an alternative": lambda q: f"One could do nothing, but that would not solve the problem.\n{q.reference}",
    "under the question": lambda q: f"{q.prompt}\n\n{q.reference}",
    "pasted twice": lambda q: f"{q.reference}\n\n{q.reference}",
    "in lower case": lambda q: q.reference.lower(),
    "with other line ends": lambda q: q.reference.replace("\n", "\r\n"),
}


@cache
def bank() -> tuple[Question, ...]:
    return tuple(questions_of(read_content(None).bank))[::EVERY]


@pytest.mark.parametrize("form", FORMS)
def test_a_good_answer_is_good_in_every_form_in_which_people_write_it(form: str) -> None:
    assert {q.id: found for q in bank() if (found := points(q, FORMS[form](q))) < GOOD} == {}


def test_an_answer_in_prose_may_come_in_any_layout() -> None:
    prose = [q for q in bank() if "```" not in q.reference and "\n    " not in q.reference]
    assert prose
    for q in prose:
        assert points(q, " ".join(q.reference.split())) >= GOOD - 0.5, q.id
