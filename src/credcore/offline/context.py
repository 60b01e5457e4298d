"""Whether the terms of a rubric stand among other words, as they do where somebody explains something.

A list of terms, strung together with whatever function words or in empty sentences, has nothing between them: of its
content words 95 % and more are terms, of references 25 to 65 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from credcore.offline.features import weight
from credcore.offline.lexicon import FUNCTION_WORDS
from credcore.offline.text import Passage, fold, stem, tokens

BARE = 0.1
"""Share of other content, new in the answer, below which a passage only lists terms."""
FEW = 5
"""Terms that anybody may list."""
HALF, BEYOND_REFERENCE = 0.48, 0.1
"""Share of an answer's terms that may stand in bare passages, and by how much it may be above the reference's own:
lines of code are bare as well."""
NEARLY_ALL = 0.8
"""Share of an answer's terms in bare passages from which nothing else in it counts either."""

Terms = tuple[tuple[tuple[str, ...], ...], ...]
"""The terms of each criterion, each given by its wordings."""


def supported(found: Sequence[Passage], reference: Sequence[Passage], terms: Terms) -> tuple[Passage, ...]:
    """The passages without those that only list terms, where too many of the terms stand in such.

    Judged in prose alone as well: lines of code say terms with nothing between them, and would hide a list beside them.
    """
    known = _stems(terms)
    whole = _bare(found, known)
    if not any(_too_bare(chosen(found), chosen(reference), known) for chosen in (_prose, tuple)):
        return tuple(found)
    if whole.share >= NEARLY_ALL:
        return ()
    in_prose = _bare(_prose(found), known)
    return tuple(passage for passage in found if passage not in whole.passages | in_prose.passages)


def _too_bare(found: Sequence[Passage], reference: Sequence[Passage], terms: frozenset[str]) -> bool:
    bare = _bare(found, terms)
    return bare.listed >= FEW and bare.share >= max(HALF, _bare(reference, terms).share + BEYOND_REFERENCE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bare:
    """The passages that only list terms, how many terms they say first, and their share of all that are said."""

    passages: frozenset[Passage]
    listed: int
    share: float


def _prose(found: Sequence[Passage]) -> tuple[Passage, ...]:
    return tuple(passage for passage in found if not passage.code)


@lru_cache(maxsize=1024)
def _stems(terms: Terms) -> frozenset[str]:
    wordings = (wording for criterion in terms for term in criterion for wording in term)
    return frozenset(stem(word) for wording in wordings for word in tokens(fold(wording)) if word not in FUNCTION_WORDS)


def _bare(found: Sequence[Passage], terms: frozenset[str]) -> Bare:
    seen: set[str] = set()
    bare: list[Passage] = []
    listed = said = 0
    for passage in found:
        own = set(passage.content)
        new = own - seen
        seen |= own
        said += len(new & terms)
        if _only_lists(new, terms):
            listed += len(new & terms)
            bare.append(passage)
        elif _only_lists(own, terms):
            bare.append(passage)
    return Bare(passages=frozenset(bare), listed=listed, share=listed / said if said else 0.0)


def _only_lists(words: set[str], terms: frozenset[str]) -> bool:
    listed = len(words & terms)
    other = sum(map(weight, words - terms))
    return listed > 0 and other < BARE * (other + listed)
