"""What every budget promises: exact sums, whatever happens at once."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from uuid import UUID

import pytest

from builders import FORM, FakeClock, assessment, bank, partner
from credcore.budget import CallOutcome, Limits, OverBudget, Reservation, Settlement, settle_refused
from credcore.memory import MemoryState, RandomIds
from credcore.memory.budget import MemoryBudget
from credcore.memory.state import AssessmentRow
from credcore.ports import Budget

ids = RandomIds()
ONE = UUID(int=1)
LIMITS = Limits(prompts_per_assessment=5, monthly_usd=Decimal(1))


@pytest.fixture
def state(clock: FakeClock) -> MemoryState:
    return MemoryState(clock=clock)


@pytest.fixture
def budget(state: MemoryState) -> Budget:
    return MemoryBudget(state)


def reservation(assessment_id: UUID = ONE, *, usd: str = "0.01", model: str = "a-model") -> Reservation:
    return Reservation(
        id=ids.new_id(),
        assessment_id=assessment_id,
        model=model,
        tokens_in=1000,
        tokens_out=500,
        cost_usd=Decimal(usd),
    )


def settlement(outcome: CallOutcome = CallOutcome.ANSWERED, *, usd: str = "0.002") -> Settlement:
    return Settlement(outcome=outcome, tokens_in=900, tokens_out=100, cost_usd=Decimal(usd))


async def test_of_a_hundred_at_once_as_many_pass_as_have_prompts(budget: Budget) -> None:
    over = await asyncio.gather(*(budget.reserve(reservation(), LIMITS) for _ in range(100)))
    assert over.count(None) == 5
    assert over.count(OverBudget.PROMPTS) == 95


async def test_of_a_hundred_at_once_as_many_pass_as_the_month_pays(budget: Budget) -> None:
    calls = [reservation(ids.new_id(), usd="0.07") for _ in range(100)]
    over = await asyncio.gather(*(budget.reserve(call, LIMITS) for call in calls))
    assert over.count(None) == 14
    assert over.count(OverBudget.MONTH) == 86


async def test_the_last_cent_can_be_spent(budget: Budget) -> None:
    assert await budget.reserve(reservation(ids.new_id(), usd="0.4"), LIMITS) is None
    assert await budget.reserve(reservation(ids.new_id(), usd="0.6"), LIMITS) is None
    assert await budget.reserve(reservation(ids.new_id(), usd="0.0000001"), LIMITS) is OverBudget.MONTH


async def test_settling_gives_back_what_was_not_used(budget: Budget) -> None:
    first = reservation(usd="0.9")
    assert await budget.reserve(first, LIMITS) is None
    assert await budget.reserve(reservation(usd="0.2"), LIMITS) is OverBudget.MONTH
    await budget.settle(first.id, settlement(usd="0.8"))
    assert await budget.reserve(reservation(usd="0.2"), LIMITS) is None


async def test_a_call_that_cost_more_than_reserved_is_charged_as_it_was(budget: Budget) -> None:
    call = reservation(usd="0.1")
    await budget.reserve(call, LIMITS)
    await budget.settle(call.id, settlement(usd="1.5"))
    assert await budget.reserve(reservation(usd="0"), LIMITS) is OverBudget.MONTH


@pytest.mark.parametrize("outcome", CallOutcome)
async def test_all_but_refused_calls_are_prompts(budget: Budget, outcome: CallOutcome) -> None:
    only = Limits(prompts_per_assessment=1, monthly_usd=Decimal(1))
    call = reservation()
    await budget.reserve(call, only)
    await budget.settle(call.id, settle_refused() if outcome is CallOutcome.REFUSED else settlement(outcome))
    over = await budget.reserve(reservation(), only)
    assert over is (None if outcome is CallOutcome.REFUSED else OverBudget.PROMPTS)


async def test_an_open_reservation_counts_for_ever(budget: Budget, clock: FakeClock) -> None:
    only = Limits(prompts_per_assessment=1, monthly_usd=Decimal(1))
    await budget.reserve(reservation(), only)
    clock.move(days=400)
    assert await budget.reserve(reservation(), only) is OverBudget.PROMPTS


async def test_another_month_has_its_own_dollars_and_the_same_prompts(budget: Budget, clock: FakeClock) -> None:
    late = reservation(usd="1")
    await budget.reserve(late, LIMITS)
    clock.move(days=9)
    assert await budget.reserve(reservation(usd="0.9"), LIMITS) is None
    await budget.settle(late.id, settlement(usd="0.9"))  # belongs to the month before
    assert await budget.reserve(reservation(usd="0.1"), LIMITS) is None
    assert sum(line.cost_usd for line in await budget.month()) == Decimal("1.0")


async def test_reserving_and_settling_again_changes_nothing(budget: Budget) -> None:
    call = reservation()
    assert await budget.reserve(call, LIMITS) is None
    assert await budget.reserve(call, LIMITS) is None
    await budget.settle(call.id, settlement(usd="0.002"))
    await budget.settle(call.id, settlement(usd="0.9"))
    await budget.settle(ids.new_id(), settlement(usd="0.9"))
    (line,) = await budget.month()
    assert (line.calls, line.cost_usd) == (1, Decimal("0.002"))


async def test_a_refused_reservation_leaves_no_trace(budget: Budget) -> None:
    call = reservation(usd="2")
    assert await budget.reserve(call, LIMITS) is OverBudget.MONTH
    await budget.settle(call.id, settlement())
    assert list(await budget.month()) == []


async def test_without_a_number_the_form_decides(budget: Budget, state: MemoryState) -> None:
    started = assessment(partner(), FORM)
    state.assessments[started.id] = AssessmentRow(
        assessment=started, questions={item.question_id: bank().by_id[item.question_id] for item in started.items}
    )
    limits = Limits(prompts_per_assessment=None, monthly_usd=Decimal(1))
    over = [await budget.reserve(reservation(started.id), limits) for _ in range(3)]
    assert over == [None, None, OverBudget.PROMPTS]  # the built form has two essays


async def test_the_month_is_told_by_model_and_outcome(budget: Budget) -> None:
    for model, outcome in (("b", None), ("b", CallOutcome.ANSWERED), ("a", CallOutcome.UNKNOWN), ("b", None)):
        call = reservation(model=model)
        await budget.reserve(call, LIMITS)
        if outcome:
            await budget.settle(call.id, settlement(outcome))
    lines = [(line.model, line.outcome, line.calls, line.tokens_in) for line in await budget.month()]
    assert lines == [
        ("a", CallOutcome.UNKNOWN, 1, 900),
        ("b", CallOutcome.ANSWERED, 1, 900),
        ("b", None, 2, 2000),
    ]
