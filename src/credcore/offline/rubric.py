"""How far an answer meets one criterion: its terms found in coherent passages, and what the criterion looks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from credcore.offline.features import (
    Expectation,
    Features,
    Vocabulary,
    content,
    covered,
    expectation,
    features,
    read,
)
from credcore.offline.integrity import is_prose
from credcore.offline.lexicon import FUNCTION_WORDS
from credcore.offline.text import Passage, fold, stem, tokens

WINDOW = 4
"""Evidence for one criterion stands close together: in this many neighbouring passages."""
TERMS_SHARE = 0.6
PROMPT_TERM = 0.3
"""What a term counts whose words all stand in the prompt."""
NOTHING, EVERYTHING = 0.30, 0.85
"""Shares of what the reference shows, below and above which a criterion earns no points and all of them."""


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
    """One way to say a term: literally, or by the stems of its content words within one passage."""

    literal: re.Pattern[str]
    stems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    wordings: tuple[Wording, ...]
    weight: float


@lru_cache(maxsize=2048)
def terms_of(terms: tuple[tuple[str, ...], ...], prompt: str) -> tuple[Term, ...]:
    """The terms ready for search; those that the prompt already says weigh little."""
    asked = Vocabulary({stemmed for passage in read(prompt) for stemmed in passage.stems})
    found = []
    for alternatives in terms:
        wordings = tuple(_wording(text) for text in alternatives if text.strip())
        known = any(w.stems and all(asked.holds(stemmed) for stemmed in w.stems) for w in wordings)
        found.append(Term(wordings=wordings, weight=PROMPT_TERM if known else 1.0))
    return tuple(found)


def _wording(text: str) -> Wording:
    folded = " ".join(fold(text).lower().split())
    head, tail = (r"(?<!\w)" if folded[:1].isalnum() else "", r"(?!\w)" if folded[-1:].isalnum() else "")
    words = tokens(folded)
    stems = tuple(stem(word) for word in words if word not in FUNCTION_WORDS) or tuple(map(stem, words))
    return Wording(literal=re.compile(head + re.escape(folded).replace(r"\ ", r"\s+") + tail), stems=stems)


def says(term: Term, passage: Passage, vocabulary: Vocabulary) -> bool:
    """Whether one wording stands in the passage."""
    return any(
        (wording.stems and all(vocabulary.holds(stemmed) for stemmed in wording.stems))
        or wording.literal.search(passage.folded)
        for wording in term.wordings
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """``strength`` in 0..1 before it is set against the reference's; ``passage`` says most of it."""

    strength: float
    passage: Passage | None


def evidence(criterion: CriterionSpec, answer: Sequence[Passage], prompt: str) -> Evidence:
    """What in the answer speaks for a criterion that has terms."""
    coherent = [(passage, Vocabulary(content(passage))) for passage in answer if is_prose(passage)]
    terms = terms_of(criterion.terms, prompt)
    expected = expectation(criterion.looks_for, prompt)
    hits = [frozenset(n for n, term in enumerate(terms) if says(term, *one)) for one in coherent]
    found = frozenset().union(*hits)
    share = sum(terms[n].weight for n in found) / sum(term.weight for term in terms)
    near = _best_window(expected, [vocabulary for _, vocabulary in coherent])
    scores = [
        sum(terms[n].weight for n in own) + covered(expected, vocabulary) if own or not found else 0.0
        for own, (_, vocabulary) in zip(hits, coherent, strict=True)
    ]
    best = max(range(len(scores)), key=scores.__getitem__, default=None)
    passage = coherent[best][0] if best is not None and scores[best] > 0 else None
    return Evidence(strength=TERMS_SHARE * share + (1 - TERMS_SHARE) * near, passage=passage)


def _best_window(expected: Expectation, vocabularies: Sequence[Vocabulary]) -> float:
    windows = (vocabularies[at : at + WINDOW] for at in range(max(1, len(vocabularies) - WINDOW + 1)))
    return max(covered(expected, Vocabulary(frozenset().union(*(v.stems for v in window)))) for window in windows)


def likeness(text: str, answer: Sequence[Passage], prompt: str) -> tuple[Features, Passage | None]:
    """The figures of the whole answer against an expectation, and the passage that says most of it."""
    expected = expectation(text, prompt)
    best = max(answer, key=lambda passage: covered(expected, Vocabulary(content(passage))), default=None)
    if best is not None and not covered(expected, Vocabulary(content(best))):
        best = None
    return features(expected, answer), best
