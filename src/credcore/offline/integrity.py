"""Which passages of an answer count, and what about the answer a person should look at.

What only repeats the prompt, says itself twice, gives up, or talks to the grader is set aside before anything
is compared, so that it can neither earn points nor serve as evidence. Salad and negation are judged by rules
that also fire on good answers now and then; only their strictest form, which no answer of the fitting set
shows, costs points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from credcore.offline.coherence import crumbs, is_salad, is_strewn
from credcore.offline.copying import remade
from credcore.offline.echo import repeating, without_echo
from credcore.offline.features import read
from credcore.offline.lexicon import NEGATORS
from credcore.offline.suspicion import speaks_to_grader, without_quotes
from credcore.offline.text import Passage, passage_of, passages

COPY_SHARE = 0.7
"""Share of words (both ways) from which a passage is a copy of a sentence of the reference."""
QUOTED_WORDS, FOREIGN_SHARE = 6, 0.6
"""Words of a quotation, and the share unknown to the question, from which it is not part of the answer."""

_MARKUP = frozenset("{[<")
_GIVES_UP = re.compile(
    r"\b(?:no (?:response|submission|answer|idea|clue)|i (?:really |just |honestly )?(?:do not|don't|dont|didn't) "
    r"(?:really )?(?:know|remember|understand)|idk|dunno|not sure|no solution|cannot answer|can't answer|n/a|"
    r"(?:sorry|skip|pass|unknown|none|nothing)$)"
)
_DISOWNS = re.compile(
    r"^(?:none|nothing) of (?:the (?:following|above)|this|that|these|it)\b.{0,20}\b(?:true|correct|right)\b|"
    r"(?:^|[^\w\s,;] )(?:all|everything) (?:of (?:this|that|these|it|the above)|the above|i (?:wrote|said|say)|above)\b"
    r".{0,20}\b(?:false|wrong|untrue|incorrect|not true)$"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """An answer as the grader takes it: the passages that count, and what was noticed on the way.

    ``passages`` can be evidence; ``repeating`` are those among them of which a good part is the prompt again: they
    prove that somebody has read the question, and not that they speak of its matter.
    """

    passages: tuple[Passage, ...]
    repeating: frozenset[Passage]
    salad: bool
    negated: bool
    addressed: bool

    @property
    def suspect(self) -> bool:
        """Whether a person should look at it."""
        return self.salad or self.negated or self.addressed

    @property
    def void(self) -> bool:
        """Whether nothing in the answer is an attempt at the question."""
        return not self.passages


def take(answer: str, *, prompt: str, reference: str, titles: Sequence[str] = ()) -> Reading:
    """Sets aside what does not count. ``addressed`` says that a passage spoke to the grader.

    ``titles`` are those of the criteria, which a learner can know as well as the prompt.
    """
    all_passages = passages(answer)
    spoken = [passage for passage in all_passages if speaks_to_grader(passage.raw)]
    known = {stemmed for text in (prompt, reference) for passage in read(text) for stemmed in passage.stems}
    kept = [_plain(passage) if passage in spoken else _unquoted(passage, known) for passage in all_passages]
    honest = [passage for passage in kept if passage is not None and not _gives_up(passage)]
    fresh = _first_of_each(without_echo(honest, prompt, reference, titles))
    copied = remade(fresh, reference)
    listed = crumbs(fresh)
    whole = [p for p in fresh if not is_strewn(p) and p not in copied.passages and p not in listed]
    straight = _without_contraries(whole, reference)
    salad = is_salad(fresh) or copied.shuffled or bool(listed)
    disowned = any(map(_disowns, honest))
    void = not any(passage.content for passage in straight) or is_salad(fresh) or disowned
    return Reading(
        passages=() if void else tuple(straight),
        repeating=repeating(straight, prompt, titles),
        salad=salad,
        negated=disowned or copied.contrary or any(_copies(passage, reference) is Copy.CONTRARY for passage in fresh),
        addressed=bool(spoken),
    )


def _plain(passage: Passage) -> Passage | None:
    """The passage without what it only quotes, or nothing where it speaks to the grader in its own voice."""
    rest = without_quotes(passage.raw)
    if rest == passage.raw or passage.raw.lstrip()[:1] in _MARKUP or speaks_to_grader(rest):
        return None
    return _reading_as(passage, rest)


def _unquoted(passage: Passage, known: set[str]) -> Passage | None:
    """The passage without long quotations of which the question and its reference know next to nothing."""
    if passage.code or (rest := without_quotes(passage.raw)) == passage.raw:
        return passage
    foreign = set(passage.stems) - known
    shorter = _reading_as(passage, rest)
    quoted = set(passage.stems) - set(shorter.stems if shorter else ())
    return shorter if len(quoted) >= QUOTED_WORDS and len(quoted & foreign) >= FOREIGN_SHARE * len(quoted) else passage


def _reading_as(passage: Passage, text: str) -> Passage | None:
    plain = passage_of(text)
    return replace(plain, raw=passage.raw) if plain else None


def _gives_up(passage: Passage) -> bool:
    return len(passage.words) <= 14 and bool(_GIVES_UP.search(passage.folded.strip(" \t\n.!?")))


def _disowns(passage: Passage) -> bool:
    """Whether the writer takes back everything else that the answer says."""
    return (passage.code or len(passage.words) <= 10) and bool(_DISOWNS.search(passage.folded.strip(" \t\n.!?")))


def _first_of_each(found: Sequence[Passage]) -> list[Passage]:
    return list({passage.stems: passage for passage in reversed(found)}.values())[::-1]


class Copy(Enum):
    """What a passage is that has nearly all words of a sentence of the reference. Learners never see it."""

    STRAIGHT = "says the same"
    CONTRARY = "with a negation more or less"


def _without_contraries(found: Sequence[Passage], reference: str) -> list[Passage]:
    """Without the copies that turn the reference round; with as many of them as of others, no copy counts."""
    judged = [(passage, _copies(passage, reference)) for passage in found]
    contrary = sum(kind is Copy.CONTRARY for _, kind in judged)
    if contrary and contrary >= sum(kind is Copy.STRAIGHT for _, kind in judged):
        return [passage for passage, kind in judged if kind is None and not passage.code]
    return [passage for passage, kind in judged if kind is not Copy.CONTRARY]


def _copies(passage: Passage, reference: str) -> Copy | None:
    own = set(passage.stems) - NEGATORS
    if passage.code or len(own) < 4:
        return None
    same = {
        _negations(passage) == _negations(source)
        for source in read(reference)
        if len(own & (theirs := set(source.stems) - NEGATORS)) >= COPY_SHARE * len(own | theirs)
    }
    return (Copy.STRAIGHT if True in same else Copy.CONTRARY) if same else None


def _negations(passage: Passage) -> int:
    return sum(word in NEGATORS for word in passage.words)
