"""What administrators do, and the entries it leaves, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from credcore.accounts import Account, UserRole
from credcore.audit import Actor, AuditEntry, Deed
from credcore.errors import NotFound, Unauthenticated
from credcore.ports import Page
from credcore_pg.administering import ACTOR, ENTRY, RECORD, acting
from credcore_pg.codec import findable
from credcore_pg.database import Connection, Database
from credcore_pg.rows import account_of

_PAGE = f"""
WITH {ACTOR},
noted AS ({ENTRY}, 'accounts-listed', NULL, '' FROM actor)
SELECT actor.now AS acts, account.*, principal.token_epoch
FROM (VALUES (1)) AS always LEFT JOIN actor ON true
LEFT JOIN account ON actor.now IS NOT NULL AND ($6::uuid IS NULL OR account.principal_id < $6)
LEFT JOIN principal ON principal.principal_id = account.principal_id
ORDER BY account.principal_id DESC LIMIT $7
"""  # noqa: S608 - nothing but constants go in

_FIND = f"""
WITH {ACTOR},
subject AS (
    SELECT account.*, principal.token_epoch FROM account JOIN principal USING (principal_id), actor
    WHERE principal_id = $6 OR email = $7
),
noted AS ({ENTRY}, 'account-read', principal_id, '' FROM actor, subject)
SELECT actor.now AS acts, subject.*
FROM (VALUES (1)) AS always LEFT JOIN actor ON true LEFT JOIN subject ON true
"""  # noqa: S608 - nothing but constants go in

# Tokens carry the role, so those from before end with it.
_SET_ROLE = f"""
WITH {ACTOR},
before AS (
    SELECT principal_id, role FROM account JOIN principal USING (principal_id), actor
    WHERE principal_id = $6 FOR UPDATE OF principal, account
),
moved AS (
    UPDATE principal SET token_epoch = token_epoch + 1 FROM before
    WHERE principal.principal_id = before.principal_id AND before.role <> $7
),
changed AS (UPDATE account SET role = $7 FROM before WHERE account.principal_id = before.principal_id),
noted AS (
    {ENTRY}, 'role-changed', principal_id, format('from %s to %s', before.role, $7::text) FROM actor, before
    WHERE before.role <> $7
)
SELECT actor.now AS acts, before.principal_id
FROM (VALUES (1)) AS always LEFT JOIN actor ON true LEFT JOIN before ON true
"""  # noqa: S608 - nothing but constants go in

_REMOVE_SECOND_FACTOR = f"""
WITH {ACTOR},
subject AS (
    SELECT principal_id FROM account JOIN principal USING (principal_id), actor
    WHERE principal_id = $6 FOR UPDATE OF principal, account
),
gone AS (
    DELETE FROM second_factor USING subject WHERE second_factor.principal_id = subject.principal_id
    RETURNING second_factor.principal_id
),
asked AS (UPDATE account SET second_factor = false FROM gone WHERE account.principal_id = gone.principal_id),
noted AS ({ENTRY}, 'second-factor-removed', principal_id, '' FROM actor, gone)
SELECT actor.now AS acts FROM (VALUES (1)) AS always LEFT JOIN actor ON true
"""  # noqa: S608 - nothing but constants go in

_ACCOUNT = """
SELECT account.*, principal.token_epoch FROM account JOIN principal USING (principal_id) WHERE principal_id = $1
"""

_ENTRIES = """
SELECT * FROM audit_entry
WHERE ($1::uuid IS NULL OR entry_id < $1) AND ($3::timestamptz IS NULL OR at >= $3)
ORDER BY entry_id DESC LIMIT $2
"""
_EMAILS = "SELECT principal_id, email FROM account WHERE principal_id = ANY($1::uuid[])"


@dataclass(frozen=True)
class PostgresPeople:
    database: Database

    async def page(self, actor: Actor, entry_id: UUID, *, limit: int, after: UUID | None) -> Page[Account]:
        rows = await self.database.rows(_PAGE, *acting(actor, entry_id, self.database.now), after, limit + 1)
        _admit_actor(rows[0])
        found = [account_of(row) for row in rows if row["principal_id"] is not None]
        return _page_of(found, limit)

    async def by_email(self, actor: Actor, entry_id: UUID, email: str) -> Account:
        return await self._find(actor, entry_id, None, findable(email.lower()))

    async def find(self, actor: Actor, entry_id: UUID, account_id: UUID) -> Account:
        return await self._find(actor, entry_id, account_id, None)

    async def set_role(self, actor: Actor, entry_id: UUID, account_id: UUID, role: UserRole) -> Account:
        return await self._change(_SET_ROLE, actor, entry_id, account_id, role)

    async def remove_second_factor(self, actor: Actor, entry_id: UUID, account_id: UUID) -> Account:
        return await self._change(_REMOVE_SECOND_FACTOR, actor, entry_id, account_id)

    async def _change(self, statement: str, actor: Actor, entry_id: UUID, account_id: UUID, *more: object) -> Account:
        async def work(connection: Connection) -> asyncpg.Record | None:
            who = acting(actor, entry_id, self.database.now)
            row = await connection.fetchrow(statement, *who, account_id, *more)
            assert row is not None  # it starts from a row of its own
            _admit_actor(row)
            return await connection.fetchrow(_ACCOUNT, account_id)

        return _found(await self.database.in_transaction(work))

    async def _find(self, actor: Actor, entry_id: UUID, account_id: UUID | None, email: str | None) -> Account:
        row = await self.database.only_row(_FIND, *acting(actor, entry_id, self.database.now), account_id, email)
        _admit_actor(row)
        return _found(row if row["principal_id"] is not None else None)


@dataclass(frozen=True)
class PostgresAudit:
    database: Database

    async def record(
        self, actor: Actor, entry_id: UUID, deed: Deed, *, subject_id: UUID | None = None, detail: str = ""
    ) -> None:
        row = await self.database.row(RECORD, *acting(actor, entry_id, self.database.now), deed, subject_id, detail)
        if row is None:
            raise Unauthenticated

    async def entries(self, *, limit: int, after: UUID | None, since: datetime | None = None) -> Page[AuditEntry]:
        found = [_entry_of(row) for row in await self.database.rows(_ENTRIES, after, limit + 1, since)]
        shown = tuple(found[:limit])
        return Page(items=shown, next_after=shown[-1].id if len(found) > limit else None)

    async def emails(self, ids: Collection[UUID]) -> Mapping[UUID, str]:
        return {row["principal_id"]: row["email"] for row in await self.database.rows(_EMAILS, list(ids))}


def _admit_actor(row: asyncpg.Record) -> None:
    if row["acts"] is None:
        raise Unauthenticated


def _found(row: asyncpg.Record | None) -> Account:
    if row is None:
        raise NotFound("account")
    return account_of(row)


def _page_of(found: list[Account], limit: int) -> Page[Account]:
    shown = tuple(found[:limit])
    return Page(items=shown, next_after=shown[-1].id if len(found) > limit else None)


def _entry_of(row: asyncpg.Record) -> AuditEntry:
    return AuditEntry(
        id=row["entry_id"],
        at=row["at"],
        actor_id=row["actor_id"],
        by_operator=row["by_operator"],
        deed=Deed(row["deed"]),
        subject_id=row["subject_id"],
        detail=row["detail"],
        address=row["address"],
    )
