"""Words that link the halves of an option: where keys have them more or less often than distractors, they tell which
option is right without the question being read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from credcore.questions import MultipleChoice
from credcore_app.content_check.entries import Entries
from credcore_app.content_check.finding import Finding, Rule

MOST_DEVIATIONS = 3
"""How far from chance a role's keys may be: of a hundred roles whose keys are drawn by lot, two or three go further
with one of the phrases."""

_PHRASES = {
    phrase: re.compile(pattern, re.IGNORECASE)
    for phrase, pattern in (
        ("and", r"\band\b"),
        ("so that", r"\bso that\b"),
        ("since", r"\bsince\b"),
        ("because", r"\bbecause\b"),
        (", as", r", as\b"),
        ("which", r"\bwhich\b"),
        (";", r";"),
    )
}


def no_telling_phrases(entries: Entries) -> Iterator[Finding]:
    for role, questions in entries.choices.items():
        for phrase, pattern in _PHRASES.items():
            told = [share for question in questions if (share := _share(question.value, pattern))]
            keys, chance = sum(has for has, _ in told), sum(share for _, share in told)
            deviation = math.sqrt(sum(share * (1 - share) for _, share in told))
            if abs(keys - chance) > MOST_DEVIATIONS * deviation:
                message = (
                    f"of {len(told)} questions with {phrase!r} in some options, {keys} have it in the key; by chance "
                    f"{chance:.0f} would"
                )
                remedy = "Word keys and distractors alike: guess from the options alone, and see that it fails."
                yield entries.question_files[role].at("multiple_choice").finding(Rule.TELLING_PHRASE, message, remedy)


def _share(question: MultipleChoice, pattern: re.Pattern[str]) -> tuple[bool, float] | None:
    """Whether the key has it, and the share of the options that have; None where all have it or none has."""
    having = [option.id for option in question.options if pattern.search(option.text)]
    if len(having) in (0, len(question.options)):
        return None
    return question.key in having, len(having) / len(question.options)


WHOLE = (no_telling_phrases,)
