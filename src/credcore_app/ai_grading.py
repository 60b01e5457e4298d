"""The AI grader as the settings ask for it. A key has to be set."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal

from stamina.instrumentation import set_on_retry_hooks

from credcore.budget import Limits, Price
from credcore.grading_ports import Budget
from credcore.memory import RandomIds, system_clock
from credcore.services.reuse import ReusingGrader
from credcore_app.background import beside
from credcore_app.provenance import basis_of, recomputed
from credcore_app.settings import Settings
from credcore_openai import CallPolicy, Connection, Listening, OpenAIGrader, OpenAISettings, open_grader
from credcore_pg import PostgresStores

MODEL_CHECK = timedelta(hours=12)
"""How often the provider is asked what it says of our model: shutdowns are announced weeks ahead."""


@asynccontextmanager
async def open_ai(
    settings: Settings, stores: PostgresStores, observer: Listening | None
) -> AsyncIterator[tuple[ReusingGrader, Callable[[], tuple[str, ...]]]]:
    """The grader, which judges the same answer once, and what says what of it is not as it should be."""
    async with (
        ai_grader(settings, stores.budget, observer) as ai,
        # In the background: no start waits for a provider.
        beside(ai.check_model, "credcore-model-check", rest=MODEL_CHECK.total_seconds()),
    ):
        reusing = ReusingGrader(
            ai=ai, past=stores.past_grades, basis=lambda task: basis_of(task, ai.model), recomputed=recomputed
        )
        yield reusing, lambda: ai.degraded(system_clock().date())


@asynccontextmanager
async def ai_grader(
    settings: Settings, budget: Budget, observer: Listening | None = None
) -> AsyncIterator[OpenAIGrader]:
    """The AI grader alone."""
    # Left to itself, stamina tells of each retry on standard output, where a command's JSON stands. Calls are counted
    # in the budget and the metrics, and what becomes of the breaker is logged.
    set_on_retry_hooks(())
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
