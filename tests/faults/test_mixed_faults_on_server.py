"""Twenty assessments on a real server and a real PostgreSQL, while the provider does everything it can do wrong."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from tests.faults.honest_model import ModelServer, grade_for, grades
from tests.faults.taking import essays, taker
from tests.faults.test_ai_server import command, served_with_ai
from tests.openai.provider import (
    Behaviour,
    Request,
    completes,
    completion,
    disconnects,
    dribbles,
    fails,
    hangs,
    sends,
)

from credcore_app.content import read_content
from credcore_pg import DatabaseSettings, open_stores

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
ASSESSMENTS, PROMPTS, SEED = 20, 5, 20261122
TIMEOUT = 6.0


def altered(change: Any) -> Behaviour:  # Any: a function of one text
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        await completes(change(grade_for(request)))(writer, request)

    return behave


async def cut_body(writer: asyncio.StreamWriter, request: Request) -> None:
    await sends(200, json.dumps(completion(grade_for(request)))[:-40])(writer, request)


async def without_usage(writer: asyncio.StreamWriter, request: Request) -> None:
    await completes(grade_for(request), usage=...)(writer, request)


FAULTS: dict[str, tuple[str, Behaviour]] = {
    "429": ("refused", fails(429)),
    "429 with Retry-After": ("refused", fails(429, "retry-after: 1")),
    "500": ("refused", fails(500)),
    "hang": ("unknown", hangs),
    "dribble": ("unknown", dribbles(0.05)),
    "HTML": ("unknown", sends(200, "<html>Sorry</html>", content_type="text/html")),
    "cut JSON": ("unknown", cut_body),
    "disconnect": ("unknown", disconnects),
    "NaN": ("unusable", altered(lambda reply: reply.replace('"score": 10', '"score": NaN'))),
    "14": ("unusable", altered(lambda reply: reply.replace('"score": 10', '"score": 14'))),
    "refusal": ("unusable", completes(None, refusal="I cannot.")),
    "empty choices": ("unusable", completes(None, choices=[])),
    "missing usage": ("answered", without_usage),
}


@dataclass
class Faulty(ModelServer):
    """Half of what it is asked it answers; of the rest each fault comes as often as every other."""

    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    did: Counter[str] = field(default_factory=Counter)

    def behaviour_for(self, request: Request) -> Behaviour:
        if request.path.endswith("/models"):
            return super().behaviour_for(request)
        honest = self.chance.random() < 0.5
        name = "" if honest else self.chance.choice(list(FAULTS))
        outcome, behaviour = ("answered", grades) if honest else FAULTS[name]
        self.did[outcome] += 1
        return behaviour


async def published(dsn: str) -> None:
    """The bank, for a server that does not bring its own database."""
    content = read_content(None)
    async with open_stores(DatabaseSettings(dsn=dsn)) as stores:
        await stores.bank.publish(content.document, content.bank)


async def take(server: Any, number: int) -> dict[str, Any]:  # Any: running.Server, which mypy does not see here
    async with taker(server, f"learner{number}") as learner:
        id = await learner.begin()
        await learner.answer_all(id, "weak" if number % 2 else "strong")
        before = asyncio.get_running_loop().time()
        profile = await learner.complete(id)
        assert asyncio.get_running_loop().time() - before < TIMEOUT + 1 + ASSESSMENTS * 0.1  # they share two cores
        return profile


async def test_nothing_is_lost_and_the_budget_is_exact_under_all_faults_at_once(clean_dsn: str) -> None:
    provider = Faulty()
    await published(clean_dsn)
    settings = {
        "CREDCORE_DATABASE_URL": clean_dsn,
        "CREDCORE_COMPLETE_TIMEOUT_SECONDS": str(TIMEOUT),
        "CREDCORE_OPENAI_TIMEOUT_SECONDS": "1.5",
        "CREDCORE_PROMPTS_PER_ASSESSMENT": str(PROMPTS),
    }
    async with asyncio.timeout(120), served_with_ai(provider, **settings) as server:
        profiles = await asyncio.gather(*(take(server, number) for number in range(ASSESSMENTS)))
        spent = await command(server, "budget", "--json")
    for profile in profiles:
        assert [essay["status"] for essay in essays(profile)] == ["scored"] * 5
        assert {essay["grader"]["name"] for essay in essays(profile)} <= {"offline", "gpt-6-luna"}
    by_model = sum(essay["grader"]["name"] == "gpt-6-luna" for profile in profiles for essay in essays(profile))
    assert by_model > 0
    await _check_ledger(clean_dsn, provider)
    assert spent["leftUsd"] <= 5
    print(f"seed {SEED}: {by_model} of {5 * ASSESSMENTS} essays by the model; provider: {dict(provider.did)}")


async def _check_ledger(dsn: str, provider: Faulty) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        outcomes = {row["outcome"]: row["calls"] for row in await connection.fetch(OUTCOMES)}
        cut_off = outcomes.pop(None, 0)
        # What was cut off with its completion, or with the server, stays open; all else is as the provider did it.
        assert sum(provider.did.values()) - sum(outcomes.values()) <= cut_off
        for outcome, calls in outcomes.items():
            assert calls <= provider.did[outcome], (outcome, outcomes, provider.did)
        assert await connection.fetchval(DIFFERENCE) == 0
        assert await connection.fetchval(MOST_PROMPTS) <= PROMPTS
        assert await connection.fetchval(GRADED) == 5 * ASSESSMENTS
    finally:
        await connection.close()


OUTCOMES = "SELECT outcome, count(*) AS calls FROM ai_call GROUP BY outcome"
DIFFERENCE = "SELECT (SELECT sum(cost_usd) FROM ai_call) - (SELECT sum(spent_usd) FROM ai_month)"
MOST_PROMPTS = """
SELECT max(calls) FROM (
    SELECT count(*) AS calls FROM ai_call WHERE outcome IS DISTINCT FROM 'refused' GROUP BY assessment_id
) AS by_assessment
"""
GRADED = "SELECT count(DISTINCT (assessment_id, question_id)) FROM grade WHERE superseded_at IS NULL"
