"""The offline grade of one answer: criteria, points and feedback from the texts alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from credcore.offline import feedback
from credcore.offline.integrity import Reading, take
from credcore.offline.model import gate, share
from credcore.offline.rubric import EVERYTHING, NOTHING, CriterionSpec, evidence, likeness
from credcore.offline.text import Passage

NEEDS_REVIEW = "needs-review"
LONGEST_QUOTE = 240
LEAST_STRENGTH = 0.35
"""A reference that shows less than this of its own criterion is a fault of the content, not a lower hurdle."""
_TENTH = Decimal("0.1")


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionFinding:
    """``points`` in steps of 0.1 up to the criterion's; ``met`` from half of them; ``evidence`` verbatim."""

    id: str
    points: Decimal
    met: bool
    evidence: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """``points`` is the sum of the criteria's, 0 to 10; ``flags`` ask for a person, they cost nothing."""

    criteria: tuple[CriterionFinding, ...]
    points: Decimal
    strengths: str
    improvements: str
    flags: frozenset[str]


def grade(*, prompt: str, reference: str, criteria: Sequence[CriterionSpec], answer: str) -> Finding:
    """Judges ``answer``. Without criteria it is held against the reference as one criterion of ten points."""
    rubric = tuple(criteria) or (whole(reference),)
    reading = take(answer, prompt=prompt, reference=reference)
    found = tuple(_judge(criterion, reading, prompt=prompt, reference=reference) for criterion in rubric)
    judged = list(zip(rubric, found, strict=True))
    return Finding(
        criteria=found,
        points=sum((finding.points for finding in found), Decimal("0.0")),
        strengths=feedback.strengths([(spec, finding.points) for spec, finding in judged]),
        improvements=feedback.improvements([(spec, finding.points) for spec, finding in judged], void=reading.void),
        flags=frozenset({NEEDS_REVIEW}) if reading.salad or reading.negated or reading.addressed else frozenset(),
    )


def whole(reference: str) -> CriterionSpec:
    """The one criterion of a question that has none of its own."""
    return CriterionSpec(id="answer", title="What the question asks for", max_points=10, looks_for=reference, terms=())


def _judge(criterion: CriterionSpec, reading: Reading, *, prompt: str, reference: str) -> CriterionFinding:
    part, passage = _part(criterion, reading.passages, prompt=prompt, reference=reference)
    points = (Decimal(repr(part)) * criterion.max_points).quantize(_TENTH, rounding=ROUND_HALF_UP)
    quote = _quote(passage) if passage is not None else ""
    if not points or not quote:
        return CriterionFinding(id=criterion.id, points=Decimal("0.0"), met=False, evidence=None)
    return CriterionFinding(id=criterion.id, points=points, met=2 * points >= criterion.max_points, evidence=quote)


def _part(
    criterion: CriterionSpec, answer: Sequence[Passage], *, prompt: str, reference: str
) -> tuple[float, Passage | None]:
    """The share of the criterion's points that the passages earn, and the one to quote."""
    if not criterion.terms:
        found, passage = likeness(criterion.looks_for, answer, prompt)
        return share(found), passage
    shown = evidence(criterion, answer, prompt)
    relative = shown.strength / max(LEAST_STRENGTH, _of_reference(criterion, prompt, reference))
    earned = min(1.0, max(0.0, (relative - NOTHING) / (EVERYTHING - NOTHING)))
    on_topic, _ = likeness(reference, answer, prompt)
    return earned * gate(on_topic), shown.passage


@lru_cache(maxsize=1024)
def _of_reference(criterion: CriterionSpec, prompt: str, reference: str) -> float:
    """What the reference itself shows of the criterion: the measure of what an answer can show."""
    reading = take(reference, prompt=prompt, reference=reference)
    return evidence(criterion, reading.passages, prompt).strength


def _quote(passage: Passage) -> str:
    """The passage as the learner wrote it, cut at a space where it is too long."""
    raw = passage.raw
    if len(raw) <= LONGEST_QUOTE:
        return raw
    cut = raw[:LONGEST_QUOTE]
    return cut[: cut.rfind(" ")] if " " in cut else cut
