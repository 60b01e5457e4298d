"""The frozen coefficients, and what was measured with them.

Source: the English part of the Short Answer Feedback data set (SAF: Filighera, Parihar, Steuer, Meuser, Ochs,
ACL 2022, MIT licence), 1,889 distinct, not empty answers on communication networks with a score in 0..1 each,
fitted on 2026-11-22 by ``tests/campaigns/offline_table.py``, which prints every figure quoted here and
refuses coefficients that are not these.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from credcore.offline.features import Features

NAME = "offline"
VERSION = "1"
RELIABILITY = 0.55
"""Pearson's r with the human scores of SAF, each question graded by coefficients that never saw it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Coefficients:
    """A linear estimate of the share of points, times a logistic gate: is this about the question at all?"""

    intercept: float
    coverage: float
    precision: float
    length: float
    gate_intercept: float
    gate_coverage: float
    gate_topic: float


FROZEN = Coefficients(
    intercept=0.7092,
    coverage=0.1396,
    precision=0.3398,
    length=0.1744,
    gate_intercept=-6.280,
    gate_coverage=15.27,
    gate_topic=13.77,
)
GATE_LIFT = 5.0
"""The gate opens fully at a fifth: it is trained on as many strangers as attempts, real answers are nearly
all attempts."""


def share(found: Features, coefficients: Coefficients = FROZEN) -> float:
    """The estimated share of the points, 0..1."""
    estimate = (
        coefficients.intercept
        + coefficients.coverage * found.coverage
        + coefficients.precision * found.precision
        + coefficients.length * found.length
    )
    return min(1.0, max(0.0, estimate)) * gate(found, coefficients)


def gate(found: Features, coefficients: Coefficients = FROZEN) -> float:
    """0 for an answer about something else, 1 for one about the question."""
    z = (
        coefficients.gate_intercept
        + coefficients.gate_coverage * found.coverage
        + coefficients.gate_topic * found.topic
    )
    return min(1.0, GATE_LIFT / (1.0 + math.exp(-z)))
