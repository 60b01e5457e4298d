"""Text that came from outside is kept as it was given, or refused with the reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credcore.errors import InvalidValue
from credcore.text import single_line, storable


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=50))
def test_what_is_storable_is_kept_as_it_was_given(text: str) -> None:
    assert storable(text, "/text", max_length=50) == text
    assert text.encode().decode() == text


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("before\x00after", "must not contain the NUL character"),
        ("half \ud83d of a pair", "must not contain half of a surrogate pair"),
        ("the other half \udfff", "must not contain half of a surrogate pair"),
        ("x" * 21, "must have at most 20 characters"),
        ("x", "must have at least 2 characters"),
    ],
)
def test_text_that_some_store_could_not_keep_is_refused_by_name(text: str, detail: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        storable(text, "/answers/0", min_length=2, max_length=24 if "half" in text else 20)
    assert (refused.value.pointer, refused.value.detail) == ("/answers/0", detail)


def test_length_is_counted_in_characters_not_bytes() -> None:
    assert storable("\N{SNOWMAN}" * 20, "/text", min_length=20, max_length=20)


def test_a_line_loses_the_space_around_it_and_keeps_what_is_in_it() -> None:
    assert single_line("  Ada  King ", "/name", max_length=20) == "Ada  King"


@pytest.mark.parametrize("text", ["", "   ", "\n", "\u2003"])
def test_a_line_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="/name: must not be empty"):
        single_line(text, "/name", max_length=20)


@pytest.mark.parametrize("breaking", ["\n", "\r", "\t", "\x1b", "\x85", "\u2028", "\u2029"])
def test_a_line_with_a_break_or_a_control_character_is_refused(breaking: str) -> None:
    with pytest.raises(InvalidValue, match="must be one line"):
        single_line(f"Ada{breaking}King", "/name", max_length=20)


def test_a_line_is_as_storable_as_any_text() -> None:
    with pytest.raises(InvalidValue, match="NUL"):
        single_line("Ada\x00", "/name", max_length=20)
    with pytest.raises(InvalidValue, match="at most 3"):
        single_line("Augusta", "/name", max_length=3)
