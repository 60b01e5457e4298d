"""The frozen coefficients, and what was measured with them.

Source: the English part of the Short Answer Feedback data set (SAF: Filighera, Parihar, Steuer, Meuser, Ochs,
ACL 2022, MIT licence), 1,889 distinct, not empty answers on communication networks with a score in 0..1 each,
fitted on 2026-11-30 by ``tests/campaigns/offline_table.py``, which prints every figure quoted here and
refuses coefficients that are not these.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from credcore.offline.features import Features

NAME = "offline"
VERSION = "2"
RELIABILITY = 0.58
"""Pearson's r with the human scores of SAF, each question graded by coefficients that never saw it: .584, with whole
lectures left out .589; quadratic weighted kappa .549 and .555. Rubric questions have no public set to measure on."""


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
    intercept=0.675045,
    coverage=0.203091,
    precision=0.329121,
    length=0.15739,
    gate_intercept=-7.206848,
    gate_coverage=14.898669,
    gate_topic=15.094268,
)
GATE_LIFT = 5.0
"""The gate opens fully at a fifth: it is trained on as many strangers as attempts, but real answers are nearly all
attempts. Answers to other questions of the same subject get 1.8 of 10 so."""
COPY_OWN, OWN_ENOUGH = 0.06, 0.12
"""Shares of content words beyond the prompt's, up to which an answer copies the prompt and from which it does not. Of
the attempts in SAF three lie below both, which the human graders gave nothing either; the next one has .11."""
COPY_COVERAGE, COVERS_ENOUGH = 0.4, 0.7
"""Coverage up to which, and from which, words of the prompt alone are no answer and one: some questions name what they
ask for."""
WORDS_ENOUGH = 1.0
"""Weight of known words that one word can have; less is a word that is said about anything."""
DOUBT, DOUBT_WORDS = 0.6, 8.0
"""What an answer keeps that shares no word with its reference, where the reference says next to nothing, and the words
that make a reference half telling: that nothing of three words came again proves nothing; that nothing of thirty did,
the usual number in SAF, proves another topic. Answers to other questions stay below 3 of 10 with both."""


def share(found: Features, coefficients: Coefficients = FROZEN) -> float:
    """The estimated share of the points, 0..1."""
    estimate = (
        coefficients.intercept
        + coefficients.coverage * found.coverage
        + coefficients.precision * found.precision
        + coefficients.length * found.length
    )
    own = max(ramp(found.own, COPY_OWN, OWN_ENOUGH), ramp(found.coverage, COPY_COVERAGE, COVERS_ENOUGH))
    telling = found.expected / (DOUBT_WORDS + found.expected)
    known = min(1.0, found.amount / (WORDS_ENOUGH * telling)) if telling else 0.0
    doubt = DOUBT * (1 - telling)
    return min(1.0, max(0.0, estimate)) * own * (doubt + (1 - doubt) * known * gate(found, coefficients))


def ramp(value: float, low: float, high: float) -> float:
    """0 up to ``low``, 1 from ``high`` on."""
    return min(1.0, max(0.0, (value - low) / (high - low)))


def gate(found: Features, coefficients: Coefficients = FROZEN) -> float:
    """0 for an answer about something else, 1 for one about the question."""
    z = (
        coefficients.gate_intercept
        + coefficients.gate_coverage * found.coverage
        + coefficients.gate_topic * found.topic
    )
    return min(1.0, GATE_LIFT / (1.0 + math.exp(-z)))
