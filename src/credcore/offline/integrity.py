"""Which passages of an answer count, and what about the answer a person should look at.

What only repeats the prompt, says itself twice, gives up, or talks to the grader is set aside before anything is
compared, so that it can neither earn points nor serve as evidence. Salad and negation are judged by rules that also
fire on good answers now and then; only their strictest form, which no answer of the fitting set shows, costs points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from credcore.offline.features import content, read
from credcore.offline.lexicon import FUNCTION_WORDS, NEGATORS
from credcore.offline.suspicion import speaks_to_grader, without_quotes
from credcore.offline.text import Passage, passage_of, passages

ECHO_SHARE = 0.85
"""Share of a passage's neighbouring word pairs found in the prompt from which it only repeats the prompt."""
COPY_SHARE = 0.7
"""Share of words (both ways) from which a passage is a copy of a sentence of the reference."""
SALAD_WORDS = 10
SALAD_SHARE = 0.08
LIST_SHARE = 0.12
"""Share of function words below which prose is a list of keywords; English text has .35 to .55."""

_GIVES_UP = re.compile(
    r"\b(?:no (?:response|submission|answer|idea|clue)|i (?:really |just |honestly )?(?:do not|don't|dont|didn't) "
    r"(?:really )?(?:know|remember|understand)|idk|dunno|not sure|no solution|cannot answer|can't answer|n/a|"
    r"(?:sorry|skip|pass|unknown|none|nothing)$)"
)
_LISTED = re.compile(r"(?:^|\s)(?:[-*•●○]|\d{1,2}[.)])\s*\w")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """An answer as the grader takes it: the passages that count, and what was noticed on the way."""

    passages: tuple[Passage, ...]
    salad: bool
    negated: bool
    addressed: bool

    @property
    def void(self) -> bool:
        """Whether nothing in the answer is an attempt at the question."""
        return not self.passages


def take(answer: str, *, prompt: str, reference: str) -> Reading:
    """Sets aside what does not count. ``addressed`` says that a passage spoke to the grader."""
    all_passages = passages(answer)
    spoken = [passage for passage in all_passages if speaks_to_grader(passage.raw)]
    kept = [_plain(passage) if passage in spoken else passage for passage in all_passages]
    honest = [passage for passage in kept if passage is not None and not _gives_up(passage)]
    fresh = _first_of_each(_without_echo(honest, prompt))
    straight = [passage for passage in fresh if not _turns_round(passage, reference)]
    salad = _is_salad(straight)
    return Reading(
        passages=tuple(straight) if any(map(content, straight)) and not salad else (),
        salad=salad,
        negated=len(straight) < len(fresh),
        addressed=bool(spoken),
    )


def is_prose(passage: Passage) -> bool:
    """Whether the passage can carry evidence: code, a short list item, or words held together by function words."""
    if passage.code or any(word.isdigit() for word in passage.words):
        return True
    if len(passage.words) < 4 and "," not in passage.raw:
        return True
    return _function_share(passage.words) >= LIST_SHARE


def _plain(passage: Passage) -> Passage | None:
    """The passage without what it only quotes, or nothing where it speaks to the grader in its own voice."""
    rest = without_quotes(passage.raw)
    if rest == passage.raw or speaks_to_grader(rest):
        return None
    plain = passage_of(rest)
    return replace(plain, raw=passage.raw) if plain else None


def _gives_up(passage: Passage) -> bool:
    return len(passage.words) <= 14 and bool(_GIVES_UP.search(passage.folded.strip(" \t\n.!?")))


def _without_echo(found: Sequence[Passage], prompt: str) -> list[Passage]:
    asked = [stemmed for passage in read(prompt) for stemmed in passage.stems]
    pairs, single = set(zip(asked, asked[1:], strict=False)), set(asked)
    return [passage for passage in found if not _echoes(passage.stems, pairs, single)]


def _echoes(stems: Sequence[str], pairs: set[tuple[str, str]], single: set[str]) -> bool:
    if len(stems) < 4:
        return all(stemmed in single for stemmed in stems)
    own = list(zip(stems, stems[1:], strict=False))
    return sum(pair in pairs for pair in own) >= ECHO_SHARE * len(own)


def _first_of_each(found: Sequence[Passage]) -> list[Passage]:
    return list({passage.stems: passage for passage in reversed(found)}.values())[::-1]


def _turns_round(passage: Passage, reference: str) -> bool:
    """Whether the passage copies a sentence of the reference and says the contrary. Learners never see it."""
    own = set(passage.stems) - NEGATORS
    if len(own) < 4:
        return False
    polarities = {
        _negations(passage) == _negations(source)
        for source in read(reference)
        if len(own & (theirs := set(source.stems) - NEGATORS)) >= COPY_SHARE * len(own | theirs)
    }
    return polarities == {False}


def _negations(passage: Passage) -> int:
    return sum(word in NEGATORS for word in passage.words)


def _is_salad(found: Sequence[Passage]) -> bool:
    words = [word for passage in found if not passage.code for word in passage.words]
    if len(words) < SALAD_WORDS or any(word.isdigit() for word in words):
        return False
    if any(_LISTED.search(passage.raw) for passage in found):
        return False
    return _function_share(words) < SALAD_SHARE


def _function_share(words: Sequence[str]) -> float:
    return sum(word in FUNCTION_WORDS for word in words) / len(words)
