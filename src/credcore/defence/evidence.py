"""Evidence: a quote counts if it stands word for word in the answer, outside what speaks to the grader, and not in
the question.

"Word for word" is after NFKC, case and white space are folded, quotation marks made alike, and invisible characters
left out: models do all of that when they copy. What is kept is the answer's own spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from credcore.defence.screening import Sentence
from credcore.offline.features import Vocabulary, expectation, meanings
from credcore.offline.lexicon import FUNCTION_WORDS
from credcore.offline.text import passage_of
from credcore.questions import Criterion, Essay

STRONG = 0.8
"""Weight from which a word of the rubric is about this question: not the question's own, not said of anything."""
MUCH = 3
"""So many such words make a quote good for any criterion. Of 128 shipped weak answers whose sentences are handed out to
the criteria in turn, 92 then have most of their points beside the matter, against 37 where one word of anything will
do; of the references, each criterion with its own evidence, none has."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_QUOTE_MARKS = dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4`", "'")
_ALIKE = str.maketrans(
    _QUOTE_MARKS | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"') | dict.fromkeys("\u2013\u2014\u2011", "-")
)
"""Typographic quotation marks and dashes, and what keyboards have in their place."""
_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:\.{3}|…)\s*\]|\.{3}|…)\s*")
_EDGES = " \t\n\"'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Folded:
    """A text folded for comparison; ``at[i]`` is where its i-th character begins in the source, the last the end."""

    text: str
    at: tuple[int, ...]


def fold(source: str) -> Folded:
    """Folds a base character together with the marks that combine with it, so that its place is still known."""
    characters: list[str] = []
    at: list[int] = []
    for start, cluster in _clusters(source):
        for character in unicodedata.normalize("NFKC", cluster).translate(_ALIKE).casefold():
            if character.isspace():
                if characters and characters[-1] == " ":
                    continue
                character = " "
            elif unicodedata.category(character) in _INVISIBLE:
                continue
            characters.append(character)
            at.append(start)
    return Folded(text="".join(characters), at=(*at, len(source)))


def _clusters(source: str) -> Iterator[tuple[int, str]]:
    start = 0
    for position in range(1, len(source) + 1):
        if position == len(source) or not unicodedata.combining(source[position]):
            yield start, source[start:position]
            start = position


class Quotable:
    """One answer, made ready to have quotes looked up in it."""

    def __init__(self, answer: str, question: Essay, sentences: Sequence[Sentence]) -> None:
        self._answer = answer
        self._folded = fold(answer)
        self._question = fold(question.prompt).text
        self._barred = [(s.start, s.end) for s in sentences if s.suspicious and not s.quoted]

    def find(self, quote: str) -> str | None:
        """The quote as it stands in the answer, if it may count; where it leaves something out, its longest part."""
        whole = fold(quote).text.strip()
        for part in (whole, whole.strip(_EDGES)):
            if part and (raw := self._find(part)):
                return raw
        parts = [fold(part).text.strip(_EDGES) for part in _ELLIPSIS.split(quote)]
        found = [self._find(part) for part in parts if part]
        if not found or None in found:
            return None
        return max((one for one in found if one), key=len)

    def _find(self, part: str) -> str | None:
        if part in self._question:
            return None
        at = self._folded.text.find(part)
        while at >= 0:
            start, last = self._folded.at[at], self._folded.at[at + len(part) - 1]
            end = next((place for place in self._folded.at[at + len(part) :] if place > last), len(self._answer))
            raw = self._answer[start:end].strip()
            if not any(start < stop and begin < end for begin, stop in self._barred) and _says_something(raw):
                return raw
            at = self._folded.text.find(part, at + 1)
        return None


def _says_something(raw: str) -> bool:
    """Whether there is more in the quote than a function word or two."""
    passage = passage_of(raw)
    if passage is None:
        return False
    return passage.code or any(word not in FUNCTION_WORDS for word in passage.words)


def bears_on(question: Essay, quote: str) -> bool:
    """Whether the quote shares a telling word with what the question expects; of code nothing like that is asked."""
    passage = passage_of(quote)
    if passage is None or passage.code:
        return True
    vocabulary = _matter(question)
    return any(vocabulary.holds(stemmed) for stemmed in meanings(passage))


def bears_on_criterion(question: Essay, criterion: Criterion, quote: str) -> bool:
    """The same for one of several criteria: the word is its own, or there are ``MUCH`` of the question's."""
    passage = passage_of(quote)
    if len(question.criteria) == 1 or passage is None or passage.code:
        return bears_on(question, quote)
    said = set(meanings(passage))
    own, whole = _matter_of(criterion, question.prompt), _matter(question)
    return any(map(own.holds, said)) or sum(whole.holds(stemmed) > 0 for stemmed in said) >= MUCH


@lru_cache(maxsize=512)
def _matter(question: Essay) -> Vocabulary:
    return _telling([question.reference_answer, *map(_wanted, question.criteria)], question.prompt)


@lru_cache(maxsize=2048)
def _matter_of(criterion: Criterion, prompt: str) -> Vocabulary:
    return _telling([_wanted(criterion)], prompt)


def _wanted(criterion: Criterion) -> str:
    wordings = [wording for term in criterion.terms for wording in term]
    return "\n".join([f"{criterion.title}. {criterion.looks_for}", *wordings])


def _telling(texts: Sequence[str], prompt: str) -> Vocabulary:
    expected = expectation("\n".join(texts), prompt)
    return Vocabulary({stemmed for stemmed, weight in expected.weights.items() if weight >= STRONG})
