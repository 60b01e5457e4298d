"""What a run came to, as figures and as rows that anyone can recompute them from."""

from __future__ import annotations

import csv
import statistics
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from credcore_app.evaluation.agreement import kappa, pearson, percentile, rmse
from credcore_app.evaluation.journal import Judged
from credcore_app.evaluation.rows import GradedRow

MOST = 10
"""Points that a rubric adds up to."""
TOLERATED = 1.0
"""Points by which the same answer may be judged differently the next time, and more than any variance may be."""


def agreement_of(rows: Sequence[GradedRow], judged: Sequence[Judged], grader: str) -> dict[str, object]:
    human = [row.share for row in rows]
    given = [float(one.points) / MOST for one in judged]
    times = [one.milliseconds for one in judged]
    return {
        "n": len(rows),
        "pearson": _rounded(pearson(human, given)),
        "rmse": _rounded(rmse(human, given)),
        "kappa": _rounded(kappa(human, given)),
        "grader": grader,
        "judgedByAnother": sum(one.grader != grader for one in judged),
        "forReview": sum(one.for_review for one in judged),
        "p50Ms": round(percentile(times, 0.5), 2),
        "p95Ms": round(percentile(times, 0.95), 2),
        "costUsd": round(sum(one.cost_usd for one in judged), 6),
        "distinct": _distinct(rows, judged, grader),
        "byQuestion": _by_question(rows, given),
    }


def _distinct(rows: Sequence[GradedRow], judged: Sequence[Judged], grader: str) -> dict[str, object]:
    """Each answer to a question once, no empty ones, and none that another grader judged: repeated answers make
    agreement look better than it is, and what another judged says nothing of this one."""
    answers = {(row.question_id, row.task.answer): (row.share, one) for row, one in zip(rows, judged, strict=True)}
    pairs = [
        (share, float(one.points) / MOST)
        for (_, answer), (share, one) in answers.items()
        if answer.strip() and one.grader == grader
    ]
    human, graded = [one for one, _ in pairs], [other for _, other in pairs]
    return {
        "n": len(pairs),
        "pearson": _rounded(pearson(human, graded)),
        "rmse": _rounded(rmse(human, graded)) if pairs else None,
        "kappa": _rounded(kappa(human, graded)) if pairs else None,
    }


def _by_question(rows: Sequence[GradedRow], given: Sequence[float]) -> dict[str, object]:
    """Means in 0..1."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row, grade in zip(rows, given, strict=True):
        found[row.question_id].append((row.share, grade))
    return {
        question: {
            "n": len(pairs),
            "score": _rounded(statistics.fmean(human for human, _ in pairs)),
            "predicted": _rounded(statistics.fmean(grade for _, grade in pairs)),
        }
        for question, pairs in sorted(found.items())
    }


def consistency_of(runs: Sequence[Sequence[Judged]], grader: str) -> dict[str, object]:
    """How far runs differ, in points of ten: the mean variance of an answer's grades, and the largest difference."""
    answers = [[float(one.points) for one in of_answer] for of_answer in zip(*runs, strict=True)]
    spreads = [max(points) - min(points) for points in answers]
    variance = statistics.fmean(statistics.variance(points) for points in answers)
    return {
        "n": len(answers),
        "runs": len(runs),
        "grader": grader,
        "variance": round(variance, 4),
        "largestDifference": round(max(spreads), 4),
        "differing": sum(spread > 0 for spread in spreads),
        "costUsd": round(sum(one.cost_usd for run in runs for one in run), 6),
        "held": variance < TOLERATED and max(spreads) < TOLERATED,
    }


def write_rows(path: Path, rows: Sequence[GradedRow], judged: Sequence[Judged]) -> None:
    """``predicted`` is on the row's own scale."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("question_id", "score", "max_score", "predicted"))
        for row, one in zip(rows, judged, strict=True):
            predicted = float(one.points) / MOST * row.max_score
            writer.writerow((row.question_id, f"{row.score:g}", f"{row.max_score:g}", f"{predicted:.6g}"))


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)
