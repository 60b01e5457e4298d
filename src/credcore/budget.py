"""What AI grading may cost: prices, what a call can cost at most, and when it may not be made.

Money is reserved before a call at the most it can cost, and settled after it at what it did cost. A reservation that
nobody settles, because its process died or its call was cut off, stays charged: the provider may have answered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

_MILLION = 1_000_000
BYTES_A_TOKEN = 3
"""English text and code take 3.5 to 4.5 bytes a token; an estimate had better be too high."""
MESSAGE_TOKENS = 16
"""What a message costs beyond its text: role and separators, generously."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """US dollars for a million tokens in and out."""

    tokens_in: Decimal
    tokens_out: Decimal

    def cost(self, tokens_in: int, tokens_out: int) -> Decimal:
        """Exact, in US dollars."""
        return (self.tokens_in * tokens_in + self.tokens_out * tokens_out) / _MILLION


def _price(tokens_in: str, tokens_out: str) -> Price:
    return Price(tokens_in=Decimal(tokens_in), tokens_out=Decimal(tokens_out))


LIST_PRICES: Mapping[str, Price] = {
    "gpt-6-luna": _price("0.10", "0.50"),
    "gpt-5": _price("1.25", "10.00"),
    "gpt-5-mini": _price("0.25", "2.00"),
    "gpt-5-nano": _price("0.05", "0.40"),
    "gpt-4.1": _price("2.00", "8.00"),
    "gpt-4.1-mini": _price("0.40", "1.60"),
    "gpt-4.1-nano": _price("0.10", "0.40"),
    "gpt-4o": _price("2.50", "10.00"),
    "gpt-4o-mini": _price("0.15", "0.60"),
}
"""The provider's list prices: gpt-6-luna as of 2026-11-22, the models before it as they were introduced."""


def price_of(model: str, overrides: Mapping[str, Price] | None = None) -> Price:
    """The model's price; a dated snapshot costs what its model does, an unknown model as much as the dearest known.

    Too high a price ends the month's budget early; too low a price would break it.
    """
    known = {**LIST_PRICES, **(overrides or {})}
    names = [name for name in known if model == name or model.startswith(f"{name}-2")]
    if names:
        return known[max(names, key=len)]
    return max(LIST_PRICES.values(), key=lambda price: price.tokens_in + price.tokens_out)


class CallOutcome(StrEnum):
    """What became of a call, seen from the bill.

    UNUSABLE: answered, but the reply is no grade. UNKNOWN: it may have been answered (time-out, lost connection).
    REFUSED: an error status, for which nothing was done.
    """

    ANSWERED = "answered"
    UNUSABLE = "unusable"
    UNKNOWN = "unknown"
    REFUSED = "refused"

    @property
    def is_prompt(self) -> bool:
        """Whether it counts against the prompts of the assessment."""
        return self is not CallOutcome.REFUSED


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservation:
    """A call that is about to be made, at the most it can cost."""

    id: UUID
    assessment_id: UUID
    model: str
    tokens_in: int
    tokens_out: int
    cost_usd: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """What the call did cost. A provider that counts more than was reserved is believed."""

    outcome: CallOutcome
    tokens_in: int
    tokens_out: int
    cost_usd: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """``prompts_per_assessment`` None: as many as the assessment has essays. ``monthly_usd`` by calendar month, UTC."""

    prompts_per_assessment: int | None
    monthly_usd: Decimal


class OverBudget(StrEnum):
    """Which limit stands in the way of a call."""

    PROMPTS = "prompts"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthLine:
    """One model's calls of a month with one outcome; ``outcome`` None: not settled, charged at the most."""

    model: str
    outcome: CallOutcome | None
    calls: int
    tokens_in: int
    tokens_out: int
    cost_usd: Decimal


def refusal(
    reservation: Reservation, *, prompts: int, most_prompts: int, spent_usd: Decimal, monthly_usd: Decimal
) -> OverBudget | None:
    """Whether this call may not be made, given the prompts and dollars of all calls before it, open ones included."""
    if prompts + 1 > most_prompts:
        return OverBudget.PROMPTS
    if spent_usd + reservation.cost_usd > monthly_usd:
        return OverBudget.MONTH
    return None


def reserve_for(
    *, id: UUID, assessment_id: UUID, model: str, price: Price, sent: str, messages: int, most_tokens_out: int
) -> Reservation:
    """What a call with the text ``sent`` can cost at most: no tokeniser makes more tokens than there are bytes."""
    tokens_in = len(sent.encode("utf-8", "replace")) + messages * MESSAGE_TOKENS
    return Reservation(
        id=id,
        assessment_id=assessment_id,
        model=model,
        tokens_in=tokens_in,
        tokens_out=most_tokens_out,
        cost_usd=price.cost(tokens_in, most_tokens_out),
    )


def settle_at(outcome: CallOutcome, price: Price, *, tokens_in: int, tokens_out: int) -> Settlement:
    return Settlement(
        outcome=outcome, tokens_in=tokens_in, tokens_out=tokens_out, cost_usd=price.cost(tokens_in, tokens_out)
    )


def settle_refused() -> Settlement:
    """An error status: nothing was done, nothing is charged."""
    return Settlement(outcome=CallOutcome.REFUSED, tokens_in=0, tokens_out=0, cost_usd=Decimal(0))


def settle_unknown(reservation: Reservation) -> Settlement:
    """It may have been answered, at any length: charged as reserved."""
    return Settlement(
        outcome=CallOutcome.UNKNOWN,
        tokens_in=reservation.tokens_in,
        tokens_out=reservation.tokens_out,
        cost_usd=reservation.cost_usd,
    )


def estimated_tokens(text: str) -> int:
    """For a server that does not say what it used."""
    return math.ceil(len(text.encode("utf-8", "replace")) / BYTES_A_TOKEN)


def month_of(now: datetime) -> date:
    """The first day of the calendar month, UTC, that a call made now is charged to."""
    return now.astimezone(UTC).date().replace(day=1)
