"""Text that came from outside, made safe to keep: every store can hold it and no log line can be broken with it."""

from __future__ import annotations

import unicodedata

from credcore.errors import InvalidValue


def storable(value: str, pointer: str, *, max_length: int, min_length: int = 0) -> str:
    """``value`` as it is, if any database can keep it and its length in characters is within the bounds.

    NUL and lone surrogates are refused rather than dropped: an answer is kept as it was given or not at all.

    Raises:
        InvalidValue: at ``pointer``.
    """
    if "\x00" in value:
        raise InvalidValue(pointer, "must not contain the NUL character")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidValue(pointer, "must not contain half of a surrogate pair")
    if len(value) > max_length:
        raise InvalidValue(pointer, f"must have at most {max_length} characters")
    if len(value) < min_length:
        raise InvalidValue(pointer, f"must have at least {min_length} characters")
    return value


def single_line(value: str, pointer: str, *, max_length: int) -> str:
    """``value`` without surrounding space, if it is not empty and holds no control character."""
    line = storable(value, pointer, max_length=max_length).strip()
    if not line:
        raise InvalidValue(pointer, "must not be empty")
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in line):
        raise InvalidValue(pointer, "must be one line without control characters")
    return line


JOINERS = frozenset("\u200c\u200d")
"""Zero width, and letters of Persian, Hindi or Sinhala, as well as emoji, are written with them."""
SELECTORS = frozenset(map(chr, (*range(0x180B, 0x180E), 0x180F, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""They choose how the character before them looks: Mongolian letters, Japanese names, emoji."""
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and a symbol by their categories, and nothing to see (Default_Ignorable_Code_Point, and a braille
pattern without dots)."""


MOST_PARTS = 4
"""So many characters at the most become one in NFC."""


def legible_line(value: str, pointer: str, *, max_length: int, joined: bool = True) -> str:
    """``value`` in NFC, as a single line that holds nothing which cannot be seen: what is stored is what people read.

    Not ``joined``: without the joiners and selectors that some scripts need, too. What Unicode assigned later than
    this Python's tables (``unicodedata.unidata_version``) counts as unassigned.

    Raises:
        InvalidValue: naming the character, since whoever sent it cannot see it.
    """
    # First: marks that combine are sorted, which takes the square of their number.
    if len(value) > MOST_PARTS * max_length:
        raise InvalidValue(pointer, f"must have at most {max_length} characters")
    line = single_line(unicodedata.normalize("NFC", value), pointer, max_length=max_length)
    for before, character in zip(" " + line, line, strict=False):
        if (fault := _fault(before, character, joined=joined)) is not None:
            raise InvalidValue(pointer, f"must not contain U+{ord(character):04X}{_called(character)}{fault}")
    return line


def _fault(before: str, character: str, *, joined: bool) -> str | None:
    category = unicodedata.category(character)
    if category in {"Cn", "Co"}:
        return ", which stands for no character that everybody knows"
    if joined and character in JOINERS | SELECTORS:
        attached = before in JOINERS or before.isspace() or (before in SELECTORS and character in SELECTORS)
        return " where it belongs to no character before it" if attached else None
    return ", which cannot be seen" if category == "Cf" or character in SELECTORS | BLANK else None


def _called(character: str) -> str:
    name = unicodedata.name(character, "")
    return f" ({name.lower()})" if name else ""
