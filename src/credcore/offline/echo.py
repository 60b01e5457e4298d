"""Passages that say the prompt again: whoever has read a question can write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from credcore.offline.features import Expectation, expectation, meanings, read, weight
from credcore.offline.text import Passage

ECHO_SHARE = 0.85
"""Share of a passage's neighbouring word pairs found in the prompt from which it only repeats the prompt."""
FRAMED_SHARE, TITLED_SHARE, FRAME_WEIGHT = 0.4, 0.2, 1.5
"""The same for a passage that puts the prompt into a frame ("The question is about how to …"), or a criterion's title,
which is shorter; and the weight of other content words that a frame has at most. Only where there is a rubric: it asks
for reasons, but of a question without one half of the answer can be the question's own words. Numbers are taken out of
a prompt on purpose."""
FEW_PAIRS = 3
"""Pairs that a passage has at least, so that a share of them means something."""


def without_echo(found: Sequence[Passage], prompt: str, reference: str, titles: Sequence[str]) -> list[Passage]:
    """The passages without those that only repeat the prompt, or a title, with a frame around it or without one."""
    known = _known(prompt, tuple(titles))
    expected = expectation(reference, prompt)
    return [p for p in found if not _echoes(p, known) or (expected.chosen and _chooses(p, expected))]


def repeating(found: Sequence[Passage], prompt: str, titles: Sequence[str]) -> frozenset[Passage]:
    """The passages of which a good part is the prompt again, code included, whatever they add. Only where there is a
    rubric."""
    known = _known(prompt, tuple(titles))
    return frozenset(passage for passage in found if known.of_titles and _repeats(passage, known))


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """The words of prompt and titles, and which of them stand next to each other there."""

    single: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    of_titles: frozenset[tuple[str, str]]


@lru_cache(maxsize=1024)
def _known(prompt: str, titles: tuple[str, ...]) -> Known:
    asked = [stemmed for passage in read(prompt) for stemmed in passage.stems]
    named = [passage.stems for title in titles for passage in read(title)]
    of_titles = frozenset(pair for stems in named for pair in pairwise(stems))
    return Known(
        single=frozenset(asked).union(*named), pairs=frozenset(pairwise(asked)) | of_titles, of_titles=of_titles
    )


def _chooses(passage: Passage, expected: Expectation) -> bool:
    """Whether a passage names what the prompt offered and the reference has chosen, and nothing else."""
    said = set(meanings(passage))
    return bool(said) and said <= expected.weights.keys()


def _echoes(passage: Passage, known: Known) -> bool:
    if len(passage.stems) < 4:
        return known.single.issuperset(passage.stems)
    own = list(pairwise(passage.stems))
    said_before = _said_before(own, known.pairs)
    if said_before >= ECHO_SHARE:
        return True
    titled = _said_before(own, known.of_titles) >= TITLED_SHARE
    framed = titled or (said_before >= FRAMED_SHARE and not any(word.isdigit() for word in passage.words))
    return framed and bool(known.of_titles) and not passage.code and _adds_nothing(passage, known)


def _repeats(passage: Passage, known: Known) -> bool:
    own = list(pairwise(passage.stems))
    return len(own) >= FEW_PAIRS and _said_before(own, known.pairs) >= FRAMED_SHARE


def _said_before(own: Sequence[tuple[str, str]], known: frozenset[tuple[str, str]]) -> float:
    """The share of the neighbouring words that are neighbours there, too."""
    return sum(pair in known for pair in own) / len(own) if own else 0.0


def _adds_nothing(passage: Passage, known: Known) -> bool:
    return sum(weight(stemmed) for stemmed in set(passage.content) - known.single) < FRAME_WEIGHT
