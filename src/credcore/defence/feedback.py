"""Feedback from a model, looked at before a learner sees it. What fails is not mended: the rubric's words take its
place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from credcore.grading import CriterionResult, met
from credcore.offline.suspicion import speaks_to_grader
from credcore.offline.text import passages
from credcore.questions import Essay

LONGEST = 1_000
"""Characters; a profile shows fewer."""
LEAK = 8
"""So many words in a row from what learners never see are a copy, not a coincidence."""

_ADDRESS = re.compile(
    r"(?i)\b(?:https?|ftp|file)://|\bwww\.|\bjavascript:|\bdata:\w+/|\bmailto:|\]\(|\b[\w.+-]+@[\w-]+\.\w"
)
_MARKUP = re.compile(r"<(?:[/!?]?[a-zA-Z]|!--)|&(?:lt|gt|#\d+|#x[0-9a-fA-F]+);|\bon[a-z]+\s*=\s*[\"']")
_MACHINERY = re.compile(
    r"(?i)\b(?:system (?:prompt|message)|(?:my|your|these|hidden) instructions|injection attempt|"
    r"(?:reference|model) answer|as an? (?:ai|language model))\b"
)


def tidied(text: str) -> str:
    """One paragraph without control or invisible characters, at most ``LONGEST`` long, ended at a sentence."""
    visible = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    line = " ".join(visible.split())
    if len(line) <= LONGEST:
        return line
    head = line[:LONGEST]
    return head[: head.rfind(". ") + 1] or head


def is_fit(text: str, question: Essay, answer: str) -> bool:
    """Whether a learner may read this: no address, no markup, no talk of instructions, nothing of the reference."""
    if _ADDRESS.search(text) or _MARKUP.search(text) or _MACHINERY.search(text) or speaks_to_grader(text):
        return False
    hidden = [question.reference_answer, *(criterion.looks_for for criterion in question.criteria)]
    known = [answer, question.prompt, *(criterion.title for criterion in question.criteria)]
    return not _runs([text]) & (_runs(hidden) - _runs(known))


def _runs(texts: Iterable[str]) -> set[tuple[str, ...]]:
    runs: set[tuple[str, ...]] = set()
    for text in texts:
        words = [word for passage in passages(text) for word in passage.words]
        runs.update(tuple(words[at : at + LEAK]) for at in range(len(words) - LEAK + 1))
    return runs


def strengths_of(criteria: Sequence[CriterionResult]) -> str:
    """What was met, in the words of the rubric."""
    return _sentence("Shown in your answer", [c.title for c in criteria if met(c)])


def improvements_of(criteria: Sequence[CriterionResult]) -> str:
    """What was not met, in the words of the rubric."""
    return _sentence("Not shown, or not far enough", [c.title for c in criteria if not met(c)])


def _sentence(opening: str, titles: Sequence[str]) -> str:
    return f"{opening}: {'; '.join(title.strip().rstrip('.') for title in titles)}." if titles else ""
