"""Idempotency keys in PostgreSQL: one row for each principal and key."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from credcore.accounts import Caller
from credcore.errors import IdempotencyKeyReused, RequestInProgress
from credcore.ports import Fresh, Replay
from credcore_pg.codec import decoded, encoded, findable
from credcore_pg.database import Database
from credcore_pg.rows import CALLER, admit

KEPT_FOR = timedelta(hours=48)
"""Twice what is promised, so that a client's day and ours need not agree."""

HELD = "principal_id = $1 AND key = $2 AND claim_token = $3 AND settled_at IS NULL"
"""While the claim with token $3 holds."""

# Of many at once one inserts, and the others come after it and read its row: a claim is had by whose token stands.
_CLAIM = f"""
WITH {CALLER},
clock AS (SELECT coalesce($3::timestamptz, clock_timestamp()) AS now),
claimed AS (
    INSERT INTO idempotency_key AS standing
        (principal_id, key, request_hash, effect_id, claim_token, leased_until, claimed_at)
    SELECT principal_id, $4, $5, $6, $7, now + $8::interval, now FROM caller, clock
    ON CONFLICT ON CONSTRAINT idempotency_key_pk DO UPDATE SET (claim_token, leased_until) = (
        SELECT excluded.claim_token, excluded.leased_until
        WHERE standing.request_hash = excluded.request_hash AND standing.settled_at IS NULL
            AND standing.leased_until <= excluded.claimed_at
        UNION ALL SELECT standing.claim_token, standing.leased_until LIMIT 1
    )
    RETURNING *
)
SELECT caller.principal_id AS caller, claimed.*, claimed.claim_token = $7 AS held
FROM (VALUES (1)) AS always LEFT JOIN caller ON true LEFT JOIN claimed ON true
"""  # noqa: S608 - nothing but a constant goes in

# Old keys go on the way, a caller's own at a time.
_SETTLE = f"""
WITH clock AS (SELECT coalesce($4::timestamptz, clock_timestamp()) AS now),
old AS (
    DELETE FROM idempotency_key USING clock WHERE principal_id = $1 AND key <> $2 AND claimed_at < now - $8::interval
)
UPDATE idempotency_key SET settled_at = now, status = $5, body = $6, headers = $7::jsonb FROM clock
WHERE {HELD}
"""  # noqa: S608 - as above
_RELEASE = f"DELETE FROM idempotency_key WHERE {HELD}"  # noqa: S608 - as above

_LEASE = f"""
UPDATE idempotency_key SET leased_until = coalesce($4::timestamptz, clock_timestamp()) + $5::interval WHERE {HELD}
RETURNING true AS held
"""  # noqa: S608 - as above


@dataclass(frozen=True)
class PostgresIdempotency:
    database: Database

    async def claim(
        self, caller: Caller, key: str, request_hash: bytes, *, effect_id: UUID, lease: timedelta
    ) -> Fresh | Replay:
        token = UUID(bytes=secrets.token_bytes(16))
        row = await self.database.only_row(
            _CLAIM,
            caller.id,
            caller.epoch,
            self.database.now,
            findable(key),
            request_hash,
            effect_id,
            token,
            lease,
        )
        admit(row)
        if row["request_hash"] != request_hash:
            raise IdempotencyKeyReused
        if row["settled_at"] is not None:
            return _reply_of(row)
        if not row["held"]:
            raise RequestInProgress
        return Fresh(caller_id=caller.id, key=key, effect_id=row["effect_id"], token=token)

    async def renew(self, claim: Fresh, lease: timedelta) -> bool:
        return await self.database.row(_LEASE, *_named(claim), self.database.now, lease) is not None

    async def settle(self, claim: Fresh, reply: Replay) -> None:
        now = self.database.now
        answer = (reply.status, reply.body, encoded(reply.headers))
        await self.database.row(_SETTLE, *_named(claim), now, *answer, KEPT_FOR)

    async def release(self, claim: Fresh) -> None:
        await self.database.row(_RELEASE, *_named(claim))

    async def let_go(self, claim: Fresh) -> None:
        await self.database.row(_LEASE, *_named(claim), self.database.now, timedelta())


def _named(claim: Fresh) -> tuple[UUID, str, UUID]:
    return claim.caller_id, findable(claim.key), claim.token


def _reply_of(row: asyncpg.Record) -> Replay:
    return Replay(status=row["status"], body=row["body"], headers=decoded(row["headers"], tuple[tuple[str, str], ...]))
