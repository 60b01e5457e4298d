"""Everything the OpenAI grader is made of, put together from settings."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from credcore.breaker import BreakerPolicy, BreakerState
from credcore.budget import Limits, Price, price_of
from credcore.grading_ports import Budget
from credcore.ports import IdSource
from credcore_openai.calls import CallPolicy, Calls
from credcore_openai.client import Connection, OpenAIClient
from credcore_openai.gate import Gate
from credcore_openai.grader import UNMEASURED, OpenAIGrader
from credcore_openai.prompt import Secrets
from credcore_openai.till import Till

DEFAULT_MODEL = "gpt-6-luna"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAISettings:
    """``prices``: an operator's own, by model. ``reliability``: as measured for this model; None: nobody did."""

    connection: Connection
    limits: Limits
    prices: Mapping[str, Price] = field(default_factory=dict)
    reliability: Decimal | None = None
    calls: CallPolicy = field(default_factory=CallPolicy)
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)


class Listening(Protocol):
    """Told of every call and every change of the breaker."""

    def called(
        self, *, outcome: str, seconds: float, cost_usd: Decimal, tokens_in: int = 0, tokens_out: int = 0
    ) -> None:
        """``outcome``: of the settlement, or the code of what went wrong. Tokens and cost as they are charged."""

    def breaker_changed(self, state: BreakerState) -> None:
        """After each change."""


class Observer:
    """Looks away; whoever wants to hear of one thing alone begins here."""

    def called(
        self, *, outcome: str, seconds: float, cost_usd: Decimal, tokens_in: int = 0, tokens_out: int = 0
    ) -> None:
        return

    def breaker_changed(self, state: BreakerState) -> None:
        return


@asynccontextmanager
async def open_grader(
    settings: OpenAISettings,
    *,
    budget: Budget,
    ids: IdSource,
    now: Callable[[], datetime],
    observer: Listening | None = None,
) -> AsyncIterator[OpenAIGrader]:
    """The grader, with its connections open. Makes no call by itself: ``check_model`` does."""
    told = observer or Observer()
    connection = settings.connection
    client = OpenAIClient(connection, now)
    till = Till(
        budget=budget,
        limits=settings.limits,
        model=connection.model,
        price=price_of(connection.model, settings.prices),
        most_tokens_out=connection.most_tokens_out,
        new_id=ids.new_id,
        clock=time.monotonic,
        watch=told,
    )
    gate = Gate(time.monotonic, settings.breaker, told.breaker_changed)
    calls = Calls(client=client, gate=gate, till=till, clock=time.monotonic, policy=settings.calls)
    try:
        yield OpenAIGrader(
            calls=calls,
            secrets=fresh_secrets,
            reliability=UNMEASURED if settings.reliability is None else settings.reliability,
        )
    finally:
        await client.close()


def fresh_secrets() -> Secrets:
    return Secrets(nonce=secrets.token_hex(12), canary=secrets.token_hex(12))
