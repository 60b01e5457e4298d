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
RELIABILITY = 0.56
"""Pearson's r with the human scores of SAF, each question graded by coefficients that never saw it: .559, with whole
lectures left out .565; quadratic weighted kappa .534 and .546. Rubric questions have no public set to measure on."""


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
    intercept=0.70994,
    coverage=0.13826,
    precision=0.33991,
    length=0.17466,
    gate_intercept=-6.3931,
    gate_coverage=15.2669,
    gate_topic=14.1994,
)
GATE_LIFT = 5.0
"""The gate opens fully at a fifth: it is trained on as many strangers as attempts, but real answers are nearly all
attempts. Answers to other questions of the same subject get 1.3 of 10 so."""
COPY_OWN, OWN_ENOUGH = 0.06, 0.12
"""Shares of content words beyond the prompt's, up to which an answer copies the prompt and from which it does not. Of
the attempts in SAF three lie below both, which the human graders gave nothing either; the next one has .11."""
WORDS_ENOUGH = 1.0
"""Weight of known words that one word can have; less is a word that is said about anything."""


def share(found: Features, coefficients: Coefficients = FROZEN) -> float:
    """The estimated share of the points, 0..1."""
    estimate = (
        coefficients.intercept
        + coefficients.coverage * found.coverage
        + coefficients.precision * found.precision
        + coefficients.length * found.length
    )
    own = min(1.0, max(0.0, (found.own - COPY_OWN) / (OWN_ENOUGH - COPY_OWN)))
    substance = own * min(1.0, found.amount / WORDS_ENOUGH)
    return min(1.0, max(0.0, estimate)) * substance * gate(found, coefficients)


def gate(found: Features, coefficients: Coefficients = FROZEN) -> float:
    """0 for an answer about something else, 1 for one about the question."""
    z = (
        coefficients.gate_intercept
        + coefficients.gate_coverage * found.coverage
        + coefficients.gate_topic * found.topic
    )
    return min(1.0, GATE_LIFT / (1.0 + math.exp(-z)))
