"""Feedback in the words of the rubric's titles: what was found, what was not. Nothing else can get into it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from credcore.offline.rubric import CriterionSpec

Judged = Sequence[tuple[CriterionSpec, Decimal]]
SHOWN, MOSTLY, PARTLY = Decimal("0.8"), Decimal("0.6"), Decimal("0.35")
"""Shares of a criterion's points from which it is called shown, largely there, and worth saying more clearly. Below is
what an answer gets for having tried, and a quotation with it: hardly touched. Only what has no points was not found."""


def strengths(judged: Judged) -> str:
    """What the answer shows, by criterion; empty where it shows nothing. Nothing of it is among the improvements."""
    shown = [spec.title for spec, points in judged if points >= SHOWN * spec.max_points]
    mostly = [_with_points(spec, points) for spec, points in judged if _within(MOSTLY, spec, points, SHOWN)]
    sentences = [_sentence("Shown in your answer", shown), _sentence("Largely there", mostly)]
    return " ".join(filter(None, sentences))


def improvements(judged: Judged, *, void: bool) -> str:
    """What is missing or thin, by criterion; empty where nothing is."""
    if void:
        return _sentence("No attempt was found at what was asked", [spec.title for spec, _ in judged])
    missing = [spec.title for spec, points in judged if not points]
    touched = [_with_points(spec, points) for spec, points in judged if points and points < PARTLY * spec.max_points]
    thin = [_with_points(spec, points) for spec, points in judged if _within(PARTLY, spec, points, MOSTLY)]
    sentences = [
        _sentence("Not found in your answer", missing),
        _sentence("Hardly touched", touched),
        _sentence("Worth saying more clearly", thin),
    ]
    return " ".join(filter(None, sentences))


def _within(low: Decimal, spec: CriterionSpec, points: Decimal, high: Decimal) -> bool:
    return low * spec.max_points <= points < high * spec.max_points


def _with_points(spec: CriterionSpec, points: Decimal) -> str:
    return f"{spec.title.strip().rstrip('.')} ({points} of {spec.max_points})"


def _sentence(opening: str, titles: Sequence[str]) -> str:
    return f"{opening}: {'; '.join(title.strip().rstrip('.') for title in titles)}." if titles else ""
