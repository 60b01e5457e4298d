"""The bank in use, and every version of a question that was ever drawn from one."""

from __future__ import annotations

from dataclasses import dataclass

from credcore.bank import Bank
from credcore_pg.codec import encoded
from credcore_pg.database import Connection, Database

# Whoever publishes waits here for whoever publishes; readers do not.
_LOCK = "LOCK TABLE bank_revision IN SHARE ROW EXCLUSIVE MODE"
_QUESTIONS = """
INSERT INTO question (question_id, version, type, body)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[])
ON CONFLICT ON CONSTRAINT question_pk DO NOTHING
"""
_REVISION = """
WITH latest AS (SELECT revision, document FROM bank_revision ORDER BY revision DESC LIMIT 1),
added AS (
    INSERT INTO bank_revision (revision, document, published_at)
    SELECT coalesce((SELECT revision FROM latest), 0) + 1, $1, coalesce($2::timestamptz, clock_timestamp())
    WHERE $1 IS DISTINCT FROM (SELECT document FROM latest)
    RETURNING revision
)
SELECT coalesce((SELECT revision FROM added), (SELECT revision FROM latest)) AS revision
"""
_LATEST = "SELECT max(revision) AS revision FROM bank_revision"
_CURRENT = "SELECT revision, document FROM bank_revision ORDER BY revision DESC LIMIT 1"


@dataclass(frozen=True)
class PostgresBank:
    database: Database

    async def publish(self, bank_document: bytes, bank: Bank) -> int:
        # In one order for all, so that two who publish at once wait for each other one way only.
        questions = sorted(bank.all_questions(), key=lambda question: question.id)
        columns = (
            [question.id for question in questions],
            [question.version for question in questions],
            [question.type for question in questions],
            [encoded(question) for question in questions],
        )

        async def work(connection: Connection) -> int:
            await connection.execute(_LOCK)
            await connection.execute(_QUESTIONS, *columns)
            revision: int = await connection.fetchval(_REVISION, bank_document, self.database.now)
            return revision

        return await self.database.in_transaction(work)

    async def current(self) -> tuple[int, bytes] | None:
        row = await self.database.row(_CURRENT)
        return (row["revision"], row["document"]) if row else None

    async def revision(self) -> int | None:
        revision: int | None = (await self.database.only_row(_LATEST))["revision"]
        return revision
