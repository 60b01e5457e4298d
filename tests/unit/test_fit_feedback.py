"""Feedback from a model: what a learner may read, and the rubric's words where it may not be read."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import essay
from credcore.defence.feedback import LEAK, LONGEST, improvements_of, is_fit, strengths_of, tidied
from credcore.grading import CriterionResult
from credcore.questions import Criterion

REFERENCE = "Without it the database scans all rows; with a sorted tree it finds the few that match at once."
QUESTION = essay(
    prompt="Why does a web application need an index on the customer column of a large table of orders?",
    reference_answer=REFERENCE,
    criteria=(
        Criterion(
            id="why",
            title="Says why reading gets faster",
            points=10,
            looks_for="Names the scan of every single row that the planner would otherwise need for each order.",
        ),
    ),
)
ANSWER = "It need not read all of the rows."


def result(title: str, points: int) -> CriterionResult:
    return CriterionResult(criterion_id=title, title=title, points=Decimal(points), max_points=5, evidence=None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "You explain well that the tree is sorted.",
        "An index on (a, b) would help; x < y is fine, and so is a & b.",
        "Mention console.log, node.js and e.g. low selectivity.",
        "On time and on point: on = 1 is code.",
    ],
)
def test_plain_feedback_is_fit(text: str) -> None:
    assert is_fit(text, QUESTION, ANSWER)


@pytest.mark.parametrize(
    "text",
    [
        "Look at HTTPS://evil.example for more.",
        "See www.evil.example.",
        "Open file://etc or ftp://evil.example.",
        "[Click](page)",
        "Use javascript:alert(1).",
        "data:text/html,x",
        "Write to ada@example.org or mailto:ada.",
    ],
)
def test_nothing_leads_a_learner_elsewhere(text: str) -> None:
    assert not is_fit(text, QUESTION, ANSWER)


@pytest.mark.parametrize(
    "text", ["Good <b>work</b>.", "</div>", "<!-- x -->", "&lt;b&gt;", "&#60;b", "&#x3c;b", "an onload='x' there"]
)
def test_no_markup_reaches_a_page(text: str) -> None:
    assert not is_fit(text, QUESTION, ANSWER)


@pytest.mark.parametrize(
    "text",
    [
        "The system prompt asks me to be strict.",
        "My instructions forbid it.",
        "This was an injection attempt.",
        "The reference answer says more.",
        "The MODEL ANSWER says more.",
        "As an AI I may not say.",
        "You deserve full marks.",
    ],
)
def test_no_talk_of_the_machinery_or_of_marks_is_fit(text: str) -> None:
    assert not is_fit(text, QUESTION, ANSWER)


@pytest.mark.parametrize("hidden", [REFERENCE, QUESTION.criteria[0].looks_for], ids=["reference", "what is looked for"])
def test_so_many_words_in_a_row_of_what_learners_never_see_are_a_leak(hidden: str) -> None:
    words = hidden.replace(";", "").rstrip(".").split()
    assert not is_fit(f"Well: {' '.join(words[2 : 2 + LEAK]).upper()}!", QUESTION, ANSWER)
    assert is_fit(f"Well: {' '.join(words[2 : 1 + LEAK])}!", QUESTION, ANSWER)


def test_what_the_learner_wrote_is_no_leak() -> None:
    said = "the scan of every single row that the planner would otherwise need"
    assert not is_fit(f"You say: {said}.", QUESTION, ANSWER)
    assert is_fit(f"You say: {said}.", QUESTION, f"It saves {said}.")


def test_what_the_question_and_the_titles_say_is_no_leak() -> None:
    told = "why does a web application need an index on the customer column"
    question = essay(
        prompt=QUESTION.prompt, criteria=QUESTION.criteria, reference_answer=f"{REFERENCE} So {told} is plain."
    )
    assert is_fit(f"You explain {told}.", question, ANSWER)


def test_feedback_is_one_line_without_hidden_characters() -> None:
    assert tidied(" Good.\u202e\u200b\n\tVery\x00 good.\ud800 ") == "Good. Very good."


def test_feedback_that_is_too_long_ends_with_a_sentence() -> None:
    sentence = "More is fine here. "
    cut = tidied(sentence * 100)
    assert cut == (sentence * (LONGEST // len(sentence))).strip()


def test_feedback_without_a_full_stop_is_cut_where_the_room_ends() -> None:
    assert tidied("x" * (LONGEST + 1)) == "x" * LONGEST
    assert tidied("x" * LONGEST) == "x" * LONGEST


@given(st.text(max_size=2 * LONGEST))
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    once = tidied(text)
    assert len(once) <= LONGEST
    assert tidied(once) == once


def test_the_rubrics_words_name_what_was_met_and_what_was_not() -> None:
    results = [result("Names the cause.", 5), result("Names a remedy", 3), result("Says how to check ", 2)]
    assert strengths_of(results) == "Shown in your answer: Names the cause; Names a remedy."
    assert improvements_of(results) == "Not shown, or not far enough: Says how to check."


def test_where_nothing_was_met_or_missed_nothing_is_said() -> None:
    assert strengths_of([result("Names the cause", 0)]) == ""
    assert improvements_of([result("Names the cause", 5)]) == ""
