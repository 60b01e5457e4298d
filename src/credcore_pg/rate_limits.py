"""Rate limits in PostgreSQL: one statement, on the database's clock, exact over all processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from credcore.rate_limits import Demand, Standing, require_admitted, standing_of
from credcore_pg.database import Connection, Database

# The row's own lock puts those that come at once one behind the other; each reads what the one before left. Rows are
# taken in the order of their subjects, so that two that want the same ones do not wait for each other crosswise.
# What is judged is decided before any row is taken: a moment only ever grows, so whoever is refused by then stays so.
_HIT = """
WITH clock AS (SELECT coalesce($1::timestamptz, clock_timestamp()) AS now),
demand AS (
    SELECT * FROM unnest($2::bytea[], $3::interval[], $4::interval[]) WITH ORDINALITY
        AS demand (subject, spacing, slack, place)
),
judged AS (
    SELECT * FROM demand WHERE NOT EXISTS (
        SELECT FROM demand AS before JOIN rate_limit USING (subject), clock
        WHERE before.place < demand.place AND due_at - now > before.slack
    )
),
hit AS (
    INSERT INTO rate_limit AS standing (subject, due_at, admitted)
    SELECT subject, now + spacing, true FROM judged, clock ORDER BY subject
    ON CONFLICT ON CONSTRAINT rate_limit_pk DO UPDATE SET (due_at, admitted) = (
        SELECT CASE WHEN free THEN due + spacing ELSE due END, free
        FROM (
            SELECT due, spacing, due - now <= slack AS free
            FROM demand, clock, LATERAL (SELECT greatest(standing.due_at, now) AS due) AS next
            WHERE demand.subject = excluded.subject
        ) AS turn
    )
    RETURNING subject, due_at, admitted
)
SELECT hit.*, now, EXISTS (SELECT FROM rate_limit WHERE due_at < now - interval '10 minutes') AS sweep FROM hit, clock
"""

# A statement of its own that waits for nobody: within the one above it could deadlock with another of its kind.
_SWEEP = """
DELETE FROM rate_limit WHERE subject IN (
    SELECT subject FROM rate_limit
    WHERE due_at < coalesce($1::timestamptz, clock_timestamp()) - interval '10 minutes'
    ORDER BY due_at LIMIT 100 FOR UPDATE SKIP LOCKED
)
"""


@dataclass(frozen=True)
class PostgresRateLimits:
    database: Database

    async def hit(self, demands: Sequence[Demand]) -> Sequence[Standing]:
        rows = await self.database.rows(_HIT, *_arguments(demands, self.database.now))
        if any(row["sweep"] for row in rows):
            await self.database.row(_SWEEP, self.database.now)
        return _standings(demands, rows)


async def require_admitted_here(connection: Connection, demand: Demand, now: datetime | None) -> None:
    """Counts one try within a transaction: it waits for whoever counts the same subject, and is undone with the rest.

    The caller must hold what it locks besides this: whoever has this row waits for nothing else. Raises RateLimited.
    """
    require_admitted(_standings([demand], await connection.fetch(_HIT, *_arguments([demand], now))))


def _arguments(demands: Sequence[Demand], now: datetime | None) -> tuple[object, ...]:
    return (
        now,
        [demand.subject for demand in demands],
        [demand.rate.spacing for demand in demands],
        [demand.rate.slack for demand in demands],
    )


def _standings(demands: Sequence[Demand], rows: Sequence[asyncpg.Record]) -> list[Standing]:
    found = {row["subject"]: row for row in rows}
    return [
        standing_of(demand, row["due_at"], row["now"], admitted=row["admitted"])
        for demand in demands
        if (row := found.get(demand.subject)) is not None
    ]
