"""``credcore serve`` with an AI grader: a real server, a real database, a provider on a socket."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from tests.faults.honest_model import TOKENS_IN, TOKENS_OUT, ModelServer, grades
from tests.faults.taking import essays, taker
from tests.openai.provider import fails, hangs

from running import Server, running_server

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
KEY = "sk-test-0123456789abcdefghij"


@asynccontextmanager
async def served_with_ai(provider: ModelServer, **variables: str) -> AsyncIterator[Server]:
    listening = await provider.start()
    try:
        async with running_server(
            CREDCORE_OPENAI_API_KEY=KEY, CREDCORE_OPENAI_BASE_URL=provider.base_url, **variables
        ) as server:
            yield server
    finally:
        await provider.stop(listening)


async def command(server: Server, *arguments: str) -> Any:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "credcore_app", *arguments),
        env=server.environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return json.loads(out)


async def ready(server: Server) -> dict[str, Any]:
    async with httpx.AsyncClient() as client:
        body: dict[str, Any] = (await client.get(f"http://127.0.0.1:{server.port}/health/ready")).json()
        return body


async def test_with_a_key_essays_are_graded_by_the_model_and_paid_from_the_budget() -> None:
    provider = ModelServer(script=[grades])
    async with asyncio.timeout(60), served_with_ai(provider) as server, taker(server, "ada") as learner:
        id = await learner.begin()
        await learner.answer_all(id)
        profile = await learner.complete(id)
        graders = [essay["grader"]["name"] for essay in essays(profile)]
        assert graders == ["gpt-6-luna"] * 5
        assert not profile["provisional"]
        assert len(provider.prompts) == 5
        spent = await command(server, "budget", "--json")
        assert spent["lines"] == [
            {
                "model": "gpt-6-luna",
                "outcome": "answered",
                "calls": 5,
                "tokensIn": 5 * TOKENS_IN,
                "tokensOut": 5 * TOKENS_OUT,
                "costUsd": 0.001,
            }
        ]
        assert spent["leftUsd"] == pytest.approx(4.999)
        assert (await ready(server))["status"] == "ready"
