"""``credcore worker`` is killed with an essay in hand: another one has it within the lease and a second."""

from __future__ import annotations

import asyncio
import time

import pytest
from tests.faults.honest_model import ModelServer, grades
from tests.faults.taking import essays, taker
from tests.faults.test_ai_server import KEY
from tests.openai.provider import hangs

from running import Server, running_server

pytestmark = [pytest.mark.filterwarnings("ignore::ResourceWarning"), pytest.mark.measured]
LEASE = 3
POLL = 0.02


async def until_at_work(server: Server, workers: int) -> None:
    log = server.folder / "beside.log"
    while log.read_text().count('"grading"') < workers:
        await asyncio.sleep(POLL)


async def until_asked(provider: ModelServer, times: int) -> float:
    while len(provider.prompts) < times:
        await asyncio.sleep(POLL)
    return time.monotonic()


async def test_a_killed_workers_essay_is_picked_up_within_its_lease_and_a_second() -> None:
    provider = ModelServer(script=[hangs])
    listening = await provider.start()
    settings = {
        "CREDCORE_OPENAI_API_KEY": KEY,
        "CREDCORE_OPENAI_BASE_URL": provider.base_url,
        "CREDCORE_OPENAI_TIMEOUT_SECONDS": "60",
        "CREDCORE_LEASE_SECONDS": str(LEASE),
    }
    try:
        async with asyncio.timeout(90), running_server("--no-grading", **settings) as server:
            first = await server.beside("worker")
            await until_at_work(server, 1)
            async with taker(server, "ada") as learner:
                id = await learner.begin()
                await learner.answer_all(id, most_essays=1)
                await until_asked(provider, 1)
                second = await server.beside("worker")
                await until_at_work(server, 2)
                provider.will(grades)
                first.kill()
                killed = time.monotonic()
                took = await until_asked(provider, 2) - killed
                print(f"picked up {took:.2f} s after the kill, by a lease of {LEASE} s")
                assert took <= LEASE + 1
                profile = await learner.complete(id)
            second.terminate()
            assert [await second.wait(), await first.wait()] == [0, -9]
            assert [essay["status"] for essay in essays(profile)].count("scored") == 1
    finally:
        await provider.stop(listening)
