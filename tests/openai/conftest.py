"""A provider on a loopback socket, a budget in memory, and a grader between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

import pytest
import stamina
from tests.openai.provider import Provider

from builders import FakeClock
from credcore.breaker import BreakerPolicy, BreakerState
from credcore.budget import CallOutcome, Limits, MonthLine
from credcore.memory import MemoryState, RandomIds
from credcore.memory.budget import MemoryBudget
from credcore_openai import CallPolicy, Connection, Observer, OpenAIGrader, OpenAISettings, open_grader

API_KEY = "sk-test-0123456789abcdefghij"


@dataclass
class Recorder(Observer):
    outcomes: list[str] = field(default_factory=list)
    states: list[BreakerState] = field(default_factory=list)

    def called(
        self, *, outcome: str, seconds: float, cost_usd: Decimal, tokens_in: int = 0, tokens_out: int = 0
    ) -> None:
        self.outcomes.append(outcome)

    def breaker_changed(self, state: BreakerState) -> None:
        self.states.append(state)


@dataclass(kw_only=True)
class Bench:
    """A grader with everything that a test looks at."""

    provider: Provider
    grader: OpenAIGrader
    budget: MemoryBudget
    seen: Recorder
    clock: FakeClock

    async def lines(self) -> dict[CallOutcome | None, MonthLine]:
        return {line.outcome: line for line in await self.budget.month()}


class MakeBench(Protocol):
    def __call__(
        self,
        *,
        prompts: int = ...,
        monthly_usd: str = ...,
        calls: CallPolicy = ...,
        breaker: BreakerPolicy = ...,
        base_url: str | None = ...,
    ) -> AbstractAsyncContextManager[Bench]: ...


QUICK = CallPolicy(deadline=5.0, attempts=3)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider()
    server = await provider.start()
    yield provider
    await provider.stop(server)


@pytest.fixture
def make_bench(provider: Provider, clock: FakeClock) -> MakeBench:
    @asynccontextmanager
    async def make(
        *,
        prompts: int = 50,
        monthly_usd: str = "5",
        calls: CallPolicy = QUICK,
        breaker: BreakerPolicy = BreakerPolicy(),  # noqa: B008 - a frozen value
        base_url: str | None = None,
    ) -> AsyncIterator[Bench]:
        seen = Recorder()
        budget = MemoryBudget(MemoryState(clock=clock))
        settings = OpenAISettings(
            connection=Connection(api_key=API_KEY, model="gpt-6-luna", base_url=base_url or provider.base_url),
            limits=Limits(prompts_per_assessment=prompts, monthly_usd=Decimal(monthly_usd)),
            calls=calls,
            breaker=breaker,
        )
        async with open_grader(settings, budget=budget, ids=RandomIds(), now=clock, observer=seen) as grader:
            yield Bench(provider=provider, grader=grader, budget=budget, seen=seen, clock=clock)

    return make


@pytest.fixture
async def bench(make_bench: MakeBench) -> AsyncIterator[Bench]:
    async with make_bench() as made:
        yield made


@pytest.fixture(autouse=True)
def _retries_do_not_wait() -> AsyncIterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield
