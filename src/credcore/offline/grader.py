"""The offline grade of one answer: criteria, points and feedback from the texts alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache

from credcore.offline import feedback
from credcore.offline.coherence import evident, is_thin
from credcore.offline.context import Terms, supported
from credcore.offline.features import Features
from credcore.offline.integrity import Reading, take
from credcore.offline.model import gate, share
from credcore.offline.rubric import CriterionSpec, Searched, attempted, earned, evidence, likeness, on_topic
from credcore.offline.text import Passage

NEEDS_REVIEW = "needs-review"
LONGEST_QUOTE = 240
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
    asked = _Asked(
        prompt=prompt,
        reference=reference,
        titles=tuple(criterion.title for criterion in rubric if criterion.terms),
        terms=tuple(criterion.terms for criterion in rubric),
    )
    reading = _read(answer, asked)
    attempt = _Attempt(asked, reading)
    found = tuple(_judge(criterion, attempt) for criterion in rubric)
    judged = [(criterion, finding.points) for criterion, finding in zip(rubric, found, strict=True)]
    return Finding(
        criteria=found,
        points=sum((finding.points for finding in found), Decimal("0.0")),
        strengths=feedback.strengths(judged),
        improvements=feedback.improvements(judged, void=reading.void),
        flags=frozenset({NEEDS_REVIEW}) if reading.suspect or attempt.thin else frozenset(),
    )


def whole(reference: str) -> CriterionSpec:
    """The one criterion of a question that has none of its own."""
    return CriterionSpec(id="answer", title="What the question asks for", max_points=10, looks_for=reference, terms=())


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """What an answer is read in the light of; ``titles`` are those of criteria with terms."""

    prompt: str
    reference: str
    titles: tuple[str, ...]
    terms: Terms


class _Attempt:
    """One answer in the light of its question, with what every criterion needs of it.

    What only criteria with terms need is made when the first of them asks for it.
    """

    def __init__(self, asked: _Asked, reading: Reading) -> None:
        self.asked = asked
        self.passages = reading.passages
        self._repeating = reading.repeating
        self._coherent = supported(evident(reading.passages), _reference_of(asked), asked.terms)
        self.thin = is_thin(reading.passages, self._coherent)

    @cached_property
    def searched(self) -> tuple[Searched, ...]:
        """The passages that can be evidence."""
        return tuple(map(Searched, self._coherent))

    @cached_property
    def evident(self) -> Features:
        """Their likeness to the reference. Those that repeat the prompt cannot make it look more like an answer to the
        question."""
        whole, _ = self._likeness
        own = tuple(passage for passage in self._coherent if passage not in self._repeating)
        if own == self._coherent:
            return whole
        return _by_its_own(whole, likeness(self.asked.reference, own, self.asked.prompt)[0])

    @property
    def likest(self) -> Passage | None:
        return self._likeness[1]

    @cached_property
    def _likeness(self) -> tuple[Features, Passage | None]:
        return likeness(self.asked.reference, self._coherent, self.asked.prompt)


def _by_its_own(whole: Features, own: Features) -> Features:
    return replace(whole, topic=own.topic, amount=own.amount) if own.topic < whole.topic else whole


def _read(answer: str, asked: _Asked) -> Reading:
    return take(answer, prompt=asked.prompt, reference=asked.reference, titles=asked.titles)


@lru_cache(maxsize=1024)
def _reference_of(asked: _Asked) -> tuple[Passage, ...]:
    """The passages of the reference that can be evidence: the measure of what an answer can show."""
    return evident(_read(asked.reference, asked).passages)


def _judge(criterion: CriterionSpec, attempt: _Attempt) -> CriterionFinding:
    part, passage = _by_terms(criterion, attempt) if criterion.terms else _by_likeness(criterion, attempt)
    points = (Decimal(repr(part)) * criterion.max_points).quantize(_TENTH, rounding=ROUND_HALF_UP)
    if not points or passage is None:
        return CriterionFinding(id=criterion.id, points=Decimal("0.0"), met=False, evidence=None)
    met = 2 * points >= criterion.max_points
    return CriterionFinding(id=criterion.id, points=points, met=met, evidence=_quote(passage))


def _by_likeness(criterion: CriterionSpec, attempt: _Attempt) -> tuple[float, Passage | None]:
    """Held against a short reference, an answer in other words keeps the benefit of doubt, and is quoted for it."""
    found, passage = likeness(criterion.looks_for, attempt.passages, attempt.asked.prompt)
    if passage is None and criterion.looks_for == attempt.asked.reference:
        passage = max(attempt.passages, key=lambda said: len(said.words), default=None)
    return share(found), passage


def _by_terms(criterion: CriterionSpec, attempt: _Attempt) -> tuple[float, Passage | None]:
    """The share of the points that the evidence earns, what is left for having tried, and the passage to quote."""
    shown = evidence(criterion, attempt.searched, attempt.asked.prompt)
    of_reference = _of_reference(criterion, attempt.asked)
    part = earned(shown.strength, of_reference) * on_topic(attempt.evident) * gate(attempt.evident)
    return part + (1 - part) * attempted(attempt.evident), shown.passage or attempt.likest


@lru_cache(maxsize=1024)
def _of_reference(criterion: CriterionSpec, asked: _Asked) -> float:
    return evidence(criterion, tuple(map(Searched, _reference_of(asked))), asked.prompt).strength


def _quote(passage: Passage) -> str:
    """The passage as the learner wrote it, cut at a space where it is too long."""
    raw = passage.raw
    if len(raw) <= LONGEST_QUOTE:
        return raw
    cut = raw[:LONGEST_QUOTE]
    return cut[: cut.rfind(" ")] if " " in cut else cut
