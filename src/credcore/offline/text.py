"""Reading an answer: passages of the raw text, and in each the words, folded so that look-alikes become the
same word.

Everything here is linear in its input and cut by the caps below, whatever the input is made of.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from credcore.offline.lexicon import CONFUSABLES, FUNCTION_WORDS, SUFFIXES

MAX_CHARACTERS = 20_000
"""What lies behind is not read: the longest answer that the HTTP contract takes."""
MAX_TOKENS = 900
"""Three times a long answer (300 words); all later work is a small multiple of this."""
MAX_PASSAGES = 120
MAX_PASSAGE = 6_000
"""Characters of one passage that are read: NFKC can make eighteen of one."""
MAX_WORD = 40
"""A longer run of letters is no word; cutting it keeps one hostile word from costing more than a page."""

MOST_HUMPS = 6
"""Parts of an identifier in camel case; a word with more is encoded data, whose parts are no words."""

_TERMINAL = re.compile(r"[.!?;:]['\"”’)\]]?[ \t]+(?=\S)|\n")  # noqa: RUF001 - signs that learners type
_BULLET = re.compile(r"[ \t]*(?:[-*•●○–—]|\d{1,2}[.)]|[a-zA-Z][.)])[ \t]")  # noqa: RUF001 - signs that learners type
_CODE = re.compile(
    r"[{}=<>;]|\w\(|\)\s*$|^\s{2,}\S|^\s*(?:#|//|--|@|\$ )|"
    r"^\s*(?:if|elif|else|for|while|def|class|try|except|with|return|import|from)\b.*:\s*$"
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*(?:_[^\W_]+)*")  # noqa: RUF001 - signs that learners type
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|fig|no)|\b\w)\.$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A sentence, list item or line of code as it stands in the raw text, with its folded words in order.

    ``folded`` is the raw text in lower case without look-alikes, ``words`` are its words, ``stems`` their
    stems, one for one; ``content`` are the stems that carry meaning, in order: single letters are left out, single
    digits are not.
    """

    raw: str
    folded: str
    words: tuple[str, ...]
    stems: tuple[str, ...]
    content: tuple[str, ...]
    code: bool


def fold(text: str) -> str:
    """NFKC without invisible characters, and with letters that look like Latin ones read as these."""
    text = text[:MAX_PASSAGE]
    if text.isascii():
        return text
    visible = "".join(character for character in text if unicodedata.category(character) not in _INVISIBLE)
    return unicodedata.normalize("NFKC", visible)[:MAX_PASSAGE].translate(CONFUSABLES)


_INVISIBLE = frozenset({"Cf", "Mn", "Me", "Cs", "Co", "Cn"})


def passages(text: str) -> tuple[Passage, ...]:
    """The text cut where a sentence, a list item or a line of code ends, up to the caps."""
    found: list[Passage] = []
    budget = MAX_TOKENS
    for raw in _pieces(text[:MAX_CHARACTERS]):
        if passage := passage_of(raw, most_words=budget):
            budget -= len(passage.words)
            found.append(passage)
        if budget <= 0 or len(found) == MAX_PASSAGES:
            break
    return tuple(found)


def passage_of(raw: str, *, most_words: int = MAX_TOKENS) -> Passage | None:
    """One passage, unless there is no word in it."""
    folded = fold(raw)
    words = tokens(folded)[:most_words]
    if not words:
        return None
    stems = tuple(map(stem, words))
    return Passage(
        raw=raw,
        folded=folded.lower(),
        words=words,
        stems=stems,
        content=tuple(stemmed for word, stemmed in zip(words, stems, strict=True) if _carries_meaning(word)),
        code=bool(_CODE.search(raw)),
    )


def _carries_meaning(word: str) -> bool:
    return word not in FUNCTION_WORDS and (len(word) > 1 or word.isdigit())


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    start = 0
    for match in _TERMINAL.finditer(text):
        if _continues(text, start, match):
            continue
        pieces.append(text[start : match.end()].strip())
        start = match.end()
        if len(pieces) > 4 * MAX_PASSAGES:
            break
    pieces.append(text[start:].strip())
    return [piece for piece in pieces if piece]


def _continues(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the sentence goes on behind this mark: an abbreviation, or a line that was only wrapped."""
    if match.group() != "\n":
        head = text[max(start, match.start() - 8) : match.start() + 1]
        return text[match.start()] in ":;" or bool(_ABBREVIATION.search(head))
    line_start = max(start, text.rfind("\n", start, match.start()) + 1)
    line = text[line_start : match.start()]
    following = text[match.end() : match.end() + 12]
    wrapped = 50 <= len(line) <= 140 and line.rstrip()[-1:] not in ".!?:;{}" and not _CODE.search(line)
    return wrapped and following[:1].islower() and not _BULLET.match(following)


def tokens(text: str) -> tuple[str, ...]:
    """The words of folded text; an identifier gives itself and, where it has humps or underscores, its parts."""
    found: list[str] = []
    for word in _WORD.findall(text):
        word = word[:MAX_WORD]
        whole = word.lower()
        found.append(whole)
        if "_" in word:
            found.extend(part for part in whole.split("_") if part)
        elif not word.islower() and not word.isupper() and 1 < len(parts := _HUMP.split(word)) <= MOST_HUMPS:
            found.extend(part.lower() for part in parts)
    return tuple(found)


def _singular(word: str) -> str:
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A crude stem: the longest known ending off, then a doubled consonant or a last e or y. Digits stay
    whole."""
    word = _singular(word.removesuffix("'s"))
    if len(word) <= 3 or not word.isalpha():
        return word
    for ending, replacement, keep in SUFFIXES:
        if word.endswith(ending) and len(word) - len(ending) >= keep:
            word = word[: len(word) - len(ending)] + replacement
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    if len(word) > 3 and word[-1] in "ey":
        word = word[:-1]
    return word
