"""What a profile says: in the graders' own words, best or worst first, and never more than somebody reads."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credcore.feedback import MAX_TEXT, DomainFindings, DomainNote, improvements, strengths
from credcore.grading import Judgement
from samples import TEST_GRADER


def said(strong: str = "", weak: str = "") -> Judgement:
    return Judgement(grader=TEST_GRADER, criteria=(), strengths=strong, improvements=weak)


def found(domain: str = "a", score: Fraction | int = 60, *judgements: Judgement, **counts: int) -> DomainFindings:
    defaults = {"choices_right": 0, "choices": 0, "unanswered": 0, "late": 0}
    return DomainFindings(
        domain=domain, title=domain.upper(), score=Fraction(score), judgements=judgements, **(defaults | counts)
    )


def domains(notes: tuple[DomainNote, ...]) -> list[str]:
    return [note.domain for note in notes]


def test_strengths_come_best_first_and_only_from_fifty_up() -> None:
    findings = [found(name, value, said("Good.")) for name, value in (("a", 50), ("b", 90), ("c", 49), ("d", 70))]
    assert domains(strengths(findings)) == ["b", "d", "a"]


def test_improvements_come_worst_first_and_only_below_seventy_five() -> None:
    findings = [found(name, value, said("", "Do.")) for name, value in (("a", 75), ("b", 20), ("c", 74), ("d", 0))]
    assert domains(improvements(findings)) == ["d", "b", "c"]


def test_where_all_is_weak_the_best_domain_is_still_named_and_where_all_is_strong_the_worst() -> None:
    weak = [found("a", 10, said("Good.", "Do.")), found("b", 30, said("Good.", "Do."))]
    strong = [found("a", 90, said("Good.", "Do.")), found("b", 80, said("Good.", "Do."))]
    assert domains(strengths(weak)) == ["b"]
    assert domains(improvements(strong)) == ["b"]


def test_a_domain_of_which_nothing_can_be_said_is_not_spoken_of() -> None:
    assert strengths([found("a", 0)]) == ()
    assert improvements([found("a", 100, said("Good."), choices=2, choices_right=2)]) == ()


def test_the_words_are_the_graders_own_with_the_plain_counts_after_them() -> None:
    finding = found(
        "a",
        Fraction(200, 3),
        said("Named it.", "Check it."),
        said("Saw it."),
        choices=3,
        choices_right=1,
        unanswered=2,
        late=1,
    )
    [strong], [weak] = strengths([finding]), improvements([finding])
    assert strong.text == "A, 66.7 of 100. Named it. Saw it. 1 of 3 multiple-choice questions answered right."
    assert weak.text == (
        "A, 66.7 of 100. Check it. 2 of 3 multiple-choice questions answered wrong. "
        "1 answered after the time was up. 2 left unanswered."
    )


def test_the_score_of_a_domain_that_no_strength_names_is_explained_by_what_was_right_in_it() -> None:
    weak = found("a", Fraction(100, 3), said("", "Not found: All."), choices=1, choices_right=1)
    best = found("b", 90, said("Good."))
    [note] = improvements([weak, best])
    assert note.text == "A, 33.3 of 100. Not found: All. 1 of 1 multiple-choice question answered right."
    assert "right" not in improvements([weak])[0].text, "as the best one it is named in the strengths, which say so"
    assert "right" in strengths([weak])[0].text


def test_one_question_is_spoken_of_in_the_singular() -> None:
    [note] = strengths([found(choices=1, choices_right=1)])
    assert note.text.endswith("1 of 1 multiple-choice question answered right.")


@given(st.lists(st.text(st.characters(categories=["Ll"]), max_size=200).map(lambda word: f"{word}."), max_size=8))
def test_no_note_is_longer_than_somebody_reads(sentences: list[str]) -> None:
    for note in strengths([found("a", 60, said(" ".join(sentences) or "Good."))]):
        assert len(note.text) <= MAX_TEXT


@pytest.mark.parametrize(
    ("words", "end"), [("A sentence of some length. " * 40, "length."), ("endless" * 120, "\N{HORIZONTAL ELLIPSIS}")]
)
def test_a_note_too_long_ends_at_a_sentence_or_shows_that_it_was_cut(words: str, end: str) -> None:
    [note] = strengths([found("a", 60, said(words.strip()))])
    assert note.text.endswith(end)
    assert len(note.text) <= MAX_TEXT


def test_two_essays_of_a_domain_are_spoken_of_in_one_list_each() -> None:
    both = [
        said("Shown in your answer: A. Largely there: B (3 of 4).", "Not found in your answer: C."),
        said("Shown in your answer: D.", "Not found in your answer: E; C. Hardly touched: F (0.5 of 3)."),
    ]
    [strong], [weak] = strengths([found("x", 60, *both)]), improvements([found("x", 60, *both)])
    assert strong.text == "X, 60.0 of 100. Shown in your answer: A; D. Largely there: B (3 of 4)."
    assert weak.text == "X, 60.0 of 100. Not found in your answer: C; E; C. Hardly touched: F (0.5 of 3)."


def test_what_a_model_writes_in_its_own_words_is_left_as_it_is() -> None:
    text = "You name the cause: the cache is empty. You also say why."
    [strong] = strengths([found("x", 60, said(text), said("A second answer."))])
    assert strong.text == f"X, 60.0 of 100. {text} A second answer."
