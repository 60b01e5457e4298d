"""How the grading queue stands, for whoever watches it."""

from __future__ import annotations

from dataclasses import dataclass

from credcore_pg.database import Database

# The backlog alone is read, by its partial index; jobs that are done stay in the table and are not looked at.
_STATE = """
WITH clock AS (SELECT coalesce($1::timestamptz, clock_timestamp()) AS now),
backlog AS (
    SELECT count(*) FILTER (WHERE leased_until > now) AS held,
        count(*) FILTER (WHERE leased_until IS NULL OR leased_until <= now) AS waiting,
        extract(epoch FROM max(now) - min(answered_at))::float8 AS oldest
    FROM grading_job AS job JOIN response USING (assessment_id, question_id), clock
    WHERE job.state IN ('queued', 'leased')
)
SELECT held, waiting, greatest(oldest, 0) AS oldest,
    (SELECT count(*) FROM grading_job WHERE state = 'dead') AS dead
FROM backlog
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueState:
    """Numbers of jobs. ``oldest_seconds`` since the answer of the oldest that is not done or dead; 0 without any."""

    waiting: int
    held: int
    dead: int
    oldest_seconds: float


@dataclass(frozen=True)
class PostgresQueueState:
    database: Database

    async def read(self) -> QueueState:
        row = await self.database.only_row(_STATE, self.database.now)
        return QueueState(
            waiting=row["waiting"], held=row["held"], dead=row["dead"], oldest_seconds=row["oldest"] or 0.0
        )
