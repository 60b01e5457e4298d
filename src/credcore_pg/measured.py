"""How well graders agreed with people, as an operator measured it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from credcore.grading import GraderRef
from credcore_pg.database import Database

_SAVE = """
INSERT INTO measured_grader (grader_name, grader_version, reliability, answers, source, measured_at)
VALUES ($1, $2, $3, $4, $5, coalesce($6::timestamptz, clock_timestamp()))
ON CONFLICT ON CONSTRAINT measured_grader_pk DO UPDATE SET reliability = excluded.reliability,
    answers = excluded.answers, source = excluded.source, measured_at = excluded.measured_at
"""
_ALL = "SELECT grader_name, grader_version, reliability FROM measured_grader"


@dataclass(frozen=True)
class MeasuredGraders:
    database: Database

    async def save(self, grader: GraderRef, *, answers: int, source: str) -> None:
        """``grader.reliability`` is what was measured on so many answers of ``source``; the latest figure stands."""
        await self.database.row(
            _SAVE, grader.name, grader.version, grader.reliability, answers, source, self.database.now
        )

    async def all(self) -> Mapping[tuple[str, str], Decimal]:
        """Reliability by name and version."""
        rows = await self.database.rows(_ALL)
        return {(row["grader_name"], row["grader_version"]): row["reliability"] for row in rows}
