"""What people may do with what is held on them, in PostgreSQL: change it, have it, have it gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from credcore.account_ports import AccountChanges, Plain
from credcore.accounts import Account, Caller
from credcore.errors import Unauthenticated
from credcore_pg.database import Connection, Database
from credcore_pg.holdings import HOLDINGS, OWN
from credcore_pg.rows import CALLER, account_of

_CHANGE = f"""
WITH {CALLER},
clock AS (SELECT coalesce($3::timestamptz, clock_timestamp()) AS now),
said AS (
    SELECT account.principal_id, now,
        $5::boolean IS NOT NULL AND ($5 <> ai_consent OR ($5 AND ai_consent_version IS DISTINCT FROM $6)) AS anew
    FROM account JOIN caller USING (principal_id), clock
),
changed AS (
    UPDATE account SET
        name = coalesce($4, name),
        ai_consent = coalesce($5, ai_consent),
        ai_consent_at = CASE WHEN anew THEN now ELSE ai_consent_at END,
        ai_consent_version = CASE WHEN anew THEN $6 ELSE ai_consent_version END
    FROM said WHERE account.principal_id = said.principal_id
    RETURNING account.*
)
SELECT changed.*, principal.token_epoch FROM changed JOIN principal USING (principal_id)
"""  # noqa: S608 - nothing but a constant goes in

# One statement, so that all of it is as one moment saw it.
_EXPORT = "".join(
    (
        "WITH ",
        OWN,
        " ",
        " UNION ALL ".join(
            "".join(("SELECT ", str(place), " AS place, entry FROM (", holding.rows, ") AS part"))
            for place, holding in enumerate(HOLDINGS)
        ),
        " ORDER BY place",
    )
)

_LOCK = """
SELECT principal_id FROM principal JOIN account USING (principal_id)
WHERE principal_id = $1 AND token_epoch = $2 AND disabled_at IS NULL FOR UPDATE OF principal
"""
# The database deletes what hangs on a principal; these are what does not hang, or must stay without an identity.
COUNT = """
INSERT INTO erased_assessments AS kept (started_on, role, form, status, count)
SELECT (started_at AT TIME ZONE 'UTC')::date, role, form,
    CASE WHEN completed_at IS NULL THEN 'unfinished' ELSE 'completed' END, count(*)
FROM assessment WHERE owner_id = $1 AND ($2::uuid[] IS NULL OR assessment_id = ANY($2))
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT ON CONSTRAINT erased_assessments_pk DO UPDATE SET count = kept.count + excluded.count
"""
"""Of all that somebody did, or of some of it."""
_FORGET_ADDRESS = "UPDATE audit_entry SET address = NULL WHERE actor_id = $1"
_DELETE = "DELETE FROM principal WHERE principal_id = $1"
_ENTER = """
INSERT INTO erasure (mark, erased_at) VALUES ($1, coalesce($2::timestamptz, clock_timestamp()))
ON CONFLICT ON CONSTRAINT erasure_pk DO NOTHING
"""


@dataclass(frozen=True)
class PostgresOwnAccounts:
    database: Database

    async def change(self, caller: Caller, changes: AccountChanges) -> Account:
        row = await self.database.row(
            _CHANGE,
            caller.id,
            caller.epoch,
            self.database.now,
            changes.name,
            changes.ai_consent,
            changes.consent_version,
        )
        if row is None:
            raise Unauthenticated
        return account_of(row)

    async def export(self, caller: Caller) -> Mapping[str, Sequence[Mapping[str, Plain]]]:
        rows = await self.database.rows(_EXPORT, caller.id, caller.epoch)
        if not rows:
            raise Unauthenticated
        sections: dict[str, list[Mapping[str, Plain]]] = {holding.section: [] for holding in HOLDINGS}
        for row in rows:
            holding = HOLDINGS[row["place"]]
            entry: dict[str, Any] = msgspec.json.decode(row["entry"])  # Any: JSON
            sections[holding.section].append({k: v for k, v in entry.items() if k not in holding.withheld})
        return sections

    async def erase(self, caller: Caller, mark: bytes) -> None:
        async def work(connection: Connection) -> None:
            if await connection.fetchrow(_LOCK, caller.id, caller.epoch) is None:
                raise Unauthenticated
            await erase_here(connection, caller.id, mark, self.database.now)

        await self.database.in_transaction(work)


async def erase_here(connection: Connection, account_id: UUID, mark: bytes, at: datetime | None) -> None:
    """Within the transaction that has locked the principal."""
    await connection.execute(COUNT, account_id, None)
    for statement in (_FORGET_ADDRESS, _DELETE):
        await connection.execute(statement, account_id)
    await connection.execute(_ENTER, mark, at)
