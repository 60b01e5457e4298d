"""Answers in PostgreSQL: read, let the rules decide, and store in one statement that fails where anything moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from credcore.accounts import Caller
from credcore.responses import AnswerContext, Response
from credcore_pg.codec import encoded, findable, question_of
from credcore_pg.database import Connection, Database
from credcore_pg.listening import CHANNEL
from credcore_pg.rows import CALLER, admit_owner, response_of

_CONTEXT = f"""
WITH {CALLER},
own AS (
    SELECT assessment.* FROM assessment JOIN caller ON owner_id = principal_id WHERE assessment_id = $4
)
SELECT caller.principal_id AS caller, own.assessment_id, own.completed_at, own.expires_at, own.answered, own.total,
    coalesce($3::timestamptz, clock_timestamp()) AS now,
    item.delivered_at, question.body, response.answer, response.status, response.answered_at, response.ordinal
FROM (VALUES (1)) AS always
LEFT JOIN caller ON true
LEFT JOIN own ON true
LEFT JOIN form_item AS item ON item.assessment_id = own.assessment_id AND item.question_id = $5
LEFT JOIN question ON question.question_id = item.question_id AND question.version = item.question_version
LEFT JOIN response ON response.assessment_id = item.assessment_id AND response.question_id = item.question_id
"""  # noqa: S608 - nothing but a constant goes in

# Taking one's turn is adding to `answered` what was seen there, while the assessment is not completed: it waits for
# the row, and finds nothing where another answer, the completion or a change of the caller came in between.
_STORE = f"""
WITH {CALLER},
turn AS (
    UPDATE assessment SET answered = answered + 1 FROM caller
    WHERE assessment_id = $3 AND owner_id = principal_id AND answered = $4 AND completed_at IS NULL
    RETURNING assessment_id
),
stored AS (
    INSERT INTO response (assessment_id, question_id, answer, status, answered_at, ordinal)
    SELECT assessment_id, $5, $6::jsonb, $7, $8, $9 FROM turn
    RETURNING assessment_id, question_id, status, answered_at
),
job AS (
    INSERT INTO grading_job (assessment_id, question_id, due_at)
    SELECT assessment_id, question_id, answered_at FROM stored WHERE status = 'pending'
    RETURNING assessment_id
)
SELECT stored.assessment_id, (SELECT pg_notify('{CHANNEL}', '')::text FROM job) FROM stored
"""  # noqa: S608 - nothing but constants go in

_LOCK = "SELECT FROM assessment WHERE assessment_id = $1 FOR NO KEY UPDATE"

Decide = Callable[[AnswerContext, datetime], Response]


@dataclass(frozen=True)
class PostgresResponses:
    """Two statements an answer, without a transaction around them: the second does nothing if anything moved since
    the first. Only then is the assessment locked, and both done again, which cannot fail for that reason."""

    database: Database

    async def respond(
        self, caller: Caller, assessment_id: UUID, question_id: str, decide: Decide
    ) -> tuple[Response, int]:
        attempt = _Attempt(
            database=self.database,
            caller=caller,
            assessment_id=assessment_id,
            question_id=question_id,
            decide=decide,
        )
        stored = await self.database.run(attempt.store)
        if stored is None:
            stored = await self.database.in_transaction(attempt.store_alone)
        return stored


@dataclass(frozen=True, kw_only=True)
class _Attempt:
    database: Database
    caller: Caller
    assessment_id: UUID
    question_id: str
    decide: Decide

    async def store(self, connection: Connection) -> tuple[Response, int] | None:
        """None where something came between reading and storing."""
        row = await connection.fetchrow(
            _CONTEXT,
            self.caller.id,
            self.caller.epoch,
            self.database.now,
            self.assessment_id,
            findable(self.question_id),
        )
        assert row is not None  # it starts from a row of its own
        admit_owner(row)
        context = _context_of(row, self.question_id)
        response = self.decide(context, row["now"])
        if response == context.standing:
            return response, row["total"]
        stored = await connection.fetchrow(_STORE, *self._to_store(context, response))
        return (response, row["total"]) if stored else None

    async def store_alone(self, connection: Connection) -> tuple[Response, int]:
        await connection.execute(_LOCK, self.assessment_id)
        stored = await self.store(connection)
        if stored is None:
            # The lock keeps answers and completion out; what is left is an account that was changed just now, and
            # reading once more says what became of it.
            stored = await self.store(connection)
        assert stored is not None  # the caller stands, and nobody else can have moved the assessment
        return stored

    def _to_store(self, context: AnswerContext, response: Response) -> tuple[object, ...]:
        return (
            self.caller.id,
            self.caller.epoch,
            self.assessment_id,
            context.answered,
            response.question_id,
            encoded(response.answer),
            response.status,
            response.answered_at,
            response.ordinal,
        )


def _context_of(row: asyncpg.Record, question_id: str) -> AnswerContext:
    return AnswerContext(
        completed_at=row["completed_at"],
        expires_at=row["expires_at"],
        answered=row["answered"],
        question=question_of(row["body"]) if row["body"] is not None else None,
        delivered_at=row["delivered_at"],
        standing=response_of(row, question_id),
    )
