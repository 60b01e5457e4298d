"""Rubrics that can be graded: separate ideas, and terms that evidence for them can really be found by."""

from __future__ import annotations

import re
from collections.abc import Iterator

from credcore.offline.features import read
from credcore.offline.rubric import Searched, terms_of
from credcore.offline.text import tokens
from credcore.questions import Criterion, Essay, MultipleChoice
from credcore_app.content_check.entries import Entries, Entry
from credcore_app.content_check.finding import Finding, Rule
from credcore_app.content_check.located import Place

CRITERIA = (3, 5)
TERMS = (3, 7)
SECONDS = (150, 420)
CHARACTERS = (1200, 4000)
REFERENCE_WORDS = (80, 220)
WEAK_WORDS = (25, 60)
WEAK_FROM_REFERENCE = 0.6
"""Share of a weak answer's four-word runs that also stand in the reference, from which it is the reference cut down."""

_WORD = re.compile(r"\w+")
_PLAIN = re.compile(r"\w[\w -]*")
_SQUEEZED = re.compile(r"[a-z]{3,}\|[a-z]{3,}", re.IGNORECASE)


def three_to_five_criteria(entries: Entries) -> Iterator[Finding]:
    for essay in _essays(entries):
        count = len(essay.value.criteria)
        if not CRITERIA[0] <= count <= CRITERIA[1]:
            remedy = f"Give it {CRITERIA[0]} to {CRITERIA[1]} criteria, each a separate idea."
            yield essay.place.at("criteria").finding(Rule.CRITERIA_COUNT, f"it has {count} criteria", remedy)


def three_to_seven_terms(entries: Entries) -> Iterator[Finding]:
    for _, criterion, place in _criteria(entries):
        count = len(criterion.terms)
        if not TERMS[0] <= count <= TERMS[1]:
            remedy = f"List {TERMS[0]} to {TERMS[1]} ideas, wordings of the same idea separated by ' | '."
            yield place.at("terms").finding(Rule.TERMS_COUNT, f"it has {count} terms", remedy)


def terms_say_more_than_the_prompt(entries: Entries) -> Iterator[Finding]:
    for essay, criterion, place in _criteria(entries):
        said = zip(criterion.terms, _said(essay.prompt, criterion.terms), strict=True)
        known = [_name(term) for term, in_prompt in said if in_prompt]
        if 2 * len(known) > len(criterion.terms):
            message = f"{len(known)} of its {len(criterion.terms)} terms stand in the prompt: {', '.join(known)}"
            remedy = "Take words that only somebody who knows the answer writes."
            yield place.at("terms").finding(Rule.TERMS_IN_PROMPT, message, remedy)


def terms_stand_in_the_reference(entries: Entries) -> Iterator[Finding]:
    for essay, criterion, place in _criteria(entries):
        for index, in_reference in enumerate(_said(essay.reference_answer, criterion.terms)):
            if not in_reference and all(map(_can_match, criterion.terms[index])):
                message = f"no wording of {_name(criterion.terms[index])!r} stands in the reference answer"
                remedy = "Say it in the reference, add the reference's wording, or drop the term."
                yield place.at("terms", index).finding(Rule.TERM_NOT_IN_REFERENCE, message, remedy)


def terms_can_match(entries: Entries) -> Iterator[Finding]:
    known = frozenset(word for text in _all_texts(entries) for word in tokens(text))
    for essay, criterion, place in _criteria(entries):
        expected = frozenset(tokens(f"{essay.reference_answer}\n{criterion.looks_for}"))
        for index, term in enumerate(criterion.terms):
            for wording in term:
                if complaint := _complaint(wording) or _cut_off(wording.lower(), expected, known):
                    remedy = "Write whole words, as a good answer does."
                    yield place.at("terms", index).finding(Rule.TERM_CANNOT_MATCH, f"{wording!r} {complaint}", remedy)


def _all_texts(entries: Entries) -> Iterator[str]:
    for question in entries.questions():
        value = question.value
        yield value.prompt
        if isinstance(value, Essay):
            yield from (value.reference_answer, value.weak_answer, *(c.looks_for for c in value.criteria))
        elif isinstance(value, MultipleChoice):
            yield from (text for option in value.options for text in (option.text, option.rationale))


