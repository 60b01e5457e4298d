"""What a call may cost: prices, bounds and limits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credcore.budget import (
    LIST_PRICES,
    CallOutcome,
    OverBudget,
    Price,
    estimated_tokens,
    month_of,
    price_of,
    refusal,
    reserve_for,
    settle_at,
    settle_refused,
    settle_unknown,
)

LUNA = LIST_PRICES["gpt-6-luna"]
ID = UUID(int=1)


def test_a_grade_with_the_default_model_costs_two_hundredths_of_a_cent() -> None:
    assert price_of("gpt-6-luna").cost(1000, 200) == Decimal("0.0002")


def test_a_dated_snapshot_costs_what_its_model_does() -> None:
    assert price_of("gpt-6-luna-2026-08-01") == LUNA
    assert price_of("gpt-4.1-mini-2025-04-14") == LIST_PRICES["gpt-4.1-mini"]


def test_an_unknown_model_costs_as_much_as_the_dearest() -> None:
    assert price_of("somebodys-own-model").tokens_out == max(price.tokens_out for price in LIST_PRICES.values())


def test_an_operators_price_goes_before_the_list() -> None:
    free = Price(tokens_in=Decimal(0), tokens_out=Decimal(0))
    assert price_of("gpt-6-luna", {"gpt-6-luna": free}) == free
    assert price_of("our-own", {"our-own": free}).cost(10**6, 10**6) == 0


@given(text=st.text(), out=st.integers(0, 5000))
def test_a_reservation_is_never_less_than_what_a_tokeniser_can_make_of_it(text: str, out: int) -> None:
    reserved = reserve_for(
        id=ID, assessment_id=ID, model="gpt-6-luna", price=LUNA, sent=text, messages=2, most_tokens_out=out
    )
    assert reserved.tokens_in >= len(text)
    assert reserved.tokens_in >= estimated_tokens(text)
    assert reserved.cost_usd >= LUNA.cost(estimated_tokens(text), out)


@given(
    prompts=st.integers(0, 10),
    most=st.integers(0, 10),
    spent=st.decimals(0, 5, places=6),
    cost=st.decimals(0, 5, places=6),
)
def test_a_call_fits_exactly_up_to_the_limit(prompts: int, most: int, spent: Decimal, cost: Decimal) -> None:
    reserved = reserve_for(
        id=ID, assessment_id=ID, model="m", price=LUNA, sent="", messages=0, most_tokens_out=int(cost * 2_000_000)
    )
    over = refusal(reserved, prompts=prompts, most_prompts=most, spent_usd=spent, monthly_usd=Decimal(5))
    fits = prompts < most and spent + reserved.cost_usd <= 5
    assert (over is None) == fits
    if prompts >= most:
        assert over is OverBudget.PROMPTS


def test_what_was_refused_is_free_and_no_prompt() -> None:
    assert settle_refused().cost_usd == 0
    assert [outcome for outcome in CallOutcome if not outcome.is_prompt] == [CallOutcome.REFUSED]


def test_what_may_have_been_answered_is_charged_as_reserved() -> None:
    reserved = reserve_for(
        id=ID, assessment_id=ID, model="m", price=LUNA, sent="x" * 999, messages=2, most_tokens_out=1500
    )
    assert settle_unknown(reserved).cost_usd == reserved.cost_usd


def test_settled_by_the_token() -> None:
    settled = settle_at(CallOutcome.ANSWERED, LUNA, tokens_in=1, tokens_out=1)
    assert settled.cost_usd == Decimal("0.0000006")


@pytest.mark.parametrize("hours", [-11, 0, 13])
def test_months_are_those_of_utc(hours: int) -> None:
    here = timezone(timedelta(hours=hours))
    last = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC).astimezone(here)
    assert month_of(last) == date(2026, 11, 1)
    assert month_of(last + timedelta(seconds=1)) == date(2026, 12, 1)
