"""How far an answer meets one criterion: its terms found in coherent passages, and what the criterion looks
for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from credcore.offline.features import (
    Features,
    Vocabulary,
    covered,
    expectation,
    features,
    held,
    meanings,
    read,
)
from credcore.offline.text import Passage, fold, stem, tokens

WINDOW = 4
"""Evidence for one criterion stands close together: in this many neighbouring passages."""
TERMS_SHARE = 0.6
"""What the terms weigh in the evidence for a criterion; likeness to what the criterion looks for weighs the rest."""
LEAST_STRENGTH = 0.35
"""A reference that shows less than this of its own criterion is a fault of the content, not a lower hurdle.
"""
PROMPT_TERM = 0.3
"""What a term counts whose words all stand in the prompt."""
NOTHING, EVERYTHING = 0.25, 0.90
"""Shares of what the reference shows, below and above which a criterion earns no points and all of them."""
TRIED = (0.25, 0.42)
ANSWERED = (0.38, 0.50)
"""Shares of an answer's words that the question or its reference know, below which it is about something else
and above which it is surely an attempt, and surely an answer. Measured in the bank: weak answers .39 to .72
(5 to 90 %), good ones in other words than the reference's .57 and more, references of neighbouring questions
up to .41."""
ATTEMPT = 0.27
"""What an honest attempt in one's own words earns of the points that its evidence does not."""
ATTEMPT_AMOUNT = 8.0
"""Known content words that make an attempt."""
GAP = 3
"""Words that may stand between those of one term."""
OWN = (0.05, 0.20)
"""Shares of content words that are not the prompt's, below and above which an answer is an echo and an
attempt."""


_PIECE = re.compile(r"\w+|[^\w\s]")
_SIGN = re.compile(r"[^\w\s'/-]|^-")
_QUOTE = "[\"']"
_ARTICLES = frozenset({"a", "an", "the"})


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionSpec:
    """``terms`` are the ideas that evidence can hardly do without, each given by its alternative wordings."""

    id: str
    title: str
    max_points: int
    looks_for: str
    terms: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wording:
    """One way to say a term: with its signs as code stands there, or without signs by its words close
    together."""

    literal: re.Pattern[str]
    stems: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    wordings: tuple[Wording, ...]
    weight: float


@lru_cache(maxsize=2048)
def terms_of(terms: tuple[tuple[str, ...], ...], prompt: str) -> tuple[Term, ...]:
    """The terms ready for search; those that the prompt already says weigh little."""
    asked = [Searched(passage) for passage in read(prompt)]
    found = []
    for alternatives in terms:
        wordings = tuple(_wording(text) for text in alternatives if text.strip())
        term = Term(wordings=wordings, weight=1.0)
        known = any(one.says(term) for one in asked)
        found.append(Term(wordings=wordings, weight=PROMPT_TERM) if known else term)
    return tuple(found)


def _wording(text: str) -> Wording:
    folded = fold(text).lower().strip()
    pieces = [_QUOTE if piece in "\"'" else re.escape(piece) for piece in _PIECE.findall(folded)]
    head, tail = ("(?<!\\w)" if folded[:1].isalnum() else "", "(?!\\w)" if folded[-1:].isalnum() else "")
    stems = frozenset() if _SIGN.search(folded) else frozenset(stem(word) for word in tokens(folded)) - _ARTICLES
    return Wording(literal=re.compile(head + r"\s*".join(pieces) + tail), stems=stems)


class Searched:
    """A passage made ready to be searched for terms."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.vocabulary = Vocabulary(meanings(passage))
        self._all = Vocabulary(passage.stems)

    def says(self, term: Term) -> bool:
        """Whether one wording of the term stands in the passage."""
        return any(self._close(wording.stems) or self._literally(wording) for wording in term.wordings)

    def _literally(self, wording: Wording) -> bool:
        return not wording.stems and wording.literal.search(self.passage.folded) is not None

    def _close(self, stems: frozenset[str]) -> bool:
        if not stems or not all(map(self._all.holds, stems)):
            return False
        return len(stems) == 1 or _together([self._all.near(stemmed) for stemmed in stems], self.passage.stems)


def _together(groups: Sequence[frozenset[str]], stems: Sequence[str]) -> bool:
    """Whether one stem of each group stands in some short stretch of the passage."""
    places = {at for at, stemmed in enumerate(stems) if stemmed in groups[0]}
    reach = len(groups) + GAP
    return any(
        all(not group.isdisjoint(stems[max(0, at - reach) : at + reach + 1]) for group in groups) for at in places
    )


def on_topic(found: Features) -> float:
    """0 for an answer to another question, 1 for one that speaks of this question's matter."""
    return _ramp(found.topic, *ANSWERED)


def attempted(found: Features) -> float:
    """The share of unearned points that go to having tried: on the topic, at some length, in words of one's
    own."""
    return ATTEMPT * _ramp(found.topic, *TRIED) * min(1.0, found.amount / ATTEMPT_AMOUNT) * _ramp(found.own, *OWN)


def earned(strength: float, of_reference: float) -> float:
    """The share of a criterion's points for evidence that is ``strength`` where the reference's is
    ``of_reference``."""
    return _ramp(strength / max(LEAST_STRENGTH, of_reference), NOTHING, EVERYTHING)


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """``strength`` in 0..1 before it is set against the reference's; ``passage`` says most of it."""

    strength: float
    passage: Passage | None


def evidence(criterion: CriterionSpec, answer: Sequence[Searched], prompt: str) -> Evidence:
    """What in the coherent passages of an answer speaks for a criterion that has terms."""
    terms = terms_of(criterion.terms, prompt)
    expected = expectation(criterion.looks_for, prompt)
    hits = [frozenset(n for n, term in enumerate(terms) if one.says(term)) for one in answer]
    holdings = [held(expected, one.vocabulary) for one in answer]
    found = frozenset[int]().union(*hits)
    share = sum(terms[n].weight for n in sorted(found)) / sum(term.weight for term in terms)
    scores = [
        sum(terms[n].weight for n in sorted(own)) + sum(holding.values()) / (expected.total or 1.0)
        for own, holding in zip(hits, holdings, strict=True)
    ]
    best = max(range(len(scores)), key=scores.__getitem__, default=None)
    near = _best_window(holdings) / (expected.total or 1.0)
    return Evidence(
        strength=TERMS_SHARE * share + (1 - TERMS_SHARE) * near,
        passage=answer[best].passage if best is not None and scores[best] > 0 else None,
    )


def _best_window(holdings: Sequence[dict[str, float]]) -> float:
    """The weight that the best few neighbouring passages hold together."""
    best = 0.0
    for at in range(max(1, len(holdings) - WINDOW + 1)):
        together: dict[str, float] = {}
        for holding in holdings[at : at + WINDOW]:
            for stemmed, share in holding.items():
                together[stemmed] = max(share, together.get(stemmed, 0.0))
        best = max(best, sum(together.values()))
    return best


def likeness(text: str, answer: Sequence[Passage], prompt: str) -> tuple[Features, Passage | None]:
    """The figures of the whole answer against an expectation, and the passage that says most of it."""
    expected = expectation(text, prompt)
    shares = [covered(expected, Vocabulary(meanings(passage))) for passage in answer]
    best = max(range(len(shares)), key=shares.__getitem__, default=None)
    return features(expected, answer), answer[best] if best is not None and shares[best] > 0 else None
