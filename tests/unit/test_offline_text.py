"""How the offline grader reads: passages, words, stems, terms."""

from __future__ import annotations

import pytest

from credcore.offline.rubric import Searched, terms_of
from credcore.offline.text import MAX_PASSAGES, MAX_TOKENS, fold, passage_of, passages, stem, tokens
from offline_question import PROMPT


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("index", "indexes"),
        ("transmission", "transmissions"),
        ("validate", "validation"),
        ("arrival", "arrivals"),
        ("policy", "policies"),
        ("ignored", "ignoring"),
        ("retry", "retries"),
    ],
)
def test_inflections_share_a_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["404", "created_at", "utf8", "id"])
def test_identifiers_and_numbers_keep_their_form(word: str) -> None:
    assert stem(word) == word


def test_an_identifier_is_also_read_as_its_parts() -> None:
    assert tokens("getUserName created_at") == ("getusername", "get", "user", "name", "created_at", "created", "at")


def test_invisible_characters_and_look_alike_letters_are_folded_away() -> None:
    assert fold("in\u200bdеx\u202e") == "index"


def test_a_wrapped_line_does_not_end_a_sentence_but_a_list_item_does() -> None:
    wrapped = "The sequential scan reads the whole table and throws away nearly all of it,\nwhich takes long."
    listed = "- reads the table\n- throws rows away"
    assert len(passages(wrapped)) == 1
    assert len(passages(listed)) == 2


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    assert len(passages("Use a fake, e.g. a list in memory, for tests.")) == 1


def test_passages_stand_verbatim_in_the_text() -> None:
    text = "  One sentence.  Another one!\n\n    code(line)\n"
    assert [passage.raw for passage in passages(text)] == ["One sentence.", "Another one!", "code(line)"]


def test_reading_stops_at_its_caps() -> None:
    assert sum(len(passage.words) for passage in passages("word " * 5_000)) == MAX_TOKENS
    assert len(passages("x.\n" * 5_000)) == MAX_PASSAGES


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("composite index", "An index that is composite helps.", True),
        ("composite index", "The index on one column helps.", False),
        ("without a server", "It runs without any server.", True),
        ("without a server", "It runs on a server.", False),
        ("balance = balance -", "SET balance=balance - 5", True),
        ("balance = balance -", "The balance is read.", False),
        ("100.0", "multiply by 100.0 first", True),
        ("100.0", "multiply by 100 first", False),
        ('["id"]', "order['id']", True),
    ],
)
def test_terms_are_found_by_their_words_close_together_or_by_their_signs(term: str, text: str, found: bool) -> None:
    (wanted,) = terms_of(((term,),), PROMPT)
    passage = passage_of(text)
    assert passage is not None
    assert Searched(passage).says(wanted) is found


def test_a_term_that_the_prompt_already_says_counts_less() -> None:
    known, new = terms_of((("payment",), ("signature",)), PROMPT)
    assert known.weight < new.weight
