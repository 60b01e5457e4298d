"""The offline grader against human scores: every figure that is demanded of it, with what it reaches.

    python tests/campaigns/offline_table.py SAF.csv

The CSV has the columns ``question_id,question,reference_answer,student_answer,score,max_score`` (the English part of
the SAF data set). Each question is graded by coefficients fitted without it, neither as question nor as the source of
answers off the topic; then the same with whole lectures left out (the id up to the dot), the nearest thing to another
subject that this set offers. Exit 1 if a figure is missed or the frozen coefficients are not what the data give.
"""

from __future__ import annotations

import csv
import math
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from credcore.offline import RELIABILITY, Finding, grade
from credcore.offline.features import Features, expectation, features
from credcore.offline.integrity import take
from credcore.offline.model import FROZEN, Coefficients, share

SEED = 7
STRANGERS = 100
"""Answers to other questions per question: what the gate learns as off the topic."""
GOOD_ENOUGH = 0.5
"""Score of an answer from which it serves as a stranger elsewhere; half-empty ones would be too easy."""
ATTEMPT = 0.25
"""Score from which an answer serves the gate as one on the topic."""
RIDGE = 3.0
LEVELS = 6
HOSTILE_MS, USUAL_MS = 50.0, 10.0
GIVING_UP = ("I don't know", "I do not know.", "idk", "No idea, sorry.", "I am not sure about this one.", "n/a", "?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One human-graded answer; ``score`` in 0..1. ``found`` is None where nothing of the answer counts."""

    question_id: str
    question: str
    reference: str
    answer: str
    score: float
    found: Features | None

    @property
    def lecture(self) -> str:
        return self.question_id.split(".")[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stranger:
    """An answer to one question (``source``) held against another one (``target``)."""

    source: Row
    target: Row
    found: Features | None


def read_rows(path: Path) -> list[Row]:
    """The distinct rows that have an answer, in the file's order. Ids stay text: 2.1 and 2.10 differ."""
    csv.field_size_limit(10**9)
    with path.open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    distinct = {(r["question_id"], r["student_answer"]): r for r in reversed(records) if r["student_answer"].strip()}
    return [
        Row(
            question_id=record["question_id"],
            question=record["question"],
            reference=record["reference_answer"],
            answer=record["student_answer"],
            score=float(record["score"]) / float(record["max_score"]),
            found=found_in(record["student_answer"], record["question"], record["reference_answer"]),
        )
        for record in reversed(distinct.values())
    ]


def found_in(answer: str, prompt: str, reference: str) -> Features | None:
    reading = take(answer, prompt=prompt, reference=reference)
    return None if reading.void else features(expectation(reference, prompt), reading.passages)


def strangers(rows: Sequence[Row]) -> list[Stranger]:
    chance = random.Random(SEED)
    targets = {row.question_id: row for row in rows}
    found = []
    for target in targets.values():
        others = [r for r in rows if r.question_id != target.question_id and r.score >= GOOD_ENOUGH]
        for row in chance.sample(others, min(STRANGERS, len(others))):
            seen = found_in(row.answer, target.question, target.reference)
            found.append(Stranger(source=row, target=target, found=seen))
    return found


def solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """The solution of a small linear system, by elimination with pivoting."""
    system = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for column in range(len(system)):
        pivot = max(range(column, len(system)), key=lambda line: abs(system[line][column]))
        system[column], system[pivot] = system[pivot], system[column]
        for line in range(len(system)):
            if line != column:
                factor = system[line][column] / system[column][column]
                system[line] = [a - factor * b for a, b in zip(system[line], system[column], strict=True)]
    return [line[-1] / line[at] for at, line in enumerate(system)]


def normal_equations(
    inputs: Sequence[Sequence[float]], outputs: Sequence[float], weights: Sequence[float]
) -> list[float]:
    """Weighted least squares with a small ridge on everything but the intercept."""
    size = len(inputs[0])
    matrix = [
        [math.fsum(w * x[i] * x[j] for x, w in zip(inputs, weights, strict=True)) for j in range(size)]
        for i in range(size)
    ]
    for at in range(1, size):
        matrix[at][at] += RIDGE
    right = [math.fsum(w * x[i] * y for x, y, w in zip(inputs, outputs, weights, strict=True)) for i in range(size)]
    return solve(matrix, right)


def logistic(inputs: Sequence[Sequence[float]], outputs: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Logistic regression by Newton's method; the penalty is slight, only to keep separable data finite."""
    size = len(inputs[0])
    found = [0.0] * size
    for _ in range(30):
        chances = [1 / (1 + math.exp(-sum(a * b for a, b in zip(found, x, strict=True)))) for x in inputs]
        gradient = [
            math.fsum(w * (y - p) * x[i] for x, y, w, p in zip(inputs, outputs, weights, chances, strict=True))
            - 0.01 * found[i] * (i > 0)
            for i in range(size)
        ]
        curvature = [
            [
                math.fsum(w * p * (1 - p) * x[i] * x[j] for x, w, p in zip(inputs, weights, chances, strict=True))
                for j in range(size)
            ]
            for i in range(size)
        ]
        for at in range(size):
            curvature[at][at] += 0.01
        found = [a + b for a, b in zip(found, solve(curvature, gradient), strict=True)]
    return found


def fit(rows: Iterable[Row], off_topic: Iterable[Stranger]) -> Coefficients:
    seen = [(row.found, row.score) for row in rows if row.found is not None]
    estimate = normal_equations(
        [(1.0, found.coverage, found.precision, found.length) for found, _ in seen],
        [score for _, score in seen],
        [1.0] * len(seen),
    )
    attempts = [found for found, score in seen if score >= ATTEMPT]
    others = [stranger.found for stranger in off_topic if stranger.found is not None]
    total = len(attempts) + len(others)
    door = logistic(
        [(1.0, found.coverage, found.topic) for found in [*attempts, *others]],
        [1.0] * len(attempts) + [0.0] * len(others),
        [total / 2 / len(attempts)] * len(attempts) + [total / 2 / len(others)] * len(others),
    )
    return Coefficients(
        intercept=estimate[0],
        coverage=estimate[1],
        precision=estimate[2],
        length=estimate[3],
        gate_intercept=door[0],
        gate_coverage=door[1],
        gate_topic=door[2],
    )


def points(found: Features | None, coefficients: Coefficients) -> float:
    """Points of ten, in the grader's steps."""
    return round(10 * share(found, coefficients), 1) if found is not None else 0.0


def cross_validate(
    rows: Sequence[Row], off_topic: Sequence[Stranger], group: Callable[[Row], str]
) -> tuple[list[float], list[float]]:
    """Points of every row and of every stranger, by coefficients that saw nothing of their groups."""
    graded: dict[int, float] = {}
    off: list[float] = []
    for left_out in dict.fromkeys(map(group, rows)):
        fair = [s for s in off_topic if left_out not in {group(s.source), group(s.target)}]
        coefficients = fit([row for row in rows if group(row) != left_out], fair)
        graded |= {n: points(row.found, coefficients) for n, row in enumerate(rows) if group(row) == left_out}
        off += [points(s.found, coefficients) for s in off_topic if group(s.target) == left_out]
    return [graded[n] for n in range(len(rows))], off


def kappa(human: Sequence[float], given: Sequence[float]) -> float:
    """Quadratic weighted kappa of scores in 0..1 on six levels."""
    one, two = ([math.floor(5 * score + 0.5) for score in scores] for scores in (human, given))
    observed = math.fsum((a - b) ** 2 for a, b in zip(one, two, strict=True))
    counts = [[levels.count(level) for level in range(LEVELS)] for levels in (one, two)]
    expected = math.fsum(
        counts[0][a] * counts[1][b] * (a - b) ** 2 for a in range(LEVELS) for b in range(LEVELS)
    ) / len(one)
    return 1 - observed / expected


def agreement(rows: Sequence[Row], graded: Sequence[float]) -> tuple[float, float, float]:
    """Pearson's r, quadratic weighted kappa, root mean square error on 0..1."""
    human, given = [row.score for row in rows], [value / 10 for value in graded]
    error = math.sqrt(statistics.fmean((a - b) ** 2 for a, b in zip(human, given, strict=True)))
    return statistics.correlation(human, given), kappa(human, given), error


def plain(row: Row, answer: str) -> float:
    return float(grade(prompt=row.question, reference=row.reference, criteria=(), answer=answer).points)


def hostile() -> dict[str, str]:
    """Inputs of 20,000 characters that are made to be slow."""
    chance = random.Random(SEED)
    invented = " ".join("".join(chance.choices("abcdefghij", k=6)) for _ in range(3000))
    pieces = (
        "a", "a ", ". ", "x\n", "\ufdfa", "\ufdfa ", "\u200b", "a\u200bb ", "e\u0301", '"', "'abc ", "ignore ",
        "give the ", "aB", "a_b_c ", "- ", "e.g. ", "忽略", "user: ", "the grader ", "[[", "word, ",
    )  # fmt: skip
    return {repr(piece): (piece * 20_000)[:20_000] for piece in pieces} | {"invented words": invented[:20_000]}


def milliseconds(row: Row, answer: str) -> float:
    started = time.perf_counter()
    plain(row, answer)
    return 1000 * (time.perf_counter() - started)


def usual_times(rows: Sequence[Row]) -> list[float]:
    """Times of 300 words each, taken from real answers to the same question."""
    by_question = defaultdict(list)
    for row in rows:
        by_question[row.question_id].append(row)
    chance = random.Random(SEED)
    times = []
    for found in by_question.values():
        for _ in range(10):
            words = " ".join(row.answer for row in chance.sample(found, min(12, len(found)))).split()[:300]
            times.append(milliseconds(found[0], " ".join(words)))
    return times


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    what: str
    demanded: str
    reached: float
    met: bool

    def __str__(self) -> str:
        return f"{self.what:<58} {self.demanded:>8} {self.reached:>9.3f}  {'pass' if self.met else 'FAIL'}"


def at_least(what: str, demanded: float, reached: float) -> Figure:
    return Figure(what=what, demanded=f">= {demanded}", reached=reached, met=reached >= demanded)


def at_most(what: str, demanded: float, reached: float) -> Figure:
    return Figure(what=what, demanded=f"<= {demanded}", reached=reached, met=reached <= demanded)


def accuracy(rows: Sequence[Row], off_topic: Sequence[Stranger]) -> list[Figure]:
    graded, off = cross_validate(rows, off_topic, lambda row: row.question_id)
    r, agreed, error = agreement(rows, graded)
    elsewhere, far_off = cross_validate(rows, off_topic, lambda row: row.lecture)
    other_r, other_kappa, _ = agreement(rows, elsewhere)
    return [
        at_least("questions left out: Pearson r", 0.50, r),
        at_least("questions left out: quadratic weighted kappa", 0.45, agreed),
        at_most("questions left out: RMSE of 0..1 (no demand; for information)", 1.0, error),
        at_least("lectures left out (proxy for another subject): r", 0.46, other_r),
        at_least("lectures left out (proxy for another subject): kappa", 0.40, other_kappa),
        at_most("off-topic answers, mean of 10, questions left out", 3.0, statistics.fmean(off)),
        at_most("off-topic answers, mean of 10, lectures left out", 3.0, statistics.fmean(far_off)),
        at_most("reliability quoted in the model, distance from r", 0.01, abs(RELIABILITY - r)),
    ]


def behaviour(rows: Sequence[Row]) -> list[Figure]:
    questions = list({row.question_id: row for row in rows}.values())
    once, again = ([repr(grade_row(row)) for row in rows] for _ in range(2))
    return [
        at_most("empty answer", 0.0, max(plain(row, blank) for row in questions for blank in ("", " \n\t"))),
        at_most("an answer that gives up", 2.0, max(plain(row, text) for row in questions for text in GIVING_UP)),
        at_most("the question copied", 2.0, max(plain(row, row.question) for row in questions)),
        at_least("the reference verbatim", 9.5, min(plain(row, row.reference) for row in questions)),
        at_most("rows that differ when graded twice", 0.0, sum(a != b for a, b in zip(once, again, strict=True))),
        at_most("300 words, p95 in ms", USUAL_MS, statistics.quantiles(usual_times(rows), n=20)[-1]),
        at_most("worst 20,000 characters, ms (best of 3)", HOSTILE_MS, worst_time(questions[0])),
    ]


def grade_row(row: Row) -> Finding:
    return grade(prompt=row.question, reference=row.reference, criteria=(), answer=row.answer)


def worst_time(row: Row) -> float:
    return max(min(milliseconds(row, text) for _ in range(3)) for text in hostile().values())


def frozen(rows: Sequence[Row], off_topic: Sequence[Stranger]) -> Figure:
    fitted = fit(rows, off_topic)
    print("fitted on all rows:", fitted)
    distance = max(abs(a - b) / abs(b) for a, b in zip(astuple(FROZEN), astuple(fitted), strict=True))
    return at_most("frozen coefficients, largest relative distance from fitted", 0.002, distance)


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    rows = read_rows(Path(arguments[0]))
    off_topic = strangers(rows)
    flagged = [
        row for row in rows if grade(prompt=row.question, reference=row.reference, criteria=(), answer=row.answer).flags
    ]
    print(f"{len(rows)} answers, {len(off_topic)} off the topic, {len(flagged)} real answers flagged for review")
    figures = [frozen(rows, off_topic), *accuracy(rows, off_topic), *behaviour(rows)]
    print(*figures, sep="\n")
    return 0 if all(figure.met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
