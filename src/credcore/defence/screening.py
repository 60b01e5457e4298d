"""Before a call: which answers need none, and which sentences of an answer speak to the grader.

Built on the offline grader's rules. They fire on honest answers about attacks too, so a hit alone never costs
points: such a sentence is only no evidence, and where it merely quotes an attack not even that.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from credcore.grading import GradingTask
from credcore.offline.integrity import take
from credcore.offline.suspicion import speaks_to_grader, without_quotes
from credcore.offline.text import passages

SHORT_WORDS = 6
RUN = 4
"""An instruction may be cut into pieces of up to so many words, over up to so many sentences."""
WINDOW = 1_900
"""Characters looked at together in a sentence without end."""

_BASE64 = re.compile(r"[A-Za-z0-9+/]{20,4000}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[ ,:]?){16,2000}")
_SPACED = re.compile(r"\b(?:\w[ .*_-]){4,}\w\b")
_JOINTS = re.compile(r"_|(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """A sentence, list item or line of code, where it stands in the answer. ``quoted``: in quotation marks only."""

    start: int
    end: int
    suspicious: bool = False
    quoted: bool = False


def needs_no_call(task: GradingTask) -> bool:
    """Whether nothing in the answer is an attempt: it is blank, gives up, copies the question, or only addresses
    the grader."""
    essay = task.question
    titles = [criterion.title for criterion in essay.criteria if criterion.terms]
    reading = take(task.answer, prompt=essay.prompt, reference=essay.reference_answer, titles=titles)
    return reading.void


def sentences(answer: str) -> list[Sentence]:
    """The whole answer, however long, each sentence judged; sentences without a word are left out."""
    spans = list(_spans(answer))
    broken_up = _broken_up(answer, spans)
    return [_judged(answer, start, end, (start, end) in broken_up) for start, end in spans]


def without(answer: str, unwanted: Sequence[Sentence]) -> str:
    """The answer with a space in place of each of these sentences."""
    kept: list[str] = []
    at = 0
    for sentence in unwanted:
        kept.append(answer[at : sentence.start])
        at = sentence.end
    return " ".join([*kept, answer[at:]]).strip()


def _spans(answer: str) -> Iterator[tuple[int, int]]:
    """``passages`` reads a bounded piece at a time; what lies behind it is read next."""
    at = 0
    while found := passages(answer[at:]):
        for passage in found:
            start = answer.find(passage.raw, at)
            at = start + len(passage.raw)
            yield start, at


def _judged(answer: str, start: int, end: int, broken_up: bool) -> Sentence:
    raw = answer[start:end]
    if broken_up or _speaks(raw):
        quoted = not broken_up and not _speaks(without_quotes(raw))
        return Sentence(start=start, end=end, suspicious=True, quoted=quoted)
    return Sentence(start=start, end=end)


def _speaks(raw: str) -> bool:
    windows = [raw[at : at + WINDOW + 100] for at in range(0, len(raw), WINDOW)]
    return any(speaks_to_grader(reading) for window in windows for reading in _readings(window))


def _readings(raw: str) -> Iterator[str]:
    """The text as it stands, and what somebody who was told how could read in it."""
    yield raw
    if _JOINTS.search(raw):
        yield _JOINTS.sub(" ", raw)
    if _SPACED.search(raw):
        yield _SPACED.sub(lambda match: re.sub(r"[ .*_-]", "", match.group()), raw)
    yield raw[::-1]
    yield codecs.encode(raw, "rot13")
    for match in _BASE64.finditer(raw):
        yield _decoded(match.group())
    for match in _HEX.finditer(raw):
        yield bytes.fromhex(re.sub(r"[^0-9a-fA-F]", "", match.group())).decode("ascii", "replace")


def _decoded(run: str) -> str:
    whole = run[: len(run) - len(run) % 4] if "=" not in run else run
    try:
        return base64.b64decode(whole, validate=False).decode("ascii", "replace")
    except binascii.Error:
        return ""


def _broken_up(answer: str, spans: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Short sentences that say nothing to the grader one by one, but do so in a row."""
    found: set[tuple[int, int]] = set()
    short = [len(answer[start:end].split()) <= SHORT_WORDS for start, end in spans]
    for first in range(len(spans)):
        for last in range(first + 1, min(first + RUN, len(spans))):
            if not all(short[first : last + 1]):
                break
            run = spans[first : last + 1]
            text = " ".join(answer[start:end].rstrip(".!?;:,") for start, end in run)
            if not any(speaks_to_grader(answer[start:end]) for start, end in run) and speaks_to_grader(text):
                found.update(run)
    return found
