"""The AI budget in PostgreSQL: one statement to reserve and one to settle, exact over any number of processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from credcore.budget import CallOutcome, Limits, MonthLine, OverBudget, Reservation, Settlement
from credcore_pg.database import Database

_RESERVE = "SELECT reserve_ai_call($1, $2, $3, $4, $5, $6, $7, $8, $9) AS over"

# The lock is what makes the first settlement stand: a second one waits, and finds that there is nothing left to do.
_SETTLE = """
WITH open AS (
    SELECT call_id, month, cost_usd AS reserved_usd FROM ai_call WHERE call_id = $1 AND settled_at IS NULL FOR UPDATE
),
settled AS (
    UPDATE ai_call SET outcome = $2, tokens_in = $3, tokens_out = $4, cost_usd = $5,
        settled_at = coalesce($6::timestamptz, clock_timestamp())
    FROM open WHERE ai_call.call_id = open.call_id
)
UPDATE ai_month SET spent_usd = spent_usd - reserved_usd + $5 FROM open WHERE ai_month.month = open.month
"""

_MONTH = """
SELECT model, outcome, count(*) AS calls, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out,
    sum(cost_usd) AS cost_usd
FROM ai_call
WHERE month = date_trunc('month', coalesce($1::timestamptz, clock_timestamp()) AT TIME ZONE 'UTC')::date
GROUP BY model, outcome ORDER BY model COLLATE "C", outcome COLLATE "C" NULLS LAST
"""


@dataclass(frozen=True)
class PostgresBudget:
    database: Database

    async def reserve(self, reservation: Reservation, limits: Limits) -> OverBudget | None:
        row = await self.database.only_row(
            _RESERVE,
            reservation.id,
            reservation.assessment_id,
            reservation.model,
            reservation.tokens_in,
            reservation.tokens_out,
            reservation.cost_usd,
            limits.prompts_per_assessment,
            limits.monthly_usd,
            self.database.now,
        )
        return OverBudget(row["over"]) if row["over"] else None

    async def settle(self, reservation_id: UUID, settlement: Settlement) -> None:
        await self.database.row(
            _SETTLE,
            reservation_id,
            settlement.outcome.value,
            settlement.tokens_in,
            settlement.tokens_out,
            settlement.cost_usd,
            self.database.now,
        )

    async def month(self) -> Sequence[MonthLine]:
        rows = await self.database.rows(_MONTH, self.database.now)
        return [
            MonthLine(
                model=row["model"],
                outcome=CallOutcome(row["outcome"]) if row["outcome"] else None,
                calls=row["calls"],
                tokens_in=row["tokens_in"],
                tokens_out=row["tokens_out"],
                cost_usd=row["cost_usd"],
            )
            for row in rows
        ]
