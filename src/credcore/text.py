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
