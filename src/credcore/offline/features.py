"""How far an answer covers an expectation, in three figures computed in time linear in the answer.

The prompt's own words count for little on either side: everybody who read the question can write them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from credcore.offline.lexicon import FUNCTION_WORDS, WEAK_WORDS
from credcore.offline.text import Passage, passages, stem

PROMPT_SHARE = 0.3
WEAK_SHARE = 0.35
FUZZY_SHARE = 0.8
"""What a word counts that also stands in the prompt, is said about anything, or is matched by its beginning alone."""

_WEAK_STEMS = frozenset(stem(word) for word in WEAK_WORDS)

LONG_ENOUGH = 0.3
"""Logarithm of the length, relative to the expectation's, from which more words are no more merit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Features:
    """``coverage`` and ``precision`` in 0..1: how much of the expectation is said, how much of what is said was
    expected; ``length`` the logarithm of the relative length, at most ``LONG_ENOUGH``."""

    coverage: float
    precision: float
    length: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """What an answer is held against: the content of a text, weighed in the light of the prompt."""

    weights: dict[str, float]
    total: float
    words: int
    prompt: frozenset[str]


@lru_cache(maxsize=1024)
def read(text: str) -> tuple[Passage, ...]:
    """The passages of a text that comes again with every answer: a prompt, a reference, a criterion."""
    return passages(text)


def content(passage: Passage) -> list[str]:
    """The stems that carry meaning, in order. Single letters are left out, single digits are not."""
    return [
        stemmed
        for word, stemmed in zip(passage.words, passage.stems, strict=True)
        if word not in FUNCTION_WORDS and (len(word) > 1 or word.isdigit())
    ]


@lru_cache(maxsize=1024)
def expectation(text: str, prompt: str) -> Expectation:
    """``text`` made ready to be compared with any number of answers to ``prompt``."""
    asked = frozenset(stemmed for passage in read(prompt) for stemmed in content(passage))
    counted = Counter(stemmed for passage in read(text) for stemmed in content(passage))
    weights = {
        stemmed: weight(stemmed) * (PROMPT_SHARE if stemmed in asked else 1.0) * (1 + 0.5 * math.log(count))
        for stemmed, count in counted.items()
    }
    return Expectation(
        weights=weights,
        total=sum(weights.values()),
        words=sum(len(passage.words) for passage in read(text)),
        prompt=asked,
    )


def weight(stemmed: str) -> float:
    return WEAK_SHARE if stemmed in _WEAK_STEMS else 1.0


class Vocabulary:
    """The answer's content stems, which can also be asked for a word that only begins alike."""

    def __init__(self, stems: Collection[str]) -> None:
        self.stems = frozenset(stems)
        self._by_head: dict[str, list[str]] = {}
        for stemmed in sorted(self.stems):
            self._by_head.setdefault(stemmed[:4], []).append(stemmed)

    def holds(self, stemmed: str) -> float:
        """1 for the stem itself, less for one that shares three quarters of the longer of both, else 0."""
        if stemmed in self.stems:
            return 1.0
        alike = any(_alike(stemmed, other) for other in self._by_head.get(stemmed[:4], ())[:20])
        return FUZZY_SHARE if alike else 0.0


def _alike(one: str, other: str) -> bool:
    shared = max(4, 3 * max(len(one), len(other)) // 4)
    return min(len(one), len(other)) >= 4 and one[:shared] == other[:shared]


def features(expected: Expectation, answer: Sequence[Passage]) -> Features:
    """What of ``answer`` speaks to the expectation; passages that touch none of it count for nothing, so that
    filler adds no length."""
    relevant = [passage for passage in answer if _touches(expected, passage)]
    vocabulary = Vocabulary({stemmed for passage in relevant for stemmed in content(passage)})
    known = Vocabulary(expected.weights)
    fresh = vocabulary.stems - expected.prompt
    said = sum(map(weight, fresh))
    words = sum(len(passage.words) for passage in relevant)
    return Features(
        coverage=covered(expected, vocabulary),
        precision=sum(weight(stemmed) * known.holds(stemmed) for stemmed in fresh) / said if said else 0.0,
        length=min(LONG_ENOUGH, math.log((words + 5) / (expected.words + 5))),
    )


def covered(expected: Expectation, vocabulary: Vocabulary) -> float:
    """The share of the expectation's weight that the words hold."""
    if not expected.total:
        return 0.0
    return sum(share * vocabulary.holds(stemmed) for stemmed, share in expected.weights.items()) / expected.total


def _touches(expected: Expectation, passage: Passage) -> bool:
    return any(stemmed in expected.weights for stemmed in content(passage))
