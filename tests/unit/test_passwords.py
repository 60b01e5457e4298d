"""What a new password must have beside its length: eight characters that nobody who knows the person expects."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credcore.errors import InvalidValue
from credcore.passwords import LEFT_OVER, PATTERN, PERSONAL, Owner, require_unguessable, unexpected

ADA = Owner(email="ada.lovelace@mail.example.org", name="Augusta Ada King")


def _refusal(password: str, owner: Owner = ADA) -> str | None:
    try:
        require_unguessable(password, owner, "/password")
    except InvalidValue as refused:
        return refused.detail
    return None


@pytest.mark.parametrize(
    "password",
    [
        "ada.lovelace@mail.example.org",
        "AdaLovelace1815!",
        "lovelace.lovelace",
        "AUGUSTA-ADA-KING-1",
        "mail.example.org-7",
        "king of credcore",
    ],
)
def test_what_is_little_more_than_the_persons_own_words_is_refused(password: str) -> None:
    assert _refusal(password) == PERSONAL


@pytest.mark.parametrize(
    "password",
    ["aaaaaaaaaaaaaaaa", "abcabcabcabcabcabc", "1234567890123456", "zyxwvutsrqponmlk", "hunter2hunter2hu", "a" * 128],
)
def test_what_is_one_piece_repeated_or_counted_up_is_refused(password: str) -> None:
    assert _refusal(password) == PATTERN


@pytest.mark.parametrize("password", ["Ada likes long walks", "correct horse battery staple", "x7$kP!q9Lm2@vR4z"])
def test_a_word_of_the_person_among_others_is_no_harm(password: str) -> None:
    assert _refusal(password) is None


def test_short_pieces_of_a_name_are_not_taken_for_words() -> None:
    assert Owner(email="li@ab.example", name="Li Wu").words == (
        "li@ab.example",
        "ab.example",
        "credcore",
        "example",
        "li wu",
    )


@given(st.text(string.printable, min_size=0, max_size=128))
def test_nothing_makes_characters_out_of_nothing(text: str) -> None:
    assert 0 <= unexpected(text) <= len(text)


@given(st.text(string.ascii_letters, min_size=1, max_size=40), st.integers(2, 3))
def test_repeating_a_password_adds_nothing_to_it(text: str, times: int) -> None:
    assert unexpected(text * times) <= unexpected(text)


@given(st.integers(2, 60), st.sampled_from([-1, 0, 1]), st.sampled_from("mnop"))
def test_a_run_counts_as_two_however_long_it_is(length: int, step: int, first: str) -> None:
    run = "".join(chr(ord(first) + 200 + step * place) for place in range(length))
    assert unexpected(run) <= 2


@given(st.text(string.ascii_lowercase, min_size=LEFT_OVER, max_size=20), st.text(string.ascii_lowercase, max_size=9))
def test_case_changes_nothing(password: str, name: str) -> None:
    owner = Owner(email="ada@example.org", name=name)
    assert _refusal(password, owner) == _refusal(password.upper(), owner)
