"""A learner's own name, taken out of what the learner wrote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
_BETWEEN = r"[\W_]{1,8}"
"""Blanks, points, a line break with the sign of a comment: what may stand between the words of a name."""
SHORTEST = 3
"""Characters of a single name that is looked for by itself: two are as often an abbreviation."""


def unnamed_in(text: str, name: str, *, spared: str, mask: str) -> str:
    """``text`` with ``mask`` for the whole name, however it is spelt, and for each word of it as it is written.

    Words of ``spared`` are left where they stand alone: of whoever is called Index, an answer about indexes would
    lose what it is about.
    """
    words = _WORD.findall(unicodedata.normalize("NFC", name))
    if len(words) > 1:
        text = _any_of((_BETWEEN.join(map(re.escape, form)) for form in _spelt(words)), re.IGNORECASE).sub(mask, text)
    known = {word.casefold() for word in _WORD.findall(spared)}
    alone = [word for word in words if len(word) >= SHORTEST and word.casefold() not in known]
    if not alone:
        return text
    return _any_of(re.escape(word) for form in _spelt(alone) for word in form).sub(mask, text)


def _spelt(words: list[str]) -> Iterable[list[str]]:
    """The same characters composed and in pieces, as people's keyboards give them."""
    return ([unicodedata.normalize(form, word) for word in words] for form in ("NFC", "NFD"))


def _any_of(patterns: Iterable[str], flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", flags)
