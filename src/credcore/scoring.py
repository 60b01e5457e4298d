"""Points to scores, bands and confidence, in exact arithmetic: no floats, and rounding only where a score leaves.

With p the points of a question in [0, 1], w its weight, a = 1 if it was answered in time and r the reliability of what
judged it:

    domain score = 100 * sum(w p) / sum(w)      over the form's scored questions in the domain
    overall      = sum(W * domain score) / sum(W)  over the domains present, W the role's weights
    confidence   = sum(w a r) / sum(w)          over all the form's scored questions
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from credcore.catalogue import Band

MID_FROM = 50
HIGH_FROM = 75
"""Overall scores from which the band is no longer low, and from which it is high."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoredItem:
    """One scored question of a form, judged. ``reliability`` is that of the key or of the grader, in [0, 1]."""

    domain: str
    points: Fraction
    weight: int
    in_time: bool
    reliability: Fraction

    def __post_init__(self) -> None:
        if not 0 <= self.points <= 1:
            raise ValueError(f"points are {self.points}, not between 0 and 1")
        if not 0 <= self.reliability <= 1:
            raise ValueError(f"reliability is {self.reliability}, not between 0 and 1")
        if self.weight < 1:
            raise ValueError(f"weight is {self.weight}, not positive")


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """Exact scores: ``domains`` and ``overall`` from 0 to 100, ``confidence`` from 0 to 1."""

    domains: Mapping[str, Fraction]
    overall: Fraction
    confidence: Fraction

    @property
    def band(self) -> Band:
        return band_of(self.overall)


def score(items: Sequence[ScoredItem], domain_weights: Mapping[str, Fraction]) -> Score:
    """The score of a form. ``items``: every scored question of it, answered or not; at least one.

    Domains come in the order of ``domain_weights``; one that the form does not ask about is left out.
    """
    present = [domain for domain in domain_weights if any(item.domain == domain for item in items)]
    domains = {domain: domain_score([item for item in items if item.domain == domain]) for domain in present}
    total = sum(domain_weights[domain] for domain in present)
    return Score(
        domains=domains,
        overall=sum((domain_weights[d] * domains[d] for d in present), Fraction(0)) / total,
        confidence=confidence(items),
    )


def domain_score(items: Sequence[ScoredItem]) -> Fraction:
    earned = sum((item.weight * item.points for item in items), Fraction(0))
    return 100 * earned / sum(item.weight for item in items)


def confidence(items: Sequence[ScoredItem]) -> Fraction:
    sure = sum((item.weight * item.reliability for item in items if item.in_time), Fraction(0))
    return sure / sum(item.weight for item in items)


def band_of(overall: Fraction) -> Band:
    """By the exact score: 74.96 is shown as 75.0 and is mid all the same."""
    if overall < MID_FROM:
        return Band.LOW
    return Band.MID if overall < HIGH_FROM else Band.HIGH


def rounded(value: Fraction, places: int = 1) -> Decimal:
    """``value`` to so many decimal places, half up. Exact: the quotient is compared, never a binary fraction."""
    scale = 10**places
    units = (2 * value.numerator * scale + value.denominator) // (2 * value.denominator)
    return Decimal(units).scaleb(-places).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
