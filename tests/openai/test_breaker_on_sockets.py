"""The breaker around real calls: when it opens, what it lets through, and who is told."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from tests.openai import subject
from tests.openai.conftest import Bench, MakeBench
from tests.openai.provider import Behaviour, completes, fails, hangs

from credcore.breaker import BreakerPolicy, BreakerState
from credcore.errors import Unavailable

TODAY = date(2026, 11, 22)


async def judged(bench: Bench) -> bool:
    try:
        await bench.grader.judge(subject.task())
    except Unavailable:
        return False
    return True


async def paused(bench: Bench) -> None:
    """Until the breaker lets somebody try."""
    async with asyncio.timeout(10):
        while bench.grader.calls.gate.state is BreakerState.OPEN:
            await asyncio.sleep(0)


async def test_an_outage_costs_the_provider_five_requests(bench: Bench) -> None:
    bench.provider.will(fails(500))
    assert not any([await judged(bench) for _ in range(20)])
    assert len(bench.provider.prompts) == 5
    assert bench.seen.states == [BreakerState.OPEN]
    assert bench.grader.degraded(TODAY) == ("ai grader: breaker open",)


async def test_after_the_pause_one_of_many_tries(make_bench: MakeBench) -> None:
    async with make_bench(breaker=BreakerPolicy(first_pause=0.05)) as bench:
        bench.provider.will(fails(401))
        assert not await judged(bench)
        await paused(bench)
        bench.provider.will(fails(401))
        await asyncio.gather(*(judged(bench) for _ in range(10)))
        assert len(bench.provider.prompts) == 2


async def test_a_probe_that_succeeds_lets_all_through_again(make_bench: MakeBench) -> None:
    async with make_bench(breaker=BreakerPolicy(first_pause=0.05)) as bench:
        bench.provider.will(fails(401), completes(subject.reply()))
        assert not await judged(bench)
        await paused(bench)
        assert await judged(bench)
        assert all(await asyncio.gather(*(judged(bench) for _ in range(10))))
        assert bench.seen.states == [BreakerState.OPEN, BreakerState.CLOSED]
        assert bench.grader.degraded(TODAY) == ()


async def test_cancelled_calls_open_nothing(bench: Bench) -> None:
    bench.provider.will(hangs)
    judging = [asyncio.ensure_future(bench.grader.judge(subject.task())) for _ in range(20)]
    while len(bench.provider.prompts) < 20:
        await asyncio.sleep(0)
    for one in judging:
        one.cancel()
    await asyncio.gather(*judging, return_exceptions=True)
    assert bench.grader.calls.gate.state is BreakerState.CLOSED


@pytest.mark.parametrize(
    "does", [completes(None, refusal="no"), fails(400, code="content_filter")], ids=["refusal", "filter"]
)
async def test_an_answer_that_provokes_rubbish_shuts_nobody_else_out(does: Behaviour, bench: Bench) -> None:
    bench.provider.will(does)
    for _ in range(10):
        with pytest.raises(Unavailable):
            await bench.grader.judge(subject.task())
    assert bench.grader.calls.gate.state is BreakerState.CLOSED
