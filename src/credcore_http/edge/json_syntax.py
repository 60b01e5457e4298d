"""Is this body JSON that every parser reads alike? Decided in linear time, before anything else reads it.

Refused beside plain syntax errors: what parsers disagree on (a name twice in one object, a byte order mark,
``NaN``) and what costs them more than its size (deep nesting, very long numbers). What a string holds is not
judged here: NUL and lone surrogates are a matter of the field, answered only to callers that may write to it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NoReturn

MAX_DEPTH = 64
MAX_DIGITS = 64

# Possessive, and content to end with the input: no quote is looked at twice, whatever the body holds.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_ALL_BYTES = bytes(range(256))
_NOT_BRACKETS = bytes(set(_ALL_BYTES) - set(b"[]{}"))
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_DIGITS_ELSE_SPACE = bytes(byte if byte in b"0123456789" else 32 for byte in _ALL_BYTES)


class MalformedJson(Exception):
    """``str()`` says in one sentence what is wrong; nothing of the body is repeated but a position."""


def check(body: bytes) -> None:
    """Accepts ``body`` if it is one JSON document within the bounds above.

    Raises:
        MalformedJson: otherwise.
    """
    text = _decoded(body)
    skeleton = _STRING.sub(b"", body)
    brackets = skeleton.translate(None, _NOT_BRACKETS)
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > MAX_DEPTH:
        raise MalformedJson(f"The body nests deeper than {MAX_DEPTH} levels.")
    # Sign, point and exponent are deleted so that the digits of one number stay together.
    numbers = skeleton.translate(_DIGITS_ELSE_SPACE, b"+-.eE").split()
    if max(map(len, numbers), default=0) > MAX_DIGITS:
        raise MalformedJson(f"A number in the body has more than {MAX_DIGITS} digits.")
    try:
        json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise MalformedJson(f"The body is not JSON: see character {error.pos}.") from None


def lone_surrogate(body: bytes) -> str | None:
    """A JSON Pointer to the first string with half of a surrogate pair, in a body that ``check`` accepted.

    For whoever decodes with msgspec, which refuses these without saying where.
    """
    return next(_surrogates(json.loads(body), ""), None)


def _surrogates(value: object, pointer: str) -> Iterator[str]:
    if isinstance(value, str) and _has_surrogate(value):
        yield pointer
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _surrogates(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for name, item in value.items():
            # A pointer has to be sendable itself: a name that is the culprit is blamed on its object.
            if _has_surrogate(name):
                yield pointer
            else:
                yield from _surrogates(item, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _decoded(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedJson(f"The body is not UTF-8: see byte {error.start}.") from None
    if text.startswith("\ufeff"):
        raise MalformedJson("The body starts with a byte order mark.")
    return text


def _without_duplicates(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise MalformedJson("An object in the body has the same name twice.")


def _no_constant(name: str) -> NoReturn:
    raise MalformedJson(f"JSON has no number {name}.")
