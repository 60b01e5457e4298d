"""The durable grading queue: a row for each essay that waits, claimed with a lease and fenced by a token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from credcore.grading import Grade, GradingTask
from credcore.grading_ports import SUSPECT_AFTER, Claim
from credcore.questions import Essay
from credcore.responses import Text
from credcore_pg.codec import answer_of, question_of
from credcore_pg.database import Connection, Database
from credcore_pg.grades import store_grade
from credcore_pg.listening import CHANNEL, Listener
from credcore_pg.records import revise

# Consent counts as it is when a job is claimed: a person may have withdrawn it. A partner has no account.
# Whoever claims also buries: a job that is due once more after its last attempt. Rows that another claim holds at this
# moment are passed over, so that claims never wait for each other and never overlap.
_CLAIM = """
WITH clock AS (SELECT coalesce($1::timestamptz, clock_timestamp()) AS now),
due AS (
    SELECT job.assessment_id, job.question_id, job.attempts >= $6 AND job.error_code IS NULL AS suspect
    FROM grading_job AS job, clock
    WHERE state IN ('queued', 'leased') AND due_at <= now AND (leased_until IS NULL OR leased_until <= now)
        AND attempts < $4 AND ($5::uuid IS NULL OR assessment_id = $5)
    ORDER BY due_at, assessment_id, question_id LIMIT $2 FOR UPDATE OF job SKIP LOCKED
),
ranked AS (
    SELECT due.*, row_number() OVER line AS place, first_value(suspect) OVER line AS first_is_suspect
    FROM due JOIN grading_job USING (assessment_id, question_id)
    WINDOW line AS (ORDER BY due_at, assessment_id, question_id)
),
chosen AS (
    SELECT * FROM ranked
    WHERE CASE WHEN first_is_suspect THEN place = 1 ELSE NOT suspect END
),
worn_out AS (
    SELECT job.assessment_id, job.question_id FROM grading_job AS job, clock
    WHERE state IN ('queued', 'leased') AND due_at <= now AND (leased_until IS NULL OR leased_until <= now)
        AND attempts >= $4
    FOR UPDATE OF job SKIP LOCKED
),
dead AS (
    UPDATE grading_job AS job SET state = 'dead' FROM worn_out
    WHERE job.assessment_id = worn_out.assessment_id AND job.question_id = worn_out.question_id
),
held AS (
    UPDATE grading_job AS job SET state = 'leased', attempts = job.attempts + 1, error_code = NULL,
        lease_token = gen_random_uuid(), leased_until = now + $3::interval
    FROM chosen, clock
    WHERE job.assessment_id = chosen.assessment_id AND job.question_id = chosen.question_id
    RETURNING job.*, now
)
SELECT held.assessment_id, held.attempts, held.lease_token, held.leased_until, question.body, response.answer,
    greatest(held.now - response.answered_at, interval '0') AS waited,
    assessment.ai_consent AND coalesce(account.ai_consent, true) AS ai_consent, account.name AS learner_name
FROM held
JOIN assessment USING (assessment_id)
LEFT JOIN account ON account.principal_id = assessment.owner_id
JOIN response USING (assessment_id, question_id)
JOIN form_item AS item USING (assessment_id, question_id)
JOIN question ON question.question_id = item.question_id AND question.version = item.question_version
ORDER BY held.due_at, held.assessment_id, held.question_id
"""

# The assessment first, as answers and completion do: the three follow each other and cannot wait crosswise.
_END = f"""
WITH own AS (SELECT assessment_id, completed_at FROM assessment WHERE assessment_id = $1 FOR NO KEY UPDATE)
UPDATE grading_job AS job SET state = 'done', lease_token = NULL, leased_until = NULL, error_code = NULL FROM own
WHERE job.assessment_id = own.assessment_id AND question_id = $2 AND lease_token = $3
RETURNING pg_notify('{CHANNEL}', '')::text, completed_at
"""  # noqa: S608 - nothing but a constant goes in

_GIVE_BACK = """
UPDATE grading_job SET state = CASE WHEN state = 'dead' AND $7::boolean THEN 'dead' ELSE 'queued' END,
    lease_token = NULL, leased_until = NULL, error_code = $5,
    due_at = coalesce($4::timestamptz, clock_timestamp()) + $6::interval,
    attempts = attempts - CASE WHEN $7 THEN 0 ELSE 1 END
WHERE assessment_id = $1 AND question_id = $2 AND lease_token = $3 RETURNING state
"""

# A worker that held a job when its assessment was erased may have paid for a call after it.
_FORGET = """
UPDATE ai_call SET assessment_id = NULL
WHERE assessment_id = $1 AND NOT EXISTS (SELECT FROM assessment WHERE assessment_id = $1)
"""

_RENEW = """
UPDATE grading_job SET state = 'leased', leased_until = coalesce($4::timestamptz, clock_timestamp()) + $5::interval
WHERE assessment_id = $1 AND question_id = $2 AND lease_token = $3 RETURNING state
"""


@dataclass(frozen=True)
class PostgresQueue:
    database: Database
    listener: Listener

    async def claim(
        self, *, limit: int, lease: timedelta, max_attempts: int, assessment_id: UUID | None = None
    ) -> Sequence[Claim]:
        rows = await self.database.rows(
            _CLAIM, self.database.now, limit, lease, max_attempts, assessment_id, SUSPECT_AFTER
        )
        return [_claim_of(row) for row in rows]

    async def finish(self, claim: Claim, grade: Grade) -> bool:
        async def work(connection: Connection) -> bool:
            ended = await connection.fetchrow(_END, *_fence(claim))
            if ended is None:
                return False
            await store_grade(connection, grade, self.database.now)
            if ended["completed_at"] is not None:
                await revise(connection, grade.assessment_id, self.database.now)
            return True

        finished = await self.database.in_transaction(work)
        if not finished:
            await self._forget(claim)
        return finished

    async def give_back(self, claim: Claim, *, after: timedelta, error_code: str, tried: bool = True) -> bool:
        row = await self.database.row(_GIVE_BACK, *_fence(claim), self.database.now, error_code, after, tried)
        if row is None:
            await self._forget(claim)
        return row is not None

    async def renew(self, claim: Claim, lease: timedelta) -> bool:
        row = await self.database.row(_RENEW, *_fence(claim), self.database.now, lease)
        return row is not None

    async def _forget(self, claim: Claim) -> None:
        await self.database.row(_FORGET, claim.task.assessment_id)

    async def wait(self, at_most: timedelta) -> None:
        await self.listener.wait(at_most.total_seconds())


def _fence(claim: Claim) -> tuple[object, ...]:
    return claim.task.assessment_id, claim.task.question.id, claim.token


def _claim_of(row: asyncpg.Record) -> Claim:
    question, answer = question_of(row["body"]), answer_of(row["answer"])
    assert isinstance(question, Essay)  # jobs are made for nothing else
    assert isinstance(answer, Text)
    return Claim(
        task=GradingTask(
            assessment_id=row["assessment_id"],
            question=question,
            answer=answer.text,
            ai_consent=row["ai_consent"],
            learner_name=row["learner_name"],
        ),
        token=row["lease_token"],
        attempt=row["attempts"],
        leased_until=row["leased_until"],
        waited=row["waited"],
    )
