"""What a new password must be beyond its length: more than what a guesser who knows the person tries first.

There are no rules of composition (NIST SP 800-63B-4, 3.1.1.2). What is taken out of a password before its characters
are counted: words from its context, repetitions, and characters that go on counting up or down.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from credcore.errors import InvalidValue

PRODUCT = "credcore"
SHORTEST_WORD = 3
"""Shorter pieces of a name or an address stand in too many honest sentences to mean anything."""
LEFT_OVER = 8
"""So many characters must remain: below that a guesser who tries the rest first needs to try too little."""

STOLEN = (
    "is one of the passwords that were stolen elsewhere and that attackers try first; "
    "choose another, for example four or five words that have nothing to do with each other"
)
PERSONAL = (
    "is little more than your name, your e-mail address or this product's name; "
    "add words that have nothing to do with them"
)
PATTERN = "is mostly one piece repeated, or characters in a row; add words that have nothing to do with each other"

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """Whose password it will be, as far as a guesser knows them."""

    email: str
    name: str

    @property
    def words(self) -> tuple[str, ...]:
        """What a guesser would try, longest first: the address, its pieces, the name's, and the product's name."""
        local, _, domain = self.email.casefold().rpartition("@")
        pieces = _WORD.findall(f"{local} {domain} {self.name.casefold()}")
        whole = (self.email.casefold(), local, domain, self.name.casefold(), PRODUCT)
        found = {word for word in (*whole, *pieces) if len(word) >= SHORTEST_WORD}
        return tuple(sorted(found, key=lambda word: (-len(word), word)))


def require_unguessable(password: str, owner: Owner, pointer: str) -> None:
    """Raises InvalidValue with a reason that helps."""
    text = password.casefold()
    if unexpected(text) < LEFT_OVER:
        raise InvalidValue(pointer, PATTERN)
    if unexpected(_without(text, owner.words)) < LEFT_OVER:
        raise InvalidValue(pointer, PERSONAL)


def unexpected(text: str) -> int:
    """How many characters remain of ``text`` without its repetitions and without what goes on counting up or down."""
    unit = text[: _period(text)]
    steps = [ord(after) - ord(before) for before, after in itertools.pairwise(unit)]
    going_on = sum(step == before and abs(step) <= 1 for before, step in itertools.pairwise(steps))
    return len(unit) - going_on


def _without(text: str, words: Iterable[str]) -> str:
    for word in words:
        text = text.replace(word, "")
    return text


def _period(text: str) -> int:
    """The length of the shortest piece that gives ``text`` when it is repeated, the last time perhaps in part."""
    for length in range(1, len(text) // 2 + 1):
        if all(text[place] == text[place - length] for place in range(length, len(text))):
            return length
    return len(text)