def _complaint(wording: str) -> str:
    if any(wording.count(mark) % 2 and mark in wording[:1] + wording[-1:] for mark in '"`“”'):
        return "has a stray quotation mark"
    if _SQUEEZED.search(wording):
        return "needs spaces around the bar to be two wordings"
    return "" if _can_match(wording) else "cannot be found in any answer"


def _cut_off(beginning: str, expected: frozenset[str], known: frozenset[str]) -> str:
    """A beginning of expected words that the grader takes for none of them, and that the bank uses nowhere."""
    if not beginning.isalpha() or beginning in known:
        return ""
    longer = sorted(word for word in expected if word.startswith(beginning))
    if not longer or any(_says(word, beginning) for word in longer):
        return ""
    return f"looks like {longer[0]!r} cut off, and does not match it"


def _can_match(wording: str) -> bool:
    """Whether the grader finds the wording in a line that has it; plain words it does."""
    return _PLAIN.fullmatch(wording) is not None or _says(f"so {wording} so", wording)


def _says(text: str, wording: str) -> bool:
    return _said(text, ((wording,),)) == [True]


def _said(text: str, terms: tuple[tuple[str, ...], ...]) -> list[bool]:
    """For each term whether the grader finds it in the text."""
    passages = [Searched(passage) for passage in read(text)]
    return [any(passage.says(term) for passage in passages) for term in terms_of(terms, "")]


def _name(term: tuple[str, ...]) -> str:
    return " | ".join(term)


def limits_fit(entries: Entries) -> Iterator[Finding]:
    for essay in _essays(entries):
        for field, value, (least, most), unit in (
            ("time_limit_seconds", essay.value.time_limit_seconds, SECONDS, "seconds"),
            ("max_length", essay.value.max_length, CHARACTERS, "characters"),
        ):
            if value is None or not least <= value <= most:
                rule = Rule.TIME_LIMIT if field == "time_limit_seconds" else Rule.MAX_LENGTH
                message = f"{field} is {value or 'missing'}"
                yield essay.place.at(field).finding(rule, message, f"Give it {least} to {most} {unit}.")


def answers_fit(entries: Entries) -> Iterator[Finding]:
    for essay in _essays(entries):
        for field, text, (least, most) in (
            ("reference_answer", essay.value.reference_answer, REFERENCE_WORDS),
            ("weak_answer", essay.value.weak_answer, WEAK_WORDS),
        ):
            words = len(text.split())
            if not least <= words <= most:
                message = f"{field} has {words} words"
                yield essay.place.at(field).finding(Rule.ANSWER_LENGTH, message, f"Write {least} to {most} words.")


def weak_answers_are_written(entries: Entries) -> Iterator[Finding]:
    """A weak answer is what people write who half know, not the reference with pieces cut off."""
    for essay in _essays(entries):
        weak, reference = _runs(essay.value.weak_answer), _runs(essay.value.reference_answer)
        if weak and len(weak & reference) >= WEAK_FROM_REFERENCE * len(weak):
            message = "the weak answer is the reference answer cut down"
            remedy = "Write what somebody writes who half knows it."
            yield essay.place.at("weak_answer").finding(Rule.WEAK_ANSWER_COPIED, message, remedy)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return {tuple(words[at : at + 4]) for at in range(len(words) - 3)}


def _essays(entries: Entries) -> Iterator[Entry[Essay]]:
    for essays in entries.essays.values():
        yield from essays


def _criteria(entries: Entries) -> Iterator[tuple[Essay, Criterion, Place]]:
    for essay in _essays(entries):
        for index, criterion in enumerate(essay.value.criteria):
            yield essay.value, criterion, essay.place.at("criteria", index)


RULES = (
    three_to_five_criteria,
    three_to_seven_terms,
    terms_say_more_than_the_prompt,
    terms_stand_in_the_reference,
    terms_can_match,
    limits_fit,
    answers_fit,
    weak_answers_are_written,
)
