"""Rationales: what a learner reads after the answer, and what shows that the key is the one that was meant."""

from __future__ import annotations

from collections.abc import Iterator

from credcore.questions import MultipleChoice
from credcore_app.content_check.entries import Entries, Entry
from credcore_app.content_check.finding import Finding, Rule

RIGHT = "Right."


def the_key_is_meant(entries: Entries) -> Iterator[Finding]:
    """An author who moves options and forgets the key says "Right." beside another one."""
    for question in _choices(entries):
        said = [option.id for option in question.value.options if option.rationale.startswith(RIGHT)]
        if said != [question.value.key]:
            message = (
                f"its key is {question.value.key}, but {RIGHT!r} begins the rationale of {', '.join(said) or 'none'}"
            )
            remedy = f"Begin the key's rationale with {RIGHT!r}, and no other; or correct the key."
            yield question.place.at("key").finding(Rule.KEY_RATIONALE, message, remedy)


def each_has_its_own(entries: Entries) -> Iterator[Finding]:
    for question in _choices(entries):
        seen: dict[str, str] = {}
        for index, option in enumerate(question.value.options):
            if option.rationale in seen:
                place = question.place.at("options", index, "rationale")
                message = f"says the same as the rationale of option {seen[option.rationale]}"
                yield place.finding(Rule.DUPLICATE_OPTION, message, "Say why somebody believes this one.")
            seen.setdefault(option.rationale, option.id)


def _choices(entries: Entries) -> Iterator[Entry[MultipleChoice]]:
    for questions in entries.choices.values():
        yield from questions


RULES = (the_key_is_meant, each_has_its_own)
