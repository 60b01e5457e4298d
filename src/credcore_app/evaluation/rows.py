"""A CSV of answers that people graded, row by row as tasks for a grader."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec

from credcore.errors import ContentFault
from credcore.grading import GradingTask
from credcore.questions import RUBRIC_POINTS, Criterion, Essay
from credcore_app.fault import Fault

COLUMNS = ("question_id", "question", "reference_answer", "student_answer", "score", "max_score")
LONGEST = 20_000
"""Characters of an answer or a reference; no question takes more."""
NO_ASSESSMENT = UUID(int=0)


@dataclass(frozen=True, kw_only=True, slots=True)
class GradedRow:
    """``score`` of ``max_score`` is what people gave; ``number`` counts from 1, without the heading."""

    number: int
    task: GradingTask
    score: float
    max_score: float

    @property
    def question_id(self) -> str:
        return self.task.question.id

    @property
    def share(self) -> float:
        return self.score / self.max_score


def read_rows(path: Path) -> list[GradedRow]:
    """Raises Fault, with the row, for what cannot be graded."""
    csv.field_size_limit(10**7)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            if missing:
                raise Fault(f"{path} has no column {', '.join(missing)}; it needs {','.join(COLUMNS)}")
            rows = [_row(path, number, record) for number, record in enumerate(reader, start=1)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Fault(f"{path} cannot be read as a CSV in UTF-8: {error}") from None
    if not rows:
        raise Fault(f"{path} holds no graded answers")
    return rows


def _row(path: Path, number: int, record: dict[str, str]) -> GradedRow:
    try:
        if any(record[column] is None for column in COLUMNS):
            raise ValueError("it has fewer fields than the heading")
        score, most = _number(record, "score"), _number(record, "max_score")
        if not (0 < most < float("inf") and 0 <= score <= most):
            raise ValueError(f"a score of {score:g} of {most:g}")
        answer = record["student_answer"][:LONGEST]
        task = GradingTask(assessment_id=NO_ASSESSMENT, question=_essay(record), answer=answer, ai_consent=True)
    except RecursionError:
        raise Fault(f"row {number} of {path} cannot be graded: its criteria are nested too deep") from None
    except (TypeError, ValueError, ContentFault, msgspec.ValidationError) as error:
        raise Fault(f"row {number} of {path} cannot be graded: {error}") from None
    return GradedRow(number=number, task=task, score=score, max_score=most)


def _number(record: dict[str, str], column: str) -> float:
    try:
        return float(record[column])
    except (TypeError, ValueError):
        raise ValueError(f"its {column} is not a number") from None


def _essay(record: dict[str, str]) -> Essay:
    reference = record["reference_answer"][:LONGEST]
    return Essay(
        id=record["question_id"],
        domain="evaluation",
        difficulty=2,
        prompt=record["question"],
        criteria=_criteria(record.get("criteria") or "", reference),
        reference_answer=reference,
        weak_answer="",
        max_length=LONGEST,
    )


def _criteria(written: str, reference: str) -> tuple[Criterion, ...]:
    """A row without its own is graded as one criterion that looks for the reference answer."""
    if not written.strip():
        return (Criterion(id="answer", title="Answers the question", points=RUBRIC_POINTS, looks_for=reference),)
    return msgspec.convert(json.loads(written), tuple[Criterion, ...])
