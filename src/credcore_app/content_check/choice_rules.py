"""Multiple choice that measures: nothing but the matter itself may tell the key from the distractors."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator

from credcore.questions import MultipleChoice
from credcore_app.content_check.entries import Entries, Entry
from credcore_app.content_check.finding import Finding, Rule

OPTION_IDS = ("a", "b", "c", "d")
KEY_SLACK = 2
"""A position may hold the key this many times more or less often than its even share of a role's questions."""
LONGEST_SHARE = 0.25
"""How often chance makes the key the longest of four."""
LONGEST_SLACK = 2
OPTION_RATIO = 1.5
WORDS_PER_SECOND = 200 / 60
"""Slow reading: these texts hold code and figures. At most half of the time limit may go into it."""
CHOICE_SECONDS = (60, 150)

_FORBIDDEN = re.compile(
    r"\b(?:all|none|neither|both|any|each|some) of (?:the |these )?(?:above|answers|options|others)\b|"
    r"\b(?:all|none|both|neither) of these$|\b(?:both )?\(?[a-d]\)? and \(?[a-d]\)?$|\bI (?:do not|don't) know\b",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(
    r"\b(?:always|never|impossible|guarantee[sd]?|under no circumstances|in (?:all|every) cases?|"
    r"without (?:any )?exceptions?|every single|"
    r"completely|entirely|absolutely|certainly|undoubtedly)\b",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(?:NOT|EXCEPT)\b|\b[Ww]hich\b[^?.]{0,80}\b(?:is|are|does|do|would|should|can|will) not\b[^?.]*\?"
)
_ARTICLE = re.compile(r"\b(an?)\s*(?:[:…]|\.\.\.|_+)?\s*$", re.IGNORECASE)
_VOWEL_SOUND = re.compile(r"(?:[aeio]|u(?!ni|se|ti)|hour|honest|heir)", re.IGNORECASE)


def four_options(entries: Entries) -> Iterator[Finding]:
    for question in _choices(entries):
        ids = tuple(option.id for option in question.value.options)
        if ids != OPTION_IDS:
            message = f"its options are {', '.join(ids)}"
            yield question.place.at("options").finding(Rule.OPTIONS, message, "Give it four: a, b, c, d in order.")


def options_differ(entries: Entries) -> Iterator[Finding]:
    for question in _choices(entries):
        seen: dict[str, str] = {}
        for index, option in enumerate(question.value.options):
            text = " ".join(option.text.lower().split()).rstrip(".")
            if text in seen:
                place = question.place.at("options", index, "text")
                yield place.finding(Rule.DUPLICATE_OPTION, f"says the same as option {seen[text]}", "Write another.")
            seen.setdefault(text, option.id)


def options_alike_in_length(entries: Entries) -> Iterator[Finding]:
    for question in _choices(entries):
        lengths = [len(option.text) for option in question.value.options]
        if max(lengths) > OPTION_RATIO * max(1, min(lengths)):
            message = f"the longest option has {max(lengths)} characters, the shortest {min(lengths)}"
            remedy = f"Make them alike: the longest at most {OPTION_RATIO} times the shortest."
            yield question.place.at("options").finding(Rule.OPTION_LENGTH, message, remedy)


def options_alike_in_form(entries: Entries) -> Iterator[Finding]:
    """An option that alone has, or alone lacks, a full stop or a small first letter stands out."""
    for question in _choices(entries):
        for with_it, without_it, has in _FORMS:
            marked = [has(option.text) for option in question.value.options]
            for state, message in ((True, with_it), (False, without_it)):
                if marked.count(state) == 1 and len(marked) > 2:
                    place = question.place.at("options", marked.index(state), "text")
                    yield place.finding(Rule.OPTION_FORM, f"it alone {message}", "Write all options in the same form.")


_FORMS: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("ends in a full stop", "ends without a full stop", lambda text: text.endswith(".")),
    ("begins with a small letter", "does not begin with a small letter", lambda text: text[:1].islower()),
)


def no_forbidden_phrases(entries: Entries) -> Iterator[Finding]:
    for question in _choices(entries):
        for index, option in enumerate(question.value.options):
            if match := _FORBIDDEN.search(option.text.rstrip(".")):
                place = question.place.at("options", index, "text")
                remedy = "Write an option that stands for itself."
                yield place.finding(Rule.FORBIDDEN_PHRASE, f"{match.group()!r} speaks of the other options", remedy)


