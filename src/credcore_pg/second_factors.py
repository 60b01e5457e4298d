"""Second factors in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from credcore.accounts import Caller
from credcore_pg.database import Database
from credcore_pg.rows import CALLER, admit

# A person's factors follow each other on the row of their account.
_BEGIN = f"""
WITH {CALLER},
begun AS (
    INSERT INTO second_factor AS standing (principal_id, secret, begun_at)
    SELECT principal_id, $4, coalesce($3::timestamptz, clock_timestamp()) FROM caller JOIN account USING (principal_id)
    ON CONFLICT ON CONSTRAINT second_factor_pk DO UPDATE SET secret = excluded.secret, begun_at = excluded.begun_at
        WHERE standing.confirmed_at IS NULL
    RETURNING principal_id
)
SELECT (SELECT principal_id FROM caller JOIN account USING (principal_id)) AS caller,
    EXISTS (SELECT FROM begun) AS done
"""  # noqa: S608 - nothing but a constant goes in

_CONFIRM = f"""
WITH {CALLER},
confirmed AS (
    UPDATE second_factor SET confirmed_at = coalesce($3::timestamptz, clock_timestamp()), last_step = $4 FROM caller
    WHERE second_factor.principal_id = caller.principal_id AND confirmed_at IS NULL
    RETURNING second_factor.principal_id
),
codes AS (
    INSERT INTO recovery_code (principal_id, code_hash) SELECT principal_id, unnest($5::bytea[]) FROM confirmed
),
asked AS (
    UPDATE account SET second_factor = true FROM confirmed WHERE account.principal_id = confirmed.principal_id
)
SELECT (SELECT principal_id FROM caller JOIN account USING (principal_id)) AS caller,
    EXISTS (SELECT FROM confirmed) AS done
"""  # noqa: S608 - nothing but a constant goes in

_SPEND_STEP = "UPDATE second_factor SET last_step = $2 WHERE principal_id = $1 AND last_step < $2 RETURNING last_step"

_SPEND_RECOVERY = """
UPDATE recovery_code SET spent_at = coalesce($3::timestamptz, clock_timestamp())
WHERE principal_id = $1 AND code_hash = $2 AND spent_at IS NULL RETURNING spent_at
"""

_REMOVE = f"""
WITH {CALLER},
gone AS (DELETE FROM second_factor USING caller WHERE second_factor.principal_id = caller.principal_id),
asked AS (UPDATE account SET second_factor = false FROM caller WHERE account.principal_id = caller.principal_id)
SELECT (SELECT principal_id FROM caller JOIN account USING (principal_id)) AS caller
"""  # noqa: S608 - nothing but a constant goes in


@dataclass(frozen=True)
class PostgresSecondFactors:
    database: Database

    async def begin(self, caller: Caller, secret: str) -> bool:
        row = await self.database.only_row(_BEGIN, caller.id, caller.epoch, self.database.now, secret)
        admit(row)
        return bool(row["done"])

    async def confirm(self, caller: Caller, step: int, recovery_hashes: Sequence[bytes]) -> bool:
        row = await self.database.only_row(
            _CONFIRM, caller.id, caller.epoch, self.database.now, step, list(recovery_hashes)
        )
        admit(row)
        return bool(row["done"])

    async def spend_step(self, account_id: UUID, step: int) -> bool:
        return await self.database.row(_SPEND_STEP, account_id, step) is not None

    async def spend_recovery(self, account_id: UUID, code_hash: bytes) -> bool:
        return await self.database.row(_SPEND_RECOVERY, account_id, code_hash, self.database.now) is not None

    async def remove(self, caller: Caller) -> None:
        admit(await self.database.only_row(_REMOVE, caller.id, caller.epoch))
