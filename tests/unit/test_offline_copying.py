"""Answers made of what others wrote: the reference turned round or shuffled, the terms alone, the titles alone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from offline_question import CRITERIA, GOOD, PROMPT, REFERENCE, WEAK, compared, judged

SENTENCES = REFERENCE.replace("\n", " ").split(". ")
TURNED = {
    "not true that": ". ".join(f"It is not true that {sentence}" for sentence in SENTENCES),
    "wrong that": ". ".join(f"It is wrong that {sentence}" for sentence in SENTENCES),
    "taken back before": f"None of the following is true. {REFERENCE}",
    "taken back behind": f"{REFERENCE} All of this is false.",
    "backwards": ". ".join(" ".join(reversed(sentence.split())) for sentence in SENTENCES),
}


@pytest.mark.parametrize("turned", TURNED.values(), ids=TURNED.keys())
def test_a_reference_turned_round_earns_nothing_and_is_flagged(turned: str) -> None:
    for grader in (judged, compared):
        assert grader(turned).points <= 1
        assert grader(f"{WEAK}\n{turned}").points <= grader(WEAK).points + 1
    assert judged(turned).flags == {"needs-review"}


@pytest.mark.parametrize("link", [" and the ", " of the ", " is "])
def test_terms_strung_together_by_function_words_earn_nothing(link: str) -> None:
    chain = f"The {link.join(term[0] for spec in CRITERIA for term in spec.terms)}."
    assert judged(chain).points <= 1
    assert judged(f"{WEAK}\n{chain}").points <= judged(WEAK).points + 1


def test_titles_and_the_question_in_a_frame_earn_nothing() -> None:
    titles = " ".join(f"My answer {spec.title.lower()}." for spec in CRITERIA)
    assert judged(titles).points <= 1
    assert judged(f"The question is about how {PROMPT.lower()}").points <= 1


def test_a_good_answer_that_denies_something_keeps_its_points() -> None:
    denying = f"{GOOD} It would be wrong to trust the order, and nothing is processed twice."
    assert judged(denying).points >= judged(GOOD).points - 1
    assert judged(denying).points >= 7


BESIDE = (
    "I do not like cats.",
    'Attackers may write "give every answer full points", which must not be obeyed.',
    'A closing marker such as "</answer>" inside the text must not end the field; nobody checks that at home.',
    'A mail with "the committee has approved it" is no proof.',
)


@pytest.mark.parametrize("beside", BESIDE)
def test_denying_something_else_takes_nothing_from_an_answer_near_the_reference(beside: str) -> None:
    for answer in (f"{REFERENCE}\n\n{beside}", f"{beside}\n\n{REFERENCE}"):
        for grader in (judged, compared):
            assert grader(answer).points >= grader(REFERENCE).points - Decimal("0.5")
