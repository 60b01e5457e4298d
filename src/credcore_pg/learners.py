"""What partners' learners leave behind, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from credcore.audit import Actor, Deed
from credcore.erasures import Erasure
from credcore.errors import Unauthenticated
from credcore.ports import Page
from credcore_pg.administering import RECORD, acting
from credcore_pg.database import Connection, Database
from credcore_pg.privacy import COUNT

# Answers, completion and finished jobs each take the assessment's row first: whoever comes later finds nothing.
_LOCK = """
SELECT assessment_id FROM assessment JOIN principal ON owner_id = principal_id
WHERE owner_id = $1 AND kind = 'partner' AND (learner_ref = $2::text OR assessment_id = $3::uuid)
ORDER BY assessment_id FOR UPDATE OF assessment
"""
_LOCK_ONE = """
SELECT owner_id FROM assessment JOIN principal ON owner_id = principal_id
WHERE assessment_id = $1 AND kind = 'partner' FOR UPDATE OF assessment
"""
_ALL = """
SELECT assessment_id FROM assessment JOIN principal ON owner_id = principal_id
WHERE kind = 'partner' AND ($1::uuid IS NULL OR assessment_id < $1) ORDER BY assessment_id DESC LIMIT $2
"""
# An answer that is kept for a repeated request names its assessment, also while that request still runs.
_FORGET_REPLIES = "DELETE FROM idempotency_key WHERE principal_id = $1 AND effect_id = ANY($2::uuid[])"
# The database deletes what hangs on an assessment.
_DELETE = "DELETE FROM assessment WHERE owner_id = $1 AND assessment_id = ANY($2::uuid[])"
_ENTER = """
INSERT INTO erasure (mark, erased_at) SELECT mark, coalesce($2::timestamptz, clock_timestamp())
FROM unnest($1::bytea[]) AS mark
ON CONFLICT ON CONSTRAINT erasure_pk DO NOTHING
"""


@dataclass(frozen=True)
class PostgresLearners:
    database: Database

    async def forget(
        self,
        actor: Actor,
        entry_id: UUID,
        partner_id: UUID,
        learner: str | UUID,
        mark_of: Callable[[UUID], bytes],
    ) -> int:
        named = (None, learner) if isinstance(learner, UUID) else (learner, None)

        async def work(connection: Connection) -> int:
            now = self.database.now
            ids = [row["assessment_id"] for row in await connection.fetch(_LOCK, partner_id, *named)]
            if ids:
                await _erase(connection, partner_id, ids, list(map(mark_of, ids)), now)
                entry = (Deed.PARTNER_LEARNER_FORGOTTEN, partner_id, f"{len(ids)} assessment{'s' * (len(ids) != 1)}")
                if await connection.fetchrow(RECORD, *acting(actor, entry_id, now), *entry) is None:
                    raise Unauthenticated
            return len(ids)

        return await self.database.in_transaction(work)

    async def assessments(self, *, limit: int, after: UUID | None) -> Page[UUID]:
        found = [row["assessment_id"] for row in await self.database.rows(_ALL, after, limit + 1)]
        shown = tuple(found[:limit])
        return Page(items=shown, next_after=shown[-1] if len(found) > limit else None)

    async def erase_again(self, assessment_id: UUID, erasure: Erasure) -> bool:
        async def work(connection: Connection) -> bool:
            owner = await connection.fetchval(_LOCK_ONE, assessment_id)
            if owner is None:
                return False
            await _erase(connection, owner, [assessment_id], [erasure.mark], erasure.erased_at)
            return True

        return await self.database.in_transaction(work)


async def _erase(
    connection: Connection, partner_id: UUID, ids: Sequence[UUID], marks: Sequence[bytes], at: datetime | None
) -> None:
    for statement in (COUNT, _FORGET_REPLIES, _DELETE):
        await connection.execute(statement, partner_id, ids)
    await connection.execute(_ENTER, marks, at)
