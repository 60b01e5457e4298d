"""Short references prove little: what they can and cannot say of an answer."""

from __future__ import annotations

import pytest

from credcore.offline import grade

CHOICE = "Is an index outside the bounds of an array a compilation error or a run-time error?"
STORED = "Where does a compiler keep the variables that a function declares?"


def points(prompt: str, reference: str, answer: str) -> float:
    return float(grade(prompt=prompt, reference=reference, criteria=(), answer=answer).points)


@pytest.mark.parametrize("answer", ["run-time", "A run-time error.", "it is a run-time error"])
def test_the_answer_to_a_choice_may_consist_of_the_prompts_own_words(answer: str) -> None:
    assert points(CHOICE, "Run-time error.", answer) >= 7


def test_the_choice_itself_copied_is_no_answer() -> None:
    assert points(CHOICE, "Run-time error.", CHOICE) <= 2
    assert points(CHOICE, "Run-time error.", "compilation error") <= 5


def test_words_that_mean_the_same_count_as_the_same() -> None:
    reference = "In the memory that the call allocates, removed at its end."
    same = points(STORED, reference, "In the space that is reserved by the invocation and deleted when it finishes.")
    other = points(STORED, reference, "In the files that are printed by the editor and painted when it rains.")
    assert same >= other + 3


def test_an_answer_in_other_words_than_three_keeps_a_doubt_and_one_in_other_words_than_forty_does_not() -> None:
    answer = "Wherever the machine happens to find a free corner."
    long = "The frame on the stack has a slot for each, laid out by alignment; large arrays go to the heap. " * 2
    more = "Optimisers promote scalars into registers, spilling cold ones, and debuggers map them back by line tables."
    assert 1 <= points(STORED, "On the stack.", answer) <= 5
    assert points(STORED, long + more, answer) <= 2
