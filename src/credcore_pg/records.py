"""All that a profile is made of, read under the assessment's lock; and its next revision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from credcore.judged_answers import Record
from credcore.profile import Profile, revised
from credcore_pg.codec import decoded, encoded, question_of
from credcore_pg.database import Connection
from credcore_pg.grades import GRADE_COLUMNS, grade_of
from credcore_pg.rows import assessment_of, item_of, response_of

_RECORD = f"""
SELECT coalesce($2::timestamptz, clock_timestamp()) AS now,
    item.assessment_id, item.position, item.question_id, item.question_version, item.type, item.domain,
    item.option_order, question.body, response.answer, response.status, response.answered_at, response.ordinal,
    job.state AS job_state, {GRADE_COLUMNS}
FROM form_item AS item
JOIN question ON question.question_id = item.question_id AND question.version = item.question_version
LEFT JOIN response ON response.assessment_id = item.assessment_id AND response.question_id = item.question_id
LEFT JOIN grading_job AS job ON job.assessment_id = item.assessment_id AND job.question_id = item.question_id
LEFT JOIN grade ON grade.assessment_id = item.assessment_id AND grade.question_id = item.question_id
    AND grade.superseded_at IS NULL
WHERE item.assessment_id = $1 ORDER BY item.position
"""  # noqa: S608 - nothing but a constant goes in

_COMPLETED = """
SELECT assessment.*, profile.body FROM assessment JOIN profile USING (assessment_id)
WHERE assessment_id = $1 ORDER BY revision DESC LIMIT 1
"""

_REVISE = """
INSERT INTO profile (assessment_id, revision, body, created_at)
VALUES ($1, $2, $3::jsonb, coalesce($4::timestamptz, clock_timestamp()))
"""


async def record_of(
    connection: Connection, assessment: asyncpg.Record, now: datetime | None
) -> tuple[Record, datetime]:
    """The record of an assessment whose row was locked before, and the moment it was read at."""
    rows = await connection.fetch(_RECORD, assessment["assessment_id"], now)
    read_at: datetime = rows[0]["now"]
    return _record(assessment, rows), read_at


async def revise(connection: Connection, assessment_id: UUID, now: datetime | None) -> None:
    """Gives the profile of a completed, locked assessment its next revision, where its grades ask for one."""
    completed = await connection.fetchrow(_COMPLETED, assessment_id)
    if completed is None:
        return
    record, _ = await record_of(connection, completed, now)
    after = revised(decoded(completed["body"], Profile), record)
    if after is not None:
        await connection.execute(_REVISE, assessment_id, after.revision, encoded(after), now)


def _record(assessment: asyncpg.Record, rows: Sequence[asyncpg.Record]) -> Record:
    """Each row is one place of the form, with what was answered there and its current grade."""
    responses = {row["question_id"]: response_of(row, row["question_id"]) for row in rows}
    grades = {row["question_id"]: grade_of(row) for row in rows}
    return Record(
        assessment=assessment_of(assessment, tuple(item_of(row) for row in rows)),
        questions={row["question_id"]: question_of(row["body"]) for row in rows},
        responses={id: response for id, response in responses.items() if response is not None},
        grades={id: grade for id, grade in grades.items() if grade is not None},
        dead=frozenset(row["question_id"] for row in rows if row["job_state"] == "dead"),
    )
