"""Passwords of accounts that exist, and resets of forgotten ones, in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from credcore.accounts import Account, Caller
from credcore.audit import Actor
from credcore.errors import Unauthenticated
from credcore.sign_in_ports import StoredPassword
from credcore_pg.administering import ACTOR, ENTRY, acting
from credcore_pg.codec import findable
from credcore_pg.database import Connection, Database
from credcore_pg.rows import account_of, stored_password_of

_OF = """
SELECT account.*, principal.token_epoch, factor.secret, factor.confirmed_at, factor.last_step
FROM account JOIN principal USING (principal_id)
LEFT JOIN second_factor AS factor USING (principal_id)
WHERE principal_id = $1 AND token_epoch = $2 AND disabled_at IS NULL
"""

# In a statement of its own, so that the next one sees every sign-in that was under way.
_LOCK = "SELECT FROM principal WHERE principal_id = $1 FOR UPDATE"
_LOCK_BY_RESET = """
SELECT FROM principal WHERE principal_id = (SELECT principal_id FROM password_reset WHERE token_hash = $1) FOR UPDATE
"""

# What follows once `entitled` names the account: a new password ends what was had with the old one.
_SET = """
moved AS (
    UPDATE principal SET token_epoch = token_epoch + 1 FROM entitled
    WHERE principal.principal_id = entitled.principal_id RETURNING principal.principal_id
),
ended AS (
    UPDATE token_family SET revoked_at = now FROM moved, clock
    WHERE account_id = moved.principal_id AND revoked_at IS NULL AND family_id IS DISTINCT FROM $3
)
UPDATE account SET password_hash = $2, password_set_at = now FROM moved, clock
WHERE account.principal_id = moved.principal_id RETURNING account.principal_id
"""

_CHANGE = f"""
WITH clock AS (SELECT coalesce($1::timestamptz, clock_timestamp()) AS now),
entitled AS (
    SELECT principal_id FROM principal JOIN account USING (principal_id)
    WHERE principal_id = $4 AND token_epoch = $5 AND disabled_at IS NULL FOR UPDATE OF principal
),
void AS (DELETE FROM password_reset USING entitled WHERE password_reset.principal_id = entitled.principal_id),
{_SET}
"""  # noqa: S608 - nothing but a constant goes in

_SPEND = f"""
WITH clock AS (SELECT coalesce($1::timestamptz, clock_timestamp()) AS now),
entitled AS (DELETE FROM password_reset USING clock WHERE token_hash = $4 AND expires_at > now RETURNING principal_id),
{_SET}
"""  # noqa: S608 - nothing but a constant goes in

_OPEN = f"""
WITH {ACTOR},
subject AS (
    SELECT principal_id FROM account JOIN principal USING (principal_id), actor
    WHERE email = $6 AND disabled_at IS NULL
),
opened AS (
    INSERT INTO password_reset (principal_id, token_hash, issued_at, expires_at)
    SELECT principal_id, $7, now, now + $8::interval FROM subject, clock
    ON CONFLICT ON CONSTRAINT password_reset_pk DO UPDATE
        SET token_hash = excluded.token_hash, issued_at = excluded.issued_at, expires_at = excluded.expires_at
),
noted AS ({ENTRY}, 'reset-issued', principal_id, '' FROM actor, subject)
SELECT (SELECT count(*) FROM actor) AS actors, (SELECT count(*) FROM subject) AS subjects
"""  # noqa: S608 - nothing but constants go in

_RESET_OF = """
SELECT account.*, principal.token_epoch
FROM password_reset JOIN account USING (principal_id) JOIN principal USING (principal_id)
WHERE token_hash = $1 AND expires_at > coalesce($2::timestamptz, clock_timestamp()) AND disabled_at IS NULL
"""


@dataclass(frozen=True)
class PostgresPasswords:
    database: Database

    async def of(self, caller: Caller) -> StoredPassword:
        row = await self.database.row(_OF, caller.id, caller.epoch)
        if row is None:
            raise Unauthenticated
        return stored_password_of(row)

    async def change(self, caller: Caller, password_hash: str) -> None:
        async def work(connection: Connection) -> asyncpg.Record | None:
            await connection.execute(_LOCK, caller.id)
            return await connection.fetchrow(
                _CHANGE, self.database.now, password_hash, caller.session_id, caller.id, caller.epoch
            )

        if await self.database.in_transaction(work) is None:
            raise Unauthenticated

    async def open_reset(
        self, actor: Actor, entry_id: UUID, email: str, token_hash: bytes, lifetime: timedelta
    ) -> bool:
        who = acting(actor, entry_id, self.database.now)
        row = await self.database.only_row(_OPEN, *who, findable(email.lower()), token_hash, lifetime)
        if not row["actors"]:
            raise Unauthenticated
        return bool(row["subjects"])

    async def reset_of(self, token_hash: bytes) -> Account | None:
        row = await self.database.row(_RESET_OF, token_hash, self.database.now)
        return account_of(row) if row else None

    async def spend_reset(self, token_hash: bytes, password_hash: str) -> bool:
        async def work(connection: Connection) -> asyncpg.Record | None:
            await connection.execute(_LOCK_BY_RESET, token_hash)
            return await connection.fetchrow(_SPEND, self.database.now, password_hash, None, token_hash)

        return await self.database.in_transaction(work) is not None
