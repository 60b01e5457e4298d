"""A provider on a socket that fails and comes back, before a backlog in a real database."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import asyncpg
import pytest
from tests.faults.honest_model import ModelServer, grades
from tests.openai.provider import Behaviour, Request, fails

from builders import DOMAINS, Respond, account, assessment, bank, document
from credcore.breaker import BreakerPolicy, BreakerState
from credcore.budget import Limits
from credcore.memory import RandomIds, system_clock
from credcore.offline_grader import judge_offline
from credcore.responses import Text
from credcore.services.grading import GradingWorker, QueuePolicy
from credcore.services.judging import Judges
from credcore_openai import CallPolicy, Connection, Observer, OpenAISettings, open_grader
from credcore_pg import DatabaseSettings, PostgresStores, open_stores

ESSAYS = [f"{domain}-essay-{number}" for domain in DOMAINS for number in (2, 3)]
JOBS = 200
THINKING = 0.05
"""Seconds that the model takes for a grade."""
PAUSE = 0.5
"""Of the breaker, where half a minute stands otherwise."""

_ANSWERED = "SELECT count(*) FROM grade WHERE superseded_at IS NULL AND model = 'gpt-6-luna'"
_PROVISIONAL = "SELECT count(*) FROM grade WHERE 'provisional' = ANY(flags)"


@dataclass
class Busy(ModelServer):
    """Counts how many it works for at once."""

    now: int = 0
    most: int = 0

    def behaviour_for(self, request: Request) -> Behaviour:
        behaviour = super().behaviour_for(request)

        async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
            self.now += 1
            self.most = max(self.most, self.now)
            await asyncio.sleep(THINKING)
            await behaviour(writer, request)
            self.now -= 1

        return behave


@dataclass
class Changes(Observer):
    states: list[BreakerState] = field(default_factory=list)

    def called(
        self, *, outcome: str, seconds: float, cost_usd: Decimal, tokens_in: int = 0, tokens_out: int = 0
    ) -> None:
        return

    def breaker_changed(self, state: BreakerState) -> None:
        self.states.append(state)


async def _hand_in(stores: PostgresStores) -> None:
    await stores.bank.publish(document(), bank())
    caller = (await stores.accounts.add(account(ai_consent=True), "a hash")).caller
    for _ in range(JOBS // len(ESSAYS)):
        begun = assessment(caller, ESSAYS, ai_consent=True)
        await stores.assessments.start(caller, begun, timedelta(hours=2))
        for id in ESSAYS:
            text = Text(text=f"What it is, and why we do it so and not otherwise: {begun.id}, {id}.")
            await stores.responses.respond(caller, begun.id, id, Respond(id, text))


@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_a_backlog_is_graded_by_the_model_at_full_width_once_the_provider_is_back(clean_dsn: str) -> None:
    provider, seen = Busy(script=[fails(500)]), Changes()
    listening = await provider.start()
    connection = await asyncpg.connect(clean_dsn)
    settings = OpenAISettings(
        connection=Connection(api_key="sk-test-0123456789", model="gpt-6-luna", base_url=provider.base_url),
        limits=Limits(prompts_per_assessment=None, monthly_usd=Decimal(50)),
        calls=CallPolicy(first_wait=0.01, jitter=0.01),
        breaker=BreakerPolicy(first_pause=PAUSE, longest_pause=PAUSE, probe_wait=PAUSE),
    )
    stop = asyncio.Event()
    try:
        async with (
            asyncio.timeout(120),
            open_stores(DatabaseSettings(dsn=clean_dsn)) as stores,
            open_grader(settings, budget=stores.budget, ids=RandomIds(), now=system_clock, observer=seen) as ai,
        ):
            await _hand_in(stores)
            judges = Judges(ai=ai, offline=judge_offline)
            policy = QueuePolicy(first_retry=timedelta(seconds=1), last_retry=timedelta(seconds=1))
            worker = GradingWorker(
                queue=stores.queue,
                grader=judges,
                fallback=judges.fallback,
                ids=RandomIds(),
                now=lambda: datetime.now(UTC),
                policy=policy,
            )
            working = asyncio.create_task(worker.run(stop))
            while len(seen.states) < 6:
                await asyncio.sleep(0.05)
            # Five failures, what was under way with the fifth, and one call each time that the breaker opens up.
            assert len(provider.prompts) <= 5 + (policy.batch - 1) + len(seen.states)
            assert await connection.fetchval("SELECT max(attempts) FROM grading_job") <= 1
            provider.most = 0
            provider.will(grades)
            back = time.monotonic()
            while await connection.fetchval("SELECT count(*) FROM grading_job WHERE state <> 'done'"):
                await asyncio.sleep(0.05)
            drained = time.monotonic() - back
            stop.set()
            await working
        answered = await connection.fetchval(_ANSWERED)
        provisional = await connection.fetchval(_PROVISIONAL)
    finally:
        await connection.close()
        await provider.stop(listening)
    print(f"{JOBS} essays graded {drained:.1f} s after the provider was back, {provider.most} at once")
    assert (answered, provisional) == (JOBS, 0)
    assert provider.most == policy.batch
