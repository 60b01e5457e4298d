"""How far an answer covers an expectation, in three figures computed in time linear in the answer.

The prompt's own words count for little on either side: everybody who read the question can write them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from credcore.offline.lexicon import WEAK_WORDS
from credcore.offline.text import Passage, passages, stem
from credcore.offline.thesaurus import SAME

PROMPT_SHARE = 0.3
WEAK_SHARE = 0.35
FUZZY_SHARE = 0.8
"""What a word counts that also stands in the prompt, is said about anything, or is matched by its beginning
alone."""

_WEAK_STEMS = frozenset(map(stem, WEAK_WORDS))

MOST_ALIKE = 20
"""Words with the same first four letters that are compared; text has fewer, only made-up text has more."""
LONG_ENOUGH = 0.3
"""Logarithm of the length, relative to the expectation's, from which more words are no more merit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Features:
    """``coverage`` and ``precision`` in 0..1: how much of the expectation is said, how much of what is said
    beyond the prompt was expected; ``length`` the logarithm of the relative length, at most ``LONG_ENOUGH``;
    ``topic`` in 0..1: the share of everything said that the prompt or the expectation knows; ``own`` in 0..1:
    the share of it that the prompt does not know; ``amount`` the weight of what is known, ``expected`` that of all the
    expectation's words."""

    coverage: float
    precision: float
    length: float
    topic: float
    own: float
    amount: float
    expected: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """What an answer is held against: the content of a text, weighed in the light of the prompt.

    ``amount`` is the weight of its content, and ``chosen`` whether all of that stands in the prompt already: the
    answer to "by rows or by columns?" is one of the words asked with.
    """

    weights: dict[str, float]
    total: float
    words: int
    prompt: frozenset[str]
    amount: float
    chosen: bool


@lru_cache(maxsize=1024)
def read(text: str) -> tuple[Passage, ...]:
    """The passages of a text that comes again with every answer: a prompt, a reference, a criterion."""
    return passages(text)


def meanings(passage: Passage) -> list[str]:
    """The stems that carry meaning, with one for all that mean the same."""
    return [SAME.get(stemmed, stemmed) for stemmed in passage.content]


@lru_cache(maxsize=1024)
def expectation(text: str, prompt: str) -> Expectation:
    """``text`` made ready to be compared with any number of answers to ``prompt``."""
    asked = frozenset(stemmed for passage in read(prompt) for stemmed in meanings(passage))
    counted = Counter(stemmed for passage in read(text) for stemmed in meanings(passage))
    weights = {
        stemmed: weight(stemmed) * (PROMPT_SHARE if stemmed in asked else 1.0) * (1 + 0.5 * math.log(count))
        for stemmed, count in counted.items()
    }
    return Expectation(
        weights=weights,
        total=sum(weights.values()),
        words=sum(len(passage.words) for passage in read(text)),
        prompt=asked,
        amount=_weight(counted),
        chosen=bool(counted) and counted.keys() <= asked,
    )


def weight(stemmed: str) -> float:
    return WEAK_SHARE if stemmed in _WEAK_STEMS else 1.0


class Vocabulary:
    """The answer's content stems, which can also be asked for a word that only begins alike."""

    def __init__(self, stems: Collection[str]) -> None:
        self.stems = frozenset(stems)
        self._by_head: dict[str, list[str]] = {}
        for stemmed in sorted(self.stems):
            if len(alike := self._by_head.setdefault(stemmed[:4], [])) < MOST_ALIKE:
                alike.append(stemmed)

    def holds(self, stemmed: str) -> float:
        """1 for the stem itself, less for one that shares three quarters of the longer of both, else 0."""
        if stemmed in self.stems:
            return 1.0
        candidates = self._by_head.get(stemmed[:4])
        return FUZZY_SHARE if candidates and any(_alike(stemmed, other) for other in candidates) else 0.0

    def near(self, stemmed: str) -> frozenset[str]:
        """The stems that count as this one."""
        candidates = self._by_head.get(stemmed[:4], ())
        return frozenset(other for other in candidates if other == stemmed or _alike(stemmed, other))


def _alike(one: str, other: str) -> bool:
    shared = max(4, 3 * max(len(one), len(other)) // 4)
    return min(len(one), len(other)) >= 4 and one[:shared] == other[:shared]


def features(expected: Expectation, answer: Sequence[Passage]) -> Features:
    """What of ``answer`` speaks to the expectation; passages that touch none of it add no length."""
    relevant = [passage for passage in answer if _touches(expected, passage)]
    spoken = Vocabulary({stemmed for passage in relevant for stemmed in meanings(passage)})
    everything = {stemmed for passage in answer for stemmed in meanings(passage)}
    fresh = everything if expected.chosen else everything - expected.prompt
    words = sum(len(passage.words) for passage in relevant)
    known = _weight_held(everything, Vocabulary(expected.weights.keys() | expected.prompt))
    return Features(
        coverage=covered(expected, spoken),
        precision=_ratio(
            _weight_held(fresh & spoken.stems, Vocabulary(expected.weights)), _weight(fresh & spoken.stems)
        ),
        length=min(LONG_ENOUGH, math.log((words + 5) / (expected.words + 5))),
        topic=_ratio(known, _weight(everything)),
        own=_own(expected, everything),
        amount=known,
        expected=expected.amount,
    )


def _own(expected: Expectation, everything: frozenset[str] | set[str]) -> float:
    """The share that the prompt does not know; of an answer that is chosen from the prompt, how far it is that answer
    and not the prompt again."""
    if expected.chosen:
        chosen = _ratio(_weight(everything & expected.weights.keys()), _weight(everything))
        return max(0.0, 2 * chosen - 1)
    return _ratio(_weight(everything - expected.prompt), _weight(everything))


def _weight(stems: Collection[str]) -> float:
    return math.fsum(map(weight, stems))


def _weight_held(stems: Collection[str], vocabulary: Vocabulary) -> float:
    return math.fsum(weight(stemmed) * vocabulary.holds(stemmed) for stemmed in stems)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def covered(expected: Expectation, vocabulary: Vocabulary) -> float:
    """The share of the expectation's weight that the words hold."""
    return _ratio(sum(held(expected, vocabulary).values()), expected.total)


def held(expected: Expectation, vocabulary: Vocabulary) -> dict[str, float]:
    """The expected stems that the words hold, with the weight that they have so."""
    return {
        stemmed: share * degree for stemmed, share in expected.weights.items() if (degree := vocabulary.holds(stemmed))
    }


def _touches(expected: Expectation, passage: Passage) -> bool:
    return any(stemmed in expected.weights for stemmed in meanings(passage))
