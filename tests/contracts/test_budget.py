"""What every budget promises: exact sums, whatever happens at once."""

from __future__ import annotations

import asyncio
import sys
from decimal import Decimal
from uuid import UUID

import pytest
from tests.contracts.conftest import in_postgres

from builders import FakeClock
from credcore.budget import CallOutcome, Limits, OverBudget, Reservation, Settlement, settle_refused
from credcore.grading_ports import Budget
from credcore.memory import RandomIds
from credcore_pg import PostgresStores

ids = RandomIds()
ONE = UUID(int=1)
LIMITS = Limits(prompts_per_assessment=5, monthly_usd=Decimal(1))


@pytest.fixture
def budget(stores) -> Budget:
    made: Budget = stores.budget
    return made


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


async def test_without_a_number_the_form_decides(stores) -> None:
    begun = await stores.begin(await stores.person())
    limits = Limits(prompts_per_assessment=None, monthly_usd=Decimal(1))
    over = [await stores.budget.reserve(reservation(begun.id), limits) for _ in range(3)]
    assert over == [None, None, OverBudget.PROMPTS]  # the built form has two essays


async def test_an_assessment_that_is_erased_leaves_its_sums(stores) -> None:
    caller = await stores.person()
    begun = await stores.begin(caller)
    settled, open_still = reservation(begun.id), reservation(begun.id)
    for call in (settled, open_still):
        assert await stores.budget.reserve(call, LIMITS) is None
    await stores.budget.settle(settled.id, settlement())
    before = await stores.budget.month()
    await stores.office.erase(caller.id)
    await stores.budget.settle(open_still.id, settlement())
    assert sum(line.calls for line in await stores.budget.month()) == sum(line.calls for line in before) == 2
    assert sum(line.cost_usd for line in await stores.budget.month()) == Decimal("0.004")


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


async def test_the_ledger_of_an_erased_assessment_names_it_no_more(postgres: PostgresStores, clock: FakeClock) -> None:
    stores = in_postgres(postgres, clock)
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.budget.reserve(reservation(begun.id), LIMITS)
    await stores.office.erase(caller.id)
    [row] = await postgres.database.rows("SELECT assessment_id, cost_usd FROM ai_call")
    assert (row["assessment_id"], row["cost_usd"]) == (None, Decimal("0.01"))


async def test_processes_at_once_are_as_exact_as_tasks(clean_dsn: str, postgres: PostgresStores) -> None:
    """Each process with connections of its own: nothing in any of them could hold the sum."""
    results = await asyncio.gather(*(_in_a_process(clean_dsn) for _ in range(4)))
    assert sum(results) == 20
    [ledger] = await postgres.database.rows("SELECT count(*) AS calls, sum(cost_usd) AS usd FROM ai_call")
    assert (ledger["calls"], ledger["usd"]) == (20, Decimal("0.20"))


async def _in_a_process(dsn: str) -> int:
    """Tries to reserve 25 cents' worth of calls out of 20; how many passed."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _SPENDER, dsn, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return int(out)


_SPENDER = """
import asyncio, sys
from decimal import Decimal
from credcore.budget import Limits, Reservation
from credcore.memory import RandomIds
from credcore_pg import DatabaseSettings, open_stores

async def spend(dsn):
    ids = RandomIds()
    limits = Limits(prompts_per_assessment=1, monthly_usd=Decimal("0.20"))
    async with open_stores(DatabaseSettings(dsn=dsn, acquire=60.0, lock=30.0, statement=40.0, command=50.0)) as stores:
        return await asyncio.gather(*(
            stores.budget.reserve(Reservation(
                id=ids.new_id(), assessment_id=ids.new_id(), model="m", tokens_in=1, tokens_out=1,
                cost_usd=Decimal("0.01")), limits)
            for _ in range(25)))

print(asyncio.run(spend(sys.argv[1])).count(None))
"""
