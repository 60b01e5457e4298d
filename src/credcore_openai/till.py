"""Paying for calls: reserve at the most, settle at what it was, and tell whoever counts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from credcore.budget import (
    CallOutcome,
    Limits,
    Price,
    Reservation,
    Settlement,
    estimated_tokens,
    reserve_for,
    settle_at,
    settle_refused,
    settle_unknown,
)
from credcore.errors import Unavailable
from credcore.grading_ports import Budget, NoAiGrade
from credcore_openai.completion import Completion
from credcore_openai.failures import CallFailed

log = logging.getLogger(__name__)


class Watch(Protocol):
    """Counts calls: ``outcome`` is the settlement's, or the code of what went wrong; the rest is what is charged."""

    def called(
        self, *, outcome: str, seconds: float, cost_usd: Decimal, tokens_in: int = 0, tokens_out: int = 0
    ) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Till:
    """One model's calls and what they cost. ``clock`` is monotonic, in seconds."""

    budget: Budget
    limits: Limits
    model: str
    price: Price
    most_tokens_out: int
    new_id: Callable[[], UUID]
    clock: Callable[[], float]
    watch: Watch

    async def open(self, assessment_id: UUID, sent: str, messages: int) -> Bill:
        """Raises NoAiGrade where a limit stands in the way, Unavailable where the budget cannot be reached."""
        reservation = reserve_for(
            id=self.new_id(),
            assessment_id=assessment_id,
            model=self.model,
            price=self.price,
            sent=sent,
            messages=messages,
            most_tokens_out=self.most_tokens_out,
        )
        over = await self.budget.reserve(reservation, self.limits)
        if over is not None:
            log.warning("ai budget used up", extra={"limit": over.value})
            raise NoAiGrade("over-budget")
        return Bill(till=self, reservation=reservation, sent=sent, opened_at=self.clock())


@dataclass(frozen=True, kw_only=True)
class Bill:
    """One call's reservation. Left unsettled, as when the call is cancelled, it stays charged in full."""

    till: Till
    reservation: Reservation
    sent: str
    opened_at: float

    async def answered(self, outcome: CallOutcome, completion: Completion, code: str) -> Settlement:
        """Charged by the server's own count, or by an estimate where it gives none."""
        tokens_in, tokens_out = completion.tokens_in, completion.tokens_out
        if tokens_in is None:
            tokens_in = estimated_tokens(self.sent)
        if tokens_out is None:
            tokens_out = estimated_tokens(completion.content or "")
        settlement = settle_at(outcome, self.till.price, tokens_in=tokens_in, tokens_out=tokens_out)
        await self._settle(settlement, code)
        return settlement

    async def failed(self, failure: CallFailed) -> None:
        """Free where the provider refused; charged in full where it may have answered."""
        unknown = failure.maybe_answered
        await self._settle(settle_unknown(self.reservation) if unknown else settle_refused(), failure.code)

    async def lost(self, code: str) -> None:
        """Something came that shows no usage: charged in full."""
        await self._settle(settle_unknown(self.reservation), code)

    async def _settle(self, settlement: Settlement, code: str) -> None:
        """A budget out of reach keeps the reservation, which is never less: no reply is thrown away for it."""
        till = self.till
        till.watch.called(
            outcome=code,
            seconds=till.clock() - self.opened_at,
            cost_usd=settlement.cost_usd,
            tokens_in=settlement.tokens_in,
            tokens_out=settlement.tokens_out,
        )
        try:
            await till.budget.settle(self.reservation.id, settlement)
        except Unavailable:
            log.warning("ai call not settled", extra={"reservation_id": str(self.reservation.id)})
