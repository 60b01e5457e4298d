"""Text that came from outside is kept as it was given, or refused with the reason."""

from __future__ import annotations

import unicodedata
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credcore.errors import InvalidValue
from credcore.text import legible_line, single_line, storable


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


HIDDEN = {
    "a right-to-left override": ("\u202e", "right-to-left override"),
    "a left-to-right embedding": ("\u202a", "left-to-right embedding"),
    "an isolate": ("\u2066", "left-to-right isolate"),
    "the end of an isolate": ("\u2069", "pop directional isolate"),
    "a mark of direction": ("\u200f", "right-to-left mark"),
    "an Arabic mark of direction": ("\u061c", "arabic letter mark"),
    "a space of no width": ("\u200b", "zero width space"),
    "a byte order mark": ("\ufeff", "zero width no-break space"),
    "a soft hyphen": ("\u00ad", "soft hyphen"),
    "a word joiner": ("\u2060", "word joiner"),
    "an invisible plus": ("\u2064", "invisible plus"),
    "a tag": ("\U000e0041", "tag latin capital letter a"),
    "an annotation": ("\ufff9", "interlinear annotation anchor"),
    "a grapheme joiner": ("\u034f", "combining grapheme joiner"),
    "a filler": ("\u3164", "hangul filler"),
    "a braille pattern without dots": ("\u2800", "braille pattern blank"),
}


@pytest.mark.parametrize(("hidden", "name"), HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("text", ["Ada{}King", "{}Ada", "Ada{}", "{}"])
def test_what_cannot_be_seen_is_refused_by_its_name(hidden: str, name: str, text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        legible_line(text.format(hidden), "/name", max_length=20)
    said = f"must not contain U+{ord(hidden):04X} ({name}), which cannot be seen"
    assert (refused.value.pointer, refused.value.detail) == ("/name", said)


@pytest.mark.parametrize("nobodys", ["\ue000", "\U0010fffd", "\u0378", "\ufffe", "\U000e0080"])
def test_what_stands_for_no_character_is_refused(nobodys: str) -> None:
    with pytest.raises(InvalidValue, match=f"U\\+{ord(nobodys):04X}, which stands for no character"):
        legible_line(f"Ada{nobodys}", "/name", max_length=20)


@pytest.mark.parametrize(
    "name",
    [
        "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",  # Alireza, in Persian
        "\u0936\u0930\u094d\u200d\u092e\u093e",  # Sharma, with a half form
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sri, in Sinhala
        "\u0d05\u0d28\u0d4d\u200d",  # a Malayalam chillu as it was written before it had a letter of its own
        "\u845b\U000e0100\u57ce",  # Katsuragi, as the family writes it
        "\u1820\u180b\u1821",
        "\U0001f9d1\u200d\U0001f4bb \u2764\ufe0f\u200d\U0001f525",
        "O\u2019Neill-\u00d8rsted, Jr.",
        "\u674e\u3000\u660e",
        "\u05d3\u05d5\u05d3",
    ],
)
def test_a_name_in_any_script_stays_as_it_is_written(name: str) -> None:
    assert legible_line(name, "/name", max_length=20) == name


@pytest.mark.parametrize(
    "name", ["\u200dAda", "Ada \u200cKing", "\u0639\u200c\u200c\u0644", "\ufe0fAda", "\u2764\ufe0f\ufe0f"]
)
def test_a_joiner_or_selector_belongs_to_the_character_before_it(name: str) -> None:
    with pytest.raises(InvalidValue, match="where it belongs to no character before it"):
        legible_line(name, "/name", max_length=20)


@given(st.text(max_size=30))
def test_a_legible_line_is_in_one_form_and_reading_it_again_changes_nothing(text: str) -> None:
    try:
        line = legible_line(text, "/name", max_length=60)
    except InvalidValue:
        return
    assert unicodedata.is_normalized("NFC", line)
    assert legible_line(line, "/name", max_length=60) == line
    assert any(unicodedata.category(character)[0] in "LMNPS" for character in line)


def test_marks_without_end_are_refused_before_anybody_sorts_them() -> None:
    marks = "a" + "\u0300" * 16_000 + "\u0316" * 16_000
    began = process_time()
    with pytest.raises(InvalidValue) as refused:
        legible_line(marks, "/email", max_length=254)
    assert refused.value.detail == "must have at most 254 characters"
    assert process_time() - began < 1  # sorted, they take 8 seconds


def test_length_is_counted_as_people_read_it() -> None:
    parts = unicodedata.normalize("NFD", "\u1f82" * 20)
    assert len(parts) == 80
    assert legible_line(parts, "/name", max_length=20) == "\u1f82" * 20
    with pytest.raises(InvalidValue):
        legible_line(parts, "/name", max_length=19)
