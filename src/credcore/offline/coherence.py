"""Whether words stand together as sentences or code, or are only strewn: lists of keywords, shuffled texts.

The rules look at function words alone, which no one who writes a sentence can do without or put anywhere. Thresholds
were set where one answer of 1,889 in the fitting set is hit, and no reference and no weak answer of the bank.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise

from credcore.offline.features import weight
from credcore.offline.lexicon import FUNCTION_WORDS
from credcore.offline.text import Passage

LIST_SHARE = 0.12
"""Share of function words below which prose is a list of keywords; English text has .35 to .55."""
SALAD_WORDS, SALAD_SHARE = 10, 0.08
"""The same for a whole answer, stricter: it loses everything by it."""
LIST_ITEMS, ITEM_WORDS = 5, 3
"""Items between commas, and their mean length, that make a passage a list of keywords."""
SHORT = 4
MANY_SHORT = 4
"""Words that a passage has at least unless it is a label, and how many labels an answer may have."""
STREWN_PAIRS, STREWN_SHARE = 8, 0.30
STREWN_PASSAGE_PAIRS, STREWN_PASSAGE_SHARE = 3, 0.6
"""Articles and prepositions, and the impossible pairs for each of them: in a whole answer, and in one passage."""
CRUMB, CRUMB_FRAME, CRUMBS = 2, 2, 6
"""Content words at most, and function words at least, of a sentence that says next to nothing; and so many of them in
a row that they are a list with a frame around each item. Of the answers in the fitting set one has four in a row; of
the references and weak answers of the bank none has more than three."""
NEAR_CRUMB = 4
"""Content words up to which a sentence does not count either in an answer that was found to be so made."""

_BETWEEN = re.compile(r"[,;|/]")
_LISTED = re.compile(r"(?:^|\s)(?:[-*•●○]|\d{1,2}[.)])\s*\w")
_VERBS = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "be",
        "has",
        "have",
        "had",
        "will",
        "can",
        "could",
        "would",
        "should",
        "does",
        "do",
        "did",
        "may",
        "might",
        "must",
    ]
)
_LINKS = frozenset(["and", "or", "but", "so", "because", "if", "that", "which", "who", "when", "while", "than"])
_FINITE = frozenset(
    {
        "is",
        "are",
        "was",
        "were",
        "has",
        "will",
        "can",
        "could",
        "would",
        "should",
        "may",
        "might",
        "must",
        "does",
        "did",
    }
)
_NOT_AFTER_LINK = frozenset({"and", "or", "but", "of", "than"})
_NOT_AFTER_PREPOSITION = frozenset(
    {"and", "or", "but", "so", "because", "if", "who", "while", "than", "of", "i", "he", "we"}
)
_ARTICLES = frozenset({"the", "an"})
_PREPOSITIONS = frozenset(["of", "to", "in", "for", "with", "by", "from", "on", "at", "into", "between", "under"])
_LEADING = _ARTICLES | _PREPOSITIONS
_AFTER_ARTICLE = frozenset(
    [
        "above",
        "back",
        "below",
        "few",
        "following",
        "last",
        "latter",
        "less",
        "many",
        "more",
        "most",
        "only",
        "other",
        "others",
        "own",
    ]
)
_NOT_AFTER_ARTICLE = (
    FUNCTION_WORDS
    - _AFTER_ARTICLE
    - frozenset(["same", "such", "very", "near", "off", "now", "likely", "kept", "given"])
)


def evident(found: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages that can carry evidence for a criterion."""
    labels = sum(_is_label(passage) for passage in found)
    return tuple(
        passage
        for passage in found
        if not _is_list(passage) and not (_is_label(passage) and labels > MANY_SHORT) and _has_grammar(passage)
    )


def is_salad(found: Sequence[Passage]) -> bool:
    """Whether the whole answer is a list of keywords or a shuffled text."""
    return _is_bare(found) or _strewn((p.words for p in found), STREWN_PAIRS, STREWN_SHARE)


def is_thin(found: Sequence[Passage], evidence: Sequence[Passage]) -> bool:
    """Whether most of the words cannot be evidence: worth a look, though real answers in catchwords are so too."""
    return 2 * sum(len(passage.words) for passage in evidence) < sum(len(passage.words) for passage in found)


def is_strewn(passage: Passage) -> bool:
    """Whether this passage is a shuffled text."""
    return _strewn([passage.words], STREWN_PASSAGE_PAIRS, STREWN_PASSAGE_SHARE)


def crumbs(found: Sequence[Passage]) -> frozenset[Passage]:
    """The sentences of a list in disguise: "I would use X. I would use Y. I would use Z." and so on."""
    runs = (sum(1 for _ in run) for crumb, run in groupby(found, key=_is_crumb) if crumb)
    if max(runs, default=0) < CRUMBS:
        return frozenset()
    return frozenset(passage for passage in found if _is_crumb(passage, NEAR_CRUMB))


def _is_crumb(passage: Passage, most: int = CRUMB) -> bool:
    """What looks like code counts where it begins like a sentence: the item itself may be code."""
    framed = [word in FUNCTION_WORDS for word in passage.words]
    said = {stemmed for stemmed in passage.content if weight(stemmed) == 1}
    return len(said) <= most and sum(framed) >= CRUMB_FRAME and (framed[0] or not passage.code)


def _is_bare(found: Sequence[Passage]) -> bool:
    words = [word for passage in found if not passage.code for word in passage.words]
    if len(words) < SALAD_WORDS or any(word.isdigit() for word in words):
        return False
    return not any(_LISTED.search(passage.raw) for passage in found) and _function_share(words) < SALAD_SHARE


def _strewn(texts: Iterable[Sequence[str]], least: int, share: float) -> bool:
    pairs = [pair for words in texts for pair in pairwise(words)]
    leading = sum(one in _LEADING for one, _ in pairs)
    return leading >= least and sum(_impossible(one, two) for one, two in pairs) >= share * leading


def _impossible(one: str, two: str) -> bool:
    """Whether no sentence has these two words in a row."""
    if one in _ARTICLES:
        return two in _NOT_AFTER_ARTICLE
    if one in _PREPOSITIONS:
        return two in _VERBS or two in _NOT_AFTER_PREPOSITION
    if one in _VERBS:
        return two in _FINITE
    return one in _LINKS and two in _NOT_AFTER_LINK


def _is_list(passage: Passage) -> bool:
    items = [item for item in _BETWEEN.split(passage.raw) if item.strip()]
    return len(items) >= LIST_ITEMS and len(passage.words) <= ITEM_WORDS * len(items)


def _is_label(passage: Passage) -> bool:
    return len(passage.words) < SHORT and not passage.code


def _has_grammar(passage: Passage) -> bool:
    if passage.code or _is_label(passage) or any(word.isdigit() for word in passage.words):
        return True
    return _function_share(passage.words) >= LIST_SHARE


def _function_share(words: Sequence[str]) -> float:
    return sum(word in FUNCTION_WORDS for word in words) / len(words)
