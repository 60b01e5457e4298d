"""Answers made of the reference's own words: the same sentences turned round, or its words in another order.

Nobody who answers in words of their own comes near to these rules: of 1,469 good answers in the fitting set twenty
have three fifths of the reference's words, and five lose anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from credcore.offline.features import read
from credcore.offline.lexicon import DENIALS, NEGATORS
from credcore.offline.text import Passage

FROM_REFERENCE, NEAR_REFERENCE = 0.7, 0.4
"""Share of a passage's content words from which it is made of the reference's, and from which it does not count either
in an answer that was found to be so made."""
OWN_WORDS = 4
ENOUGH = 12
"""Content words that a reference has at least, so that having its words in another order means something."""
MOST, MOST_ORDER = 0.7, 0.72
MANY, MANY_ORDER = 0.6, 0.5
"""From so much of the reference's content, so many of its neighbouring words have to be neighbours again, as a share of
it. Shuffled by twos, a text keeps .57 of them; by words, .2; good answers with so many words, .72 and more."""
NEARLY_ALL, HARDLY_ANY = 0.75, 0.42
"""The same two figures where code is counted in."""
LONG_LINE = 25
"""Words from which a line with signs of code in it is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matter:
    """The content words of passages, their neighbouring pairs of words, and how often they deny something."""

    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    denials: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Remade:
    """The passages concerned, and by what."""

    passages: frozenset[Passage]
    shuffled: bool
    contrary: bool


def is_prose(passage: Passage) -> bool:
    return not passage.code or len(passage.words) > LONG_LINE


def remade(found: Sequence[Passage], reference: str) -> Remade:
    """What of an answer is made of the reference's words, if they come in another order or say the contrary."""
    whole = _of_reference(reference, prose_only=False)
    if len(whole.words) < ENOUGH:
        return Remade(passages=frozenset(), shuffled=False, contrary=False)
    taken = [passage for passage in found if _is_taken(passage, whole)]
    shuffled = _is_shuffled([passage for passage in taken if is_prose(passage)], reference) or _is_scrambled(
        taken, whole
    )
    contrary = _is_contrary(taken, whole)
    if not (shuffled or contrary):
        return Remade(passages=frozenset(), shuffled=False, contrary=False)
    near = frozenset(passage for passage in found if _from(passage, whole) >= NEAR_REFERENCE)
    return Remade(passages=near, shuffled=shuffled, contrary=contrary)


def _is_shuffled(taken: Sequence[Passage], reference: str) -> bool:
    """Lines of code are left out: two solutions in the same few names are two solutions."""
    source = _of_reference(reference, prose_only=not any(passage.code for passage in taken))
    own = _matter(taken)
    share = _share(own, source)
    if share < MANY or len(source.words) < ENOUGH:
        return False
    return _order(own, source) < (MOST_ORDER if share >= MOST else MANY_ORDER)


def _is_scrambled(taken: Sequence[Passage], whole: Matter) -> bool:
    """Code as well: nearly all of its words and hardly any of their order is nobody's solution."""
    own = _matter(taken)
    return _share(own, whole) >= NEARLY_ALL and _order(own, whole) < HARDLY_ANY


def _is_contrary(taken: Sequence[Passage], whole: Matter) -> bool:
    """One denial more than the reference has is enough; what is denied elsewhere in the answer turns nothing round."""
    own = _matter(taken)
    return _share(own, whole) >= MANY and own.denials > whole.denials


def _order(own: Matter, source: Matter) -> float:
    """The share of the source's neighbouring words that are neighbours again, of those that could be."""
    return len(own.pairs & source.pairs) / len(source.pairs) / _share(own, source)


def _share(own: Matter, source: Matter) -> float:
    return len(own.words & source.words) / len(source.words) if source.words else 0.0


def denials(passage: Passage) -> int:
    """How often a passage denies. The words that programming languages have for it count in prose alone, or where a
    sentence is put before the code."""
    known = NEGATORS | DENIALS
    if passage.code and not _SAYS_SO & set(passage.words):
        known -= _CODE_WORDS
    return sum(word in known for word in passage.words)


_SAYS_SO = frozenset({"true", "wrong", "untrue"})
_CODE_WORDS = frozenset({"not", "no", "none", "nothing", "false", "without", "isnt"})


@lru_cache(maxsize=1024)
def _of_reference(reference: str, *, prose_only: bool) -> Matter:
    return _matter([passage for passage in read(reference) if not prose_only or is_prose(passage)])


def _matter(found: Sequence[Passage]) -> Matter:
    return Matter(
        words=frozenset(stemmed for passage in found for stemmed in passage.content),
        pairs=frozenset(pair for passage in found for pair in pairwise(passage.stems)),
        denials=sum(map(denials, found)),
    )


def _is_taken(passage: Passage, source: Matter) -> bool:
    return len(set(passage.content)) >= OWN_WORDS and _from(passage, source) >= FROM_REFERENCE


def _from(passage: Passage, source: Matter) -> float:
    own = set(passage.content)
    return len(own & source.words) / len(own) if own else 0.0
