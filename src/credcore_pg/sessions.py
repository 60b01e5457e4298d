"""Sessions in PostgreSQL: families of refresh tokens, as their owner sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from credcore.account_ports import Session
from credcore.accounts import ABSOLUTE_LIFETIME, IDLE_LIFETIME, Caller
from credcore.errors import NotFound
from credcore_pg.database import Database
from credcore_pg.rows import CALLER, admit

_LIVE = """live AS (
    SELECT family.*, coalesce(refreshed_at, started_at) AS used_at FROM token_family AS family, clock
    WHERE revoked_at IS NULL AND started_at > now - $4::interval
        AND coalesce(refreshed_at, started_at) > now - $5::interval
)"""

_LIST = f"""
WITH {CALLER},
clock AS (SELECT coalesce($3::timestamptz, clock_timestamp()) AS now),
{_LIVE}
SELECT caller.principal_id AS caller, live.*
FROM (VALUES (1)) AS always LEFT JOIN caller ON true LEFT JOIN live ON live.account_id = caller.principal_id
ORDER BY family_id DESC
"""  # noqa: S608 - nothing but constants go in

_END = f"""
WITH {CALLER},
clock AS (SELECT coalesce($3::timestamptz, clock_timestamp()) AS now),
{_LIVE},
ended AS (
    UPDATE token_family SET revoked_at = now FROM live, caller, clock
    WHERE token_family.family_id = $6 AND live.family_id = $6 AND live.account_id = caller.principal_id
    RETURNING token_family.family_id
)
SELECT caller.principal_id AS caller, ended.family_id
FROM (VALUES (1)) AS always LEFT JOIN caller ON true LEFT JOIN ended ON true
"""  # noqa: S608 - nothing but constants go in

_ENDED = """
SELECT family_id FROM token_family WHERE revoked_at >= coalesce($1::timestamptz, clock_timestamp()) - $2::interval
"""


@dataclass(frozen=True)
class PostgresSessions:
    database: Database

    async def live(self, caller: Caller) -> Sequence[Session]:
        rows = await self.database.rows(_LIST, *self._arguments(caller))
        admit(rows[0])
        return [_session_of(row) for row in rows if row["family_id"] is not None]

    async def end(self, caller: Caller, session_id: UUID) -> None:
        row = await self.database.only_row(_END, *self._arguments(caller), session_id)
        admit(row)
        if row["family_id"] is None:
            raise NotFound("session")

    async def ended(self, within: timedelta) -> Sequence[UUID]:
        return [row["family_id"] for row in await self.database.rows(_ENDED, self.database.now, within)]

    def _arguments(self, caller: Caller) -> tuple[object, ...]:
        return caller.id, caller.epoch, self.database.now, ABSOLUTE_LIFETIME, IDLE_LIFETIME


def _session_of(row: asyncpg.Record) -> Session:
    return Session(
        id=row["family_id"],
        started_at=row["started_at"],
        refreshed_at=row["used_at"],
        address=row["address"],
        agent=row["agent"],
    )
