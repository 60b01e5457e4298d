"""How far two lists of grades agree: the figures that the literature on short-answer grading gives."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

LEVELS = 6
"""Grades from 0 to 5, as on the Mohler answers."""


def pearson(human: Sequence[float], given: Sequence[float]) -> float | None:
    """Pearson's r; None where it is not defined, since one of the two never changes."""
    if len(human) < 2 or len(set(human)) < 2 or len(set(given)) < 2:
        return None
    return statistics.correlation(human, given)


def rmse(human: Sequence[float], given: Sequence[float]) -> float:
    """The root of the mean squared difference of grades in 0..1."""
    return math.sqrt(statistics.fmean((a - b) ** 2 for a, b in zip(human, given, strict=True)))


def kappa(human: Sequence[float], given: Sequence[float]) -> float | None:
    """Cohen's kappa with quadratic weights, of grades in 0..1 scaled to 0..5 and rounded half up.

    None where chance alone would make both agree on everything.
    """
    one, two = ([math.floor((LEVELS - 1) * grade + 0.5) for grade in grades] for grades in (human, given))
    observed = math.fsum((a - b) ** 2 for a, b in zip(one, two, strict=True))
    first, second = ([levels.count(level) for level in range(LEVELS)] for levels in (one, two))
    expected = math.fsum(first[a] * second[b] * (a - b) ** 2 for a in range(LEVELS) for b in range(LEVELS)) / len(one)
    return 1 - observed / expected if expected else None


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
