"""Grades in PostgreSQL: immutable rows, one current a response."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from credcore.grading import CriterionResult, Flag, Grade, GraderRef, Judgement, ModelCall
from credcore_pg.codec import decoded, encoded
from credcore_pg.database import Connection

GRADE_COLUMNS = """grade.grade_id, grade.question_version AS graded_version, grade.rubric_hash, grade.grader_name,
    grade.grader_version, grade.grader_reliability, grade.criteria, grade.strengths, grade.improvements, grade.flags,
    grade.model, grade.prompt_hash, grade.raw_reply, grade.tokens_in, grade.tokens_out, grade.cost_usd,
    grade.graded_at, grade.answer_hash, grade.reused_from"""
"""Beside the ``assessment_id`` and ``question_id`` of its response: what ``grade_of`` reads."""

# The insert reads from what the update did, so that there are never two current grades, not even for a moment.
_STORE = """
WITH before AS (
    UPDATE grade SET superseded_at = coalesce($1::timestamptz, clock_timestamp())
    WHERE assessment_id = $3 AND question_id = $4 AND superseded_at IS NULL AND grade_id <> $2
    RETURNING grade_id
)
INSERT INTO grade (
    grade_id, assessment_id, question_id, question_version, rubric_hash, grader_name, grader_version,
    grader_reliability, points, criteria, strengths, improvements, flags, model, prompt_hash, raw_reply, tokens_in,
    tokens_out, cost_usd, reused_from, graded_at, answer_hash
)
SELECT $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23
FROM (SELECT count(*) FROM before) AS superseded
"""


async def store_grade(connection: Connection, grade: Grade, now: datetime | None) -> None:
    """Makes it the current grade of its response; the one before stays, superseded."""
    judgement, call = grade.judgement, grade.judgement.call
    await connection.execute(
        _STORE,
        now,
        grade.id,
        grade.assessment_id,
        grade.question_id,
        grade.question_version,
        grade.rubric_hash,
        judgement.grader.name,
        judgement.grader.version,
        judgement.grader.reliability,
        judgement.points,
        encoded(judgement.criteria),
        judgement.strengths,
        judgement.improvements,
        sorted(judgement.flags),
        *((None,) * 7 if call is None else _call_values(call)),
        grade.graded_at,
        grade.answer_hash,
    )


def _call_values(call: ModelCall) -> tuple[object, ...]:
    return (
        call.model,
        call.prompt_hash,
        call.raw_reply,
        call.tokens_in,
        call.tokens_out,
        call.cost_usd,
        call.reused_from,
    )


def grade_of(row: asyncpg.Record) -> Grade | None:
    """None where the row of an outer join has no grade."""
    if row["grade_id"] is None:
        return None
    return Grade(
        id=row["grade_id"],
        assessment_id=row["assessment_id"],
        question_id=row["question_id"],
        question_version=row["graded_version"],
        rubric_hash=row["rubric_hash"],
        judgement=Judgement(
            grader=GraderRef(
                name=row["grader_name"], version=row["grader_version"], reliability=row["grader_reliability"]
            ),
            criteria=decoded(row["criteria"], tuple[CriterionResult, ...]),
            strengths=row["strengths"],
            improvements=row["improvements"],
            flags=frozenset(Flag(flag) for flag in row["flags"]),
            call=_call_of(row),
        ),
        graded_at=row["graded_at"],
        answer_hash=row["answer_hash"],
    )


def _call_of(row: asyncpg.Record) -> ModelCall | None:
    if row["model"] is None:
        return None
    return ModelCall(
        model=row["model"],
        prompt_hash=row["prompt_hash"],
        raw_reply=row["raw_reply"],
        tokens_in=row["tokens_in"],
        tokens_out=row["tokens_out"],
        cost_usd=row["cost_usd"],
        reused_from=row["reused_from"],
    )
