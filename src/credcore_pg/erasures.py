"""The ledger of erasures in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from credcore.erasures import Erasure
from credcore.ports import Page
from credcore_pg.database import Connection, Database
from credcore_pg.privacy import erase_here

_LEDGER = "SELECT mark, erased_at FROM erasure ORDER BY erased_at, mark"
_ENTER = """
INSERT INTO erasure (mark, erased_at) SELECT * FROM unnest($1::bytea[], $2::timestamptz[])
ON CONFLICT ON CONSTRAINT erasure_pk DO NOTHING
"""
_ACCOUNTS = """
SELECT principal_id FROM account WHERE $1::uuid IS NULL OR principal_id < $1 ORDER BY principal_id DESC LIMIT $2
"""
_LOCK = """
SELECT principal_id FROM principal JOIN account USING (principal_id) WHERE principal_id = $1 FOR UPDATE OF principal
"""


@dataclass(frozen=True)
class PostgresErasures:
    database: Database

    async def ledger(self) -> Sequence[Erasure]:
        rows = await self.database.rows(_LEDGER)
        return [Erasure(mark=row["mark"], erased_at=row["erased_at"]) for row in rows]

    async def accounts(self, *, limit: int, after: UUID | None) -> Page[UUID]:
        found = [row["principal_id"] for row in await self.database.rows(_ACCOUNTS, after, limit + 1)]
        shown = tuple(found[:limit])
        return Page(items=shown, next_after=shown[-1] if len(found) > limit else None)

    async def erase_again(self, account_id: UUID, erasure: Erasure) -> bool:
        async def work(connection: Connection) -> bool:
            if await connection.fetchrow(_LOCK, account_id) is None:
                return False
            await erase_here(connection, account_id, erasure.mark, erasure.erased_at)
            return True

        return await self.database.in_transaction(work)

    async def enter(self, erasures: Sequence[Erasure]) -> None:
        marks, times = [erasure.mark for erasure in erasures], [erasure.erased_at for erasure in erasures]
        await self.database.row(_ENTER, marks, times)
