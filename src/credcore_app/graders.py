"""The graders that the settings ask for: the offline one always, the AI one where there is a key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from credcore.budget import Limits, Price
from credcore.memory import RandomIds, system_clock
from credcore.offline_grader import judge_offline
from credcore.ports import Budget, GradingQueue
from credcore.services.grading import GradingWorker, QueuePolicy
from credcore.services.judging import Judges
from credcore.services.reuse import ReusingGrader
from credcore_app.provenance import basis_of, recomputed
from credcore_app.settings import Settings
from credcore_openai import CallPolicy, Connection, Observer, OpenAIGrader, OpenAISettings, open_grader
from credcore_pg import PostgresStores

MODEL_CHECK = timedelta(hours=12)
"""How often the provider is asked what it says of our model: shutdowns are announced weeks ahead."""
FIRST_RETRY = timedelta(seconds=10)
"""After it 20, 40 and 80 s, or later where the provider says so. The learner waits for none of it, since completion
judges offline what is left."""


@dataclass(frozen=True, kw_only=True)
class Graders:
    """``degraded`` says what of the AI grader is not as it should be; essays are judged all the same."""

    judges: Judges
    degraded: Callable[[], tuple[str, ...]]

    def worker(self, settings: Settings, queue: GradingQueue) -> GradingWorker:
        """``queue``: the stores' own, or one that counts."""
        return GradingWorker(
            queue=queue,
            grader=self.judges,
            fallback=self.judges.fallback,
            ids=RandomIds(),
            now=system_clock,
            policy=QueuePolicy(lease=timedelta(seconds=settings.lease_seconds), first_retry=FIRST_RETRY),
        )


@asynccontextmanager
async def open_graders(
    settings: Settings, stores: PostgresStores, observer: Observer | None = None
) -> AsyncIterator[Graders]:
    """The graders until the block ends. Without a key no SDK is loaded and nothing leaves this machine."""
    measured = await stores.measured.all()
    if settings.openai_api_key is None:
        yield Graders(judges=Judges(ai=None, offline=judge_offline, measured=measured), degraded=lambda: ())
        return
    async with ai_grader(settings, stores.budget, observer) as ai, _model_watched(ai):
        reusing = ReusingGrader(
            ai=ai, past=stores.past_grades, basis=lambda task: basis_of(task, ai.model), recomputed=recomputed
        )
        yield Graders(
            judges=Judges(ai=reusing, offline=judge_offline, measured=measured),
            degraded=lambda: ai.degraded(system_clock().date()),
        )


@asynccontextmanager
async def ai_grader(
    settings: Settings, budget: Budget, observer: Observer | None = None
) -> AsyncIterator[OpenAIGrader]:
    """The AI grader alone. A key has to be set."""
    async with open_grader(
        openai_settings(settings), budget=budget, ids=RandomIds(), now=system_clock, observer=observer
    ) as ai:
        yield ai


def openai_settings(settings: Settings) -> OpenAISettings:
    assert settings.openai_api_key is not None  # whoever asks for the AI grader has looked
    return OpenAISettings(
        connection=Connection(
            api_key=settings.openai_api_key,
            model=settings.openai_model,
            base_url=settings.openai_base_url,
            reasoning_effort=settings.openai_reasoning_effort,
        ),
        limits=Limits(
            prompts_per_assessment=settings.prompts_per_assessment,
            monthly_usd=Decimal(str(settings.monthly_budget_usd)),
        ),
        prices={
            price.model: Price(tokens_in=price.tokens_in, tokens_out=price.tokens_out)
            for price in settings.openai_prices
        },
        calls=CallPolicy(deadline=settings.openai_timeout_seconds),
    )


@asynccontextmanager
async def _model_watched(ai: OpenAIGrader) -> AsyncIterator[None]:
    """In the background: no start waits for a provider."""
    watching = asyncio.create_task(_watch(ai), name="credcore-model-check")
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(ai: OpenAIGrader) -> None:
    while True:
        await ai.check_model()
        await asyncio.sleep(MODEL_CHECK.total_seconds())
