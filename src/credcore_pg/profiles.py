"""Completion and profiles in PostgreSQL: one transaction under the assessment's lock, one snapshot for good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from credcore.accounts import Caller
from credcore.assessment_ports import Completed, Conclusion
from credcore.errors import NotFound
from credcore.grading import Flag
from credcore.judged_answers import Record
from credcore_pg.codec import encoded
from credcore_pg.completed import BUNDLE, completed_of, revision_asked
from credcore_pg.database import Connection, Database
from credcore_pg.grades import store_grade
from credcore_pg.records import record_of
from credcore_pg.rows import CALLER, admit_owner

# Answers update the row and a finished job locks it, each before anything else, so that all three follow each other
# and none waits for another crosswise. The lock stands alone: what is read next is as the one before left it.
_LOCK = f"""
WITH {CALLER},
own AS (
    SELECT assessment.* FROM assessment JOIN caller ON owner_id = principal_id
    WHERE assessment_id = $3 FOR NO KEY UPDATE OF assessment
)
SELECT caller.principal_id AS caller, own.*
FROM (VALUES (1)) AS always LEFT JOIN caller ON true LEFT JOIN own ON true
"""  # noqa: S608 - nothing but a constant goes in

_CONCLUDE = """
WITH completed AS (
    UPDATE assessment SET completed_at = $2 WHERE assessment_id = $1
),
ended AS (
    UPDATE grading_job SET state = 'done', lease_token = NULL, leased_until = NULL
    WHERE assessment_id = $1 AND question_id = ANY($3::text[])
),
bundle AS (
    INSERT INTO recommendation (
        assessment_id, position, recommendation_id, course_id, title, provider, url, level, format, effort_hours,
        reason
    )
    SELECT $1, ordinality, id, course_id, title, provider, url, level, format, effort_hours, reason
    FROM ROWS FROM (
        jsonb_to_recordset($6::jsonb) AS (
            id uuid, course_id text, title text, provider text, url text, level text, format text,
            effort_hours numeric, reason text
        )
    ) WITH ORDINALITY
)
INSERT INTO profile (assessment_id, revision, body, created_at) VALUES ($1, $4, $5::jsonb, $2)
"""

_PROFILE = f"""
WITH {CALLER},
own AS (
    SELECT assessment_id, completed_at FROM assessment JOIN caller ON owner_id = principal_id
    WHERE assessment_id = $3
)
SELECT caller.principal_id AS caller, own.assessment_id, own.completed_at, latest.body,
    {BUNDLE}
FROM (VALUES (1)) AS always
LEFT JOIN caller ON true
LEFT JOIN own ON true
LEFT JOIN LATERAL (
    SELECT body FROM profile
    WHERE assessment_id = own.assessment_id AND ($4::bigint IS NULL OR revision = $4)
    ORDER BY revision DESC LIMIT 1
) AS latest ON true
"""  # noqa: S608 - nothing but a constant goes in

_OPEN = "UPDATE recommendation SET clicks = clicks + 1 WHERE recommendation_id = $1 RETURNING url"


@dataclass(frozen=True)
class PostgresProfiles:
    database: Database

    async def conclude(
        self, caller: Caller, assessment_id: UUID, decide: Callable[[Record, datetime], Conclusion]
    ) -> Completed:
        async def work(connection: Connection) -> Completed:
            assessment = await connection.fetchrow(_LOCK, caller.id, caller.epoch, assessment_id)
            assert assessment is not None  # it starts from a row of its own
            admit_owner(assessment)
            if assessment["completed_at"] is not None:
                stored = await connection.fetchrow(_PROFILE, caller.id, caller.epoch, assessment_id, None)
                return completed_of(stored)
            record, now = await record_of(connection, assessment, self.database.now)
            conclusion = decide(record, now)
            await self._store(connection, conclusion, assessment_id, now)
            return Completed(profile=conclusion.profile, bundle=conclusion.bundle)

        return await self.database.in_transaction(work)

    async def _store(self, connection: Connection, conclusion: Conclusion, assessment_id: UUID, now: datetime) -> None:
        for grade in conclusion.grades:
            await store_grade(connection, grade, now)
        final = [g.question_id for g in conclusion.grades if Flag.PROVISIONAL not in g.judgement.flags]
        await connection.execute(
            _CONCLUDE,
            assessment_id,
            now,
            final,
            conclusion.profile.revision,
            encoded(conclusion.profile),
            encoded(conclusion.bundle),
        )

    async def profile(self, caller: Caller, assessment_id: UUID, revision: int | None = None) -> Completed:
        row = await self.database.row(_PROFILE, caller.id, caller.epoch, assessment_id, revision_asked(revision))
        return completed_of(row)

    async def open_recommendation(self, recommendation_id: UUID) -> str:
        row = await self.database.row(_OPEN, recommendation_id)
        if row is None:
            raise NotFound("recommendation")
        url: str = row["url"]
        return url
