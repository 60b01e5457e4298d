"""The AI budget in memory: the same sums as the database's, exact because nothing awaits between look and charge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from credcore.budget import (
    CallOutcome,
    Limits,
    MonthLine,
    OverBudget,
    Reservation,
    Settlement,
    month_of,
    refusal,
)
from credcore.memory.state import AiCallRow, MemoryState
from credcore.questions import QuestionType


@dataclass(frozen=True)
class MemoryBudget:
    state: MemoryState

    async def reserve(self, reservation: Reservation, limits: Limits) -> OverBudget | None:
        if reservation.id in self.state.ai_calls:
            return None
        over = refusal(
            reservation,
            prompts=self._prompts(reservation.assessment_id),
            most_prompts=self._most_prompts(reservation.assessment_id, limits),
            spent_usd=sum((call.charged.cost_usd for call in self._this_month()), Decimal(0)),
            monthly_usd=limits.monthly_usd,
        )
        if over is None:
            self.state.ai_calls[reservation.id] = AiCallRow(
                reserved=reservation, assessment_id=reservation.assessment_id, reserved_at=self.state.clock()
            )
        return over

    async def settle(self, reservation_id: UUID, settlement: Settlement) -> None:
        call = self.state.ai_calls.get(reservation_id)
        if call is not None and call.settled is None:
            call.settled = settlement

    async def month(self) -> Sequence[MonthLine]:
        grouped: dict[tuple[str, CallOutcome | None], list[AiCallRow]] = defaultdict(list)
        for call in self._this_month():
            grouped[call.reserved.model, call.settled.outcome if call.settled else None].append(call)
        return [
            _line(model, outcome, grouped[model, outcome])
            for model, outcome in sorted(grouped, key=lambda key: (key[0], key[1] is None, key[1] or ""))
        ]

    def _this_month(self) -> list[AiCallRow]:
        month = month_of(self.state.clock())
        return [call for call in self.state.ai_calls.values() if month_of(call.reserved_at) == month]

    def _prompts(self, assessment_id: UUID) -> int:
        return sum(call.is_prompt for call in self.state.ai_calls.values() if call.assessment_id == assessment_id)

    def _most_prompts(self, assessment_id: UUID, limits: Limits) -> int:
        if limits.prompts_per_assessment is not None:
            return limits.prompts_per_assessment
        row = self.state.assessments.get(assessment_id)
        return sum(item.type is QuestionType.ESSAY for item in row.assessment.items) if row else 0


def _line(model: str, outcome: CallOutcome | None, calls: Sequence[AiCallRow]) -> MonthLine:
    return MonthLine(
        model=model,
        outcome=outcome,
        calls=len(calls),
        tokens_in=sum(call.charged.tokens_in for call in calls),
        tokens_out=sum(call.charged.tokens_out for call in calls),
        cost_usd=sum((call.charged.cost_usd for call in calls), Decimal(0)),
    )
