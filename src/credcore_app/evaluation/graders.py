"""The grader that a run is about, ready to judge, and what its run may cost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from decimal import Decimal

from credcore.budget import Price, estimated_tokens, price_of, reserve_for
from credcore.grading import GradingTask
from credcore.offline_grader import OFFLINE, OfflineGrader
from credcore_app.ai_grading import ai_grader, openai_settings
from credcore_app.database import ready_database, stores_at
from credcore_app.evaluation.judging import Judge
from credcore_app.fault import Fault
from credcore_app.settings import Settings
from credcore_openai import prompt_hash
from credcore_openai.prompt import Secrets, build_prompt
from credcore_openai.schema import reply_schema

OFFLINE_GRADER, OPENAI_GRADER = "offline", "openai"
TYPICAL_REPLY = 300
"""Tokens of a reply to a rubric of three or four criteria."""
PROMPTS_A_ROW = 4
"""An answer may be asked about again after rubbish, and once more without its suspicious sentences."""
AT_ONCE = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """US dollars: what the calls should cost, and the most that one question to each answer could."""

    likely: Decimal
    most: Decimal
    calls: int


def silent(_line: str) -> None:
    """Progress that nobody needs to hear of."""


def offline_judge() -> Judge:
    name = f"{OFFLINE.name} {OFFLINE.version}"
    return Judge(ref=OFFLINE, grader=OfflineGrader(), basis=lambda _task: name)


@asynccontextmanager
async def openai_judge(settings: Settings) -> AsyncIterator[Judge]:
    """Paid from the same monthly budget as all grading. Raises Fault where no key is set."""
    require_key(settings)
    asking = replace(settings, prompts_per_assessment=PROMPTS_A_ROW)
    async with (
        ready_database(settings, silent) as place,
        stores_at(settings, place.dsn) as stores,
        ai_grader(asking, stores.budget) as ai,
    ):
        ref = ai.ref
        yield Judge(
            ref=ref,
            grader=ai,
            basis=lambda task: f"{ref.name} {ref.version} {prompt_hash(task.question)}",
            at_once=AT_ONCE,
        )


def require_key(settings: Settings) -> None:
    if settings.openai_api_key is None:
        raise Fault("no AI grader is configured; set CREDCORE_OPENAI_API_KEY, or take --grader offline")


def estimate(settings: Settings, tasks: Iterable[GradingTask]) -> Estimate:
    """What asking once about each answer costs."""
    wanted = openai_settings(settings)
    price = price_of(wanted.connection.model, wanted.prices)
    costs = [_cost(task, price, wanted.connection.most_tokens_out) for task in tasks]
    return Estimate(
        likely=sum((likely for likely, _ in costs), Decimal(0)),
        most=sum((most for _, most in costs), Decimal(0)),
        calls=len(costs),
    )


def _cost(task: GradingTask, price: Price, most_tokens_out: int) -> tuple[Decimal, Decimal]:
    prompt = build_prompt(task.question, task.answer, Secrets(nonce="0" * 24, canary="0" * 24))
    sent = f"{prompt.system}{prompt.user}{reply_schema(task.question)}"
    most = reserve_for(
        id=task.assessment_id,
        assessment_id=task.assessment_id,
        model="",
        price=price,
        sent=sent,
        messages=len(prompt.messages),
        most_tokens_out=most_tokens_out,
    )
    return price.cost(estimated_tokens(sent), TYPICAL_REPLY), most.cost_usd
