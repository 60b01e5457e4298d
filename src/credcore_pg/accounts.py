"""Accounts in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from credcore.accounts import Account, Caller
from credcore.consent import CONSENT_VERSION
from credcore.errors import Unauthenticated
from credcore.sign_in_ports import StoredPassword
from credcore_pg.codec import findable
from credcore_pg.database import Database
from credcore_pg.rows import account_of, stored_password_of

_ADD = """
WITH clock AS (SELECT coalesce($7::timestamptz, clock_timestamp()) AS now),
principal AS (INSERT INTO principal (principal_id, kind) VALUES ($1, 'user') RETURNING principal_id, token_epoch),
account AS (
    INSERT INTO account (
        principal_id, email, name, role, ai_consent, ai_consent_at, ai_consent_version, created_at, password_hash,
        password_set_at
    )
    SELECT principal_id, $2, $3, $4, $5, CASE WHEN $5 THEN now END, CASE WHEN $5 THEN $8 END, now, $6, now
    FROM principal, clock
    RETURNING *
)
SELECT account.*, principal.token_epoch FROM account, principal
"""

_BY_EMAIL = """
SELECT account.*, principal.token_epoch, factor.secret, factor.confirmed_at, factor.last_step
FROM account JOIN principal USING (principal_id)
LEFT JOIN second_factor AS factor USING (principal_id)
WHERE account.email = $1 AND principal.disabled_at IS NULL
"""

_OF = """
SELECT account.*, principal.token_epoch FROM account JOIN principal USING (principal_id)
WHERE principal_id = $1 AND token_epoch = $2 AND disabled_at IS NULL
"""

_ADMIT = "SELECT 1 FROM principal WHERE principal_id = $1 AND token_epoch = $2 AND disabled_at IS NULL"

_REPLACE_HASH = "UPDATE account SET password_hash = $3 WHERE principal_id = $1 AND password_hash = $2"


@dataclass(frozen=True)
class PostgresAccounts:
    """An e-mail address is kept, and looked up, in lower case."""

    database: Database

    async def add(self, account: Account, password_hash: str) -> Account:
        row = await self.database.only_row(
            _ADD,
            account.id,
            account.email.lower(),
            account.name,
            account.role,
            account.ai_consent,
            password_hash,
            self.database.now,
            CONSENT_VERSION,
        )
        return account_of(row)

    async def by_email(self, email: str) -> StoredPassword | None:
        row = await self.database.row(_BY_EMAIL, findable(email.lower()))
        return stored_password_of(row) if row else None

    async def of(self, caller: Caller) -> Account:
        row = await self.database.row(_OF, caller.id, caller.epoch)
        if row is None:
            raise Unauthenticated
        return account_of(row)

    async def admit(self, caller: Caller) -> None:
        if await self.database.row(_ADMIT, caller.id, caller.epoch) is None:
            raise Unauthenticated

    async def replace_password_hash(self, account_id: UUID, old_hash: str, new_hash: str) -> None:
        await self.database.row(_REPLACE_HASH, account_id, old_hash, new_hash)
