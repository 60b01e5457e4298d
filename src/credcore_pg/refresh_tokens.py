"""Refresh tokens in PostgreSQL: hashes in families, each family under one lock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from credcore.accounts import ABSOLUTE_LIFETIME, NOWHERE, Origin, RefreshOutcome, RefreshToken
from credcore.errors import Unauthenticated
from credcore.rate_limits import DemandOf
from credcore.sign_in_ports import Presented
from credcore_pg.database import Connection, Database
from credcore_pg.rate_limits import require_admitted_here
from credcore_pg.rows import account_of

# Families that are past their absolute lifetime go on the way: nothing can be had from them any more. The lock has a
# sign-in wait for a change of the password, or the change for it: none with the old one outlives the change.
_OPEN_FAMILY = """
WITH clock AS (SELECT coalesce($4::timestamptz, clock_timestamp()) AS now),
over AS (DELETE FROM token_family USING clock WHERE account_id = $2 AND started_at < now - $5::interval),
holder AS (
    SELECT principal_id FROM principal JOIN account USING (principal_id)
    WHERE principal_id = $2 AND disabled_at IS NULL AND token_epoch = coalesce($8, token_epoch) FOR SHARE OF principal
),
family AS (
    INSERT INTO token_family (family_id, account_id, started_at, refreshed_at, address, agent)
    SELECT $1, principal_id, now, now, $6, $7 FROM holder, clock
    ON CONFLICT ON CONSTRAINT token_family_pk DO NOTHING
    RETURNING family_id, started_at
),
token AS (
    INSERT INTO refresh_token (token_hash, family_id, issued_at) SELECT $3, family_id, started_at FROM family
)
SELECT principal_id FROM holder
"""

# The lock comes in a statement of its own: the next one sees what whoever held it before has done.
_LOCK = """
SELECT family_id FROM token_family
WHERE family_id = (SELECT family_id FROM refresh_token WHERE token_hash = $1) FOR UPDATE
"""
_STATE = """
SELECT coalesce($2::timestamptz, clock_timestamp()) AS now,
    token.family_id, token.issued_at, token.spent_at, family.started_at,
    family.revoked_at IS NOT NULL AS revoked, following.spent_at IS NOT NULL AS successor_spent,
    account.*, principal.token_epoch
FROM refresh_token AS token
JOIN token_family AS family USING (family_id)
JOIN account ON account.principal_id = family.account_id
JOIN principal ON principal.principal_id = account.principal_id AND principal.disabled_at IS NULL
LEFT JOIN refresh_token AS following ON following.token_hash = token.successor_hash
WHERE token.token_hash = $1
"""
_ROTATE = """
WITH spent AS (
    UPDATE refresh_token SET spent_at = $3, successor_hash = $2 WHERE token_hash = $1 RETURNING family_id
),
used AS (
    UPDATE token_family SET refreshed_at = $3 FROM spent WHERE token_family.family_id = spent.family_id
)
INSERT INTO refresh_token (token_hash, family_id, issued_at) SELECT $2, family_id, $3 FROM spent
"""
_LOCK_LIVE = """
SELECT family_id, account_id FROM token_family
WHERE revoked_at IS NULL AND family_id = (SELECT family_id FROM refresh_token WHERE token_hash = $1) FOR UPDATE
"""
_REVOKE = """
UPDATE token_family SET revoked_at = coalesce($2::timestamptz, clock_timestamp())
WHERE revoked_at IS NULL AND family_id = (SELECT family_id FROM refresh_token WHERE token_hash = $1)
"""


@dataclass(frozen=True)
class PostgresRefreshTokens:
    database: Database

    async def open_family(
        self,
        family_id: UUID,
        account_id: UUID,
        token_hash: bytes,
        origin: Origin = NOWHERE,
        epoch: int | None = None,
    ) -> None:
        holder = await self.database.row(
            _OPEN_FAMILY,
            family_id,
            account_id,
            token_hash,
            self.database.now,
            ABSOLUTE_LIFETIME,
            origin.address,
            origin.agent,
            epoch,
        )
        if holder is None:
            raise Unauthenticated

    async def present(
        self,
        token_hash: bytes,
        successor_hash: bytes,
        decide: Callable[[RefreshToken, datetime], RefreshOutcome],
        limit: DemandOf | None = None,
    ) -> Presented:
        async def work(connection: Connection) -> Presented | None:
            await connection.execute(_LOCK, token_hash)
            row = await connection.fetchrow(_STATE, token_hash, self.database.now)
            if row is None:
                return None
            match decide(_token_of(row), row["now"]):
                case RefreshOutcome.ROTATE:
                    await self._count(connection, row["principal_id"], limit)
                    await connection.execute(_ROTATE, token_hash, successor_hash, row["now"])
                case RefreshOutcome.SAME_AGAIN:
                    pass
                case RefreshOutcome.REVOKE_FAMILY:
                    await connection.execute(_REVOKE, token_hash, row["now"])
                    return None
                case RefreshOutcome.REFUSE:
                    return None
            return Presented(account=account_of(row), family_id=row["family_id"])

        presented = await self.database.in_transaction(work)
        # Not before the commit: a revocation has to stand although the caller is refused.
        if presented is None:
            raise Unauthenticated
        return presented

    async def revoke_family_of(self, token_hash: bytes, limit: DemandOf | None = None) -> UUID | None:
        async def work(connection: Connection) -> UUID | None:
            holder = await connection.fetchrow(_LOCK_LIVE, token_hash)
            if holder is None:
                return None
            await self._count(connection, holder["account_id"], limit)
            await connection.execute(_REVOKE, token_hash, self.database.now)
            family: UUID = holder["family_id"]
            return family

        return await self.database.in_transaction(work)

    async def _count(self, connection: Connection, account_id: UUID, limit: DemandOf | None) -> None:
        if limit is not None:
            await require_admitted_here(connection, limit(account_id), self.database.now)


def _token_of(row: asyncpg.Record) -> RefreshToken:
    return RefreshToken(
        family_id=row["family_id"],
        issued_at=row["issued_at"],
        family_started_at=row["started_at"],
        spent_at=row["spent_at"],
        successor_spent=row["successor_spent"],
        family_revoked=row["revoked"],
    )
