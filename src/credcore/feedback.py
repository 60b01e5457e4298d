"""The words of a profile: what each domain showed, from the graders' own findings, best or worst first."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from credcore.grading import Judgement
from credcore.scoring import HIGH_FROM, MID_FROM, rounded

MAX_TEXT = 700
"""Characters of one domain's note: what a person still reads."""
_NEXT_LIST = re.compile(r"(?<=\.) (?=[A-Z][a-z ]{2,40}: )")
_LIST = re.compile(r"([A-Z][a-z ]{2,40}): (.+)\.", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class DomainNote:
    domain: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DomainFindings:
    """What was found in one domain: its exact score from 0 to 100, the essays' judgements, and the plain counts."""

    domain: str
    title: str
    score: Fraction
    judgements: tuple[Judgement, ...]
    choices_right: int
    choices: int
    unanswered: int
    late: int


def strengths(findings: Sequence[DomainFindings]) -> tuple[DomainNote, ...]:
    """Best domain first: those from 50 up, or else the best one, where there is anything good to say of them."""
    return _notes(_strong(findings), _what_was_shown)


def improvements(findings: Sequence[DomainFindings]) -> tuple[DomainNote, ...]:
    """Worst domain first: those below 75, or else the worst one, where anything is missing from them."""
    ranked = sorted(findings, key=lambda found: found.score)
    weak = [found for found in ranked if found.score < HIGH_FROM] or ranked[:1]
    praised = {found.domain for found in _strong(findings)}
    return _notes(weak, lambda found: _what_is_missing(found, praised=found.domain in praised))


def _strong(findings: Sequence[DomainFindings]) -> list[DomainFindings]:
    ranked = sorted(findings, key=lambda found: -found.score)
    return [found for found in ranked if found.score >= MID_FROM] or ranked[:1]


def _notes(
    findings: Sequence[DomainFindings], sentences: Callable[[DomainFindings], list[str]]
) -> tuple[DomainNote, ...]:
    notes = []
    for found in findings:
        said = sentences(found)
        if said:
            text = f"{found.title}, {rounded(found.score)} of 100. {' '.join(said)}"
            notes.append(DomainNote(domain=found.domain, text=_cut(text)))
    return tuple(notes)


def _what_was_shown(found: DomainFindings) -> list[str]:
    said = _merged([judgement.strengths for judgement in found.judgements if judgement.strengths])
    if found.choices_right:
        said.append(_answered_right(found))
    return said


def _what_is_missing(found: DomainFindings, *, praised: bool) -> list[str]:
    """Of a domain that no strength names, the questions answered right as well: they are what its score is made of."""
    said = _merged([judgement.improvements for judgement in found.judgements if judgement.improvements])
    wrong = found.choices - found.choices_right
    if wrong:
        said.append(f"{_count(wrong, found.choices)} answered wrong.")
    if found.late:
        said.append(f"{found.late} answered after the time was up.")
    if found.unanswered:
        said.append(f"{found.unanswered} left unanswered.")
    if said and found.choices_right and not praised:
        said.append(_answered_right(found))
    return said


def _merged(texts: Sequence[str]) -> list[str]:
    """The texts, with one list in place of several that begin alike ("Not found in your answer: …")."""
    lists: dict[str, list[str]] = {}
    for text in texts:
        for sentence in _NEXT_LIST.split(text):
            found = _LIST.fullmatch(sentence)
            items = lists.setdefault(found[1] if found else sentence, [])
            if found:
                items.append(found[2])
    return [f"{opening}: {'; '.join(dict.fromkeys(items))}." if items else opening for opening, items in lists.items()]


def _answered_right(found: DomainFindings) -> str:
    return f"{_count(found.choices_right, found.choices)} answered right."


def _count(part: int, whole: int) -> str:
    noun = "multiple-choice question" if whole == 1 else "multiple-choice questions"
    return f"{part} of {whole} {noun}"


def _cut(text: str) -> str:
    """At most MAX_TEXT characters, ended at a sentence where there is one."""
    if len(text) <= MAX_TEXT:
        return text
    head = text[: MAX_TEXT - 1]
    stop = head.rfind(". ")
    return head[: stop + 1] if stop > MAX_TEXT // 2 else f"{head}\N{HORIZONTAL ELLIPSIS}"
