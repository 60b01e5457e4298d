"""Feedback in the words of the rubric's titles: what was found, what was not. Nothing else can get into it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from credcore.offline.rubric import CriterionSpec

Judged = Sequence[tuple[CriterionSpec, Decimal]]
ALMOST = Decimal("0.8")


def strengths(judged: Judged) -> str:
    """What the answer shows, by criterion; empty where it shows nothing."""
    shown = [spec.title for spec, points in judged if points >= ALMOST * spec.max_points]
    partly = [
        f"{spec.title} ({points} of {spec.max_points})"
        for spec, points in judged
        if spec.max_points <= 2 * points < 2 * ALMOST * spec.max_points
    ]
    sentences = [_sentence("Shown in your answer", shown), _sentence("Largely there", partly)]
    return " ".join(filter(None, sentences))


def improvements(judged: Judged, *, void: bool) -> str:
    """What is missing or thin, by criterion; empty where nothing is."""
    if void:
        return "No attempt at the question was found. " + _sentence(
            "An answer would have to show", [spec.title for spec, _ in judged]
        )
    missing = [spec.title for spec, points in judged if 4 * points < spec.max_points]
    thin = [
        f"{spec.title} ({points} of {spec.max_points})"
        for spec, points in judged
        if spec.max_points <= 4 * points < 4 * ALMOST * spec.max_points
    ]
    sentences = [_sentence("Not found in your answer", missing), _sentence("Worth saying more clearly", thin)]
    return " ".join(filter(None, sentences))


def _sentence(opening: str, titles: Sequence[str]) -> str:
    return f"{opening}: {'; '.join(title.strip().rstrip('.') for title in titles)}." if titles else ""