def no_absolute_words(entries: Entries) -> Iterator[Finding]:
    for question in _choices(entries):
        for index, option in enumerate(question.value.options):
            if match := _ABSOLUTE.search(option.text):
                place = question.place.at("options", index, "text")
                remedy = "Say it without the word: who has taken tests knows that such options are wrong."
                yield place.finding(Rule.ABSOLUTE_WORD, f"{match.group()!r} gives the option away", remedy)


def no_negative_stems(entries: Entries) -> Iterator[Finding]:
    for question in _choices(entries):
        asked = question.value.prompt.rstrip().rsplit("\n\n", 1)[-1]
        if match := _NEGATIVE.search(" ".join(asked.split())):
            message = f"asks for what is not so: {match.group()!r}"
            yield question.place.at("prompt").finding(Rule.NEGATIVE_STEM, message, "Ask for what is so.")


def no_grammar_clues(entries: Entries) -> Iterator[Finding]:
    """A prompt that ends in "a" or "an" fits only the options that begin with such a sound."""
    for question in _choices(entries):
        match = _ARTICLE.search(question.value.prompt)
        if not match:
            continue
        wants_vowel = match.group(1).lower() == "an"
        misfits = [o.id for o in question.value.options if bool(_VOWEL_SOUND.match(o.text)) != wants_vowel]
        if misfits:
            message = f"ends in {match.group(1)!r}, which option {misfits[0]} does not follow"
            yield question.place.at("prompt").finding(Rule.GRAMMAR_CLUE, message, 'End the prompt before "a" or "an".')


def enough_time(entries: Entries) -> Iterator[Finding]:
    least, most = CHOICE_SECONDS
    for question in _choices(entries):
        limit = question.value.time_limit_seconds
        place = question.place.at("time_limit_seconds")
        if limit is None or not least <= limit <= most:
            message = f"its time limit is {limit or 'missing'}"
            yield place.finding(Rule.TIME_LIMIT, message, f"Give it {least} to {most} seconds.")
            continue
        texts = (question.value.prompt, *(option.text for option in question.value.options))
        words = sum(len(text.split()) for text in texts)
        if 2 * words / WORDS_PER_SECOND > limit:
            needed = 5 * math.ceil(2 * words / WORDS_PER_SECOND / 5)
            message = f"reading its {words} words takes more than half of {limit} seconds"
            yield place.finding(Rule.TIME_LIMIT, message, f"Give it {needed} seconds, or shorten it.")


def keys_are_balanced(entries: Entries) -> Iterator[Finding]:
    for role, questions in entries.choices.items():
        counts = Counter(question.value.key for question in questions)
        for position in OPTION_IDS:
            if abs(4 * counts[position] - len(questions)) > 4 * KEY_SLACK:
                message = f"{counts[position]} of {len(questions)} keys are {position}"
                remedy = "Move options, so that every position holds a quarter of the keys."
                place = entries.question_files[role].at("multiple_choice")
                yield place.finding(Rule.KEY_BALANCE, message, remedy)


def longest_is_not_the_key(entries: Entries) -> Iterator[Finding]:
    for role, questions in entries.choices.items():
        longest = sum(key_is_longest(question.value) for question in questions)
        if longest > LONGEST_SHARE * len(questions) + LONGEST_SLACK:
            message = f"in {longest} of {len(questions)} questions the key is the longest option"
            place = entries.question_files[role].at("multiple_choice")
            yield place.finding(Rule.LONGEST_KEY, message, "Shorten keys: one in four is chance.")


def key_is_longest(question: MultipleChoice) -> bool:
    lengths = {option.id: len(option.text) for option in question.options}
    return all(lengths[question.key] > length for id, length in lengths.items() if id != question.key)


def _choices(entries: Entries) -> Iterator[Entry[MultipleChoice]]:
    for questions in entries.choices.values():
        yield from questions


RULES = (
    four_options,
    options_differ,
    options_alike_in_length,
    options_alike_in_form,
    no_forbidden_phrases,
    no_absolute_words,
    no_negative_stems,
    no_grammar_clues,
    enough_time,
)
WHOLE = (
    keys_are_balanced,
    longest_is_not_the_key,
)
