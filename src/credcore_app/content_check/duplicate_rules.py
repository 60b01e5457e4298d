"""Questions that stand twice, in other words or in the same, anywhere in the bank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from credcore.offline.features import read
from credcore.questions import Essay
from credcore_app.content_check.entries import AnyQuestion, Entries
from credcore_app.content_check.finding import Finding, Rule

NEAR = 0.5
"""Share of content words that two questions have in common, prompt to prompt or whole to whole, from which they are
near-duplicates. The closest pair of different scored questions in the bank has .43."""
FEW_WORDS = 12
"""Below this many content words a prompt is held against the other one together with its options."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Said:
    entry: AnyQuestion
    exactly: str
    prompt: frozenset[str]
    whole: frozenset[str]


def no_question_stands_twice(entries: Entries) -> Iterator[Finding]:
    """The later one of the two is complained about."""
    for first, second in combinations([_said(entry) for entry in entries.questions()], 2):
        where = f"{first.entry.value.id} ({first.entry.place.document.file}:{first.entry.place.line})"
        place = second.entry.place.at("prompt")
        if first.exactly == second.exactly:
            yield place.finding(Rule.DUPLICATE_QUESTION, f"asks the same as {where}", "Write another question.")
        elif (share := _likeness(first, second)) >= NEAR:
            message = f"has {share:.0%} of its content words in common with {where}"
            yield place.finding(Rule.NEAR_DUPLICATE, message, "Ask about another matter, or take one of the two out.")


def _said(entry: AnyQuestion) -> _Said:
    question = entry.value
    options = () if isinstance(question, Essay) else tuple(option.text for option in question.options)
    return _Said(
        entry=entry,
        exactly=" ".join(question.prompt.lower().split()),
        prompt=_stems(question.prompt),
        whole=_stems("\n".join((question.prompt, *options))),
    )


def _stems(text: str) -> frozenset[str]:
    return frozenset(stemmed for passage in read(text) for stemmed in passage.content)


def _likeness(one: _Said, other: _Said) -> float:
    whole = _shared(one.whole, other.whole)
    if min(len(one.prompt), len(other.prompt)) < FEW_WORDS:
        return whole
    return max(whole, _shared(one.prompt, other.prompt))


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0


RULES = (no_question_stands_twice,)
