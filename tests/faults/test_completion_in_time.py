"""Completion ends a second after its limit at the latest, whatever a provider does that is given far longer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.faults.honest_model import ModelServer
from tests.faults.taking import Taker, judged, taker
from tests.faults.test_ai_server import KEY
from tests.openai.provider import Behaviour, Request, dribbles, hangs

from running import running_server
from stopwatch import Stopwatch

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
LIMIT = 2.0


class Silent(ModelServer):
    """Takes every other request and says nothing, and to the rest a byte now and then."""

    def behaviour_for(self, request: Request) -> Behaviour:
        if request.path.endswith("/models"):
            return super().behaviour_for(request)
        return dribbles(0.05) if len(self.prompts) % 2 else hangs


async def completed(learner: Taker) -> list[dict[str, Any]]:
    id = await learner.begin()
    await learner.answer_all(id, "weak")
    watch = Stopwatch()
    profile = await learner.complete(id)
    assert watch.seconds >= LIMIT
    assert watch.undisturbed <= LIMIT + 1
    assert profile["provisional"]
    return judged(profile)


@pytest.mark.parametrize("options", [(), ("--no-grading",)], ids=["held by a worker", "called by completion itself"])
async def test_completion_ends_within_its_limit_and_a_second_on_sockets_that_hang(options: tuple[str, ...]) -> None:
    provider = Silent()
    listening = await provider.start()
    settings = {
        "CREDCORE_OPENAI_API_KEY": KEY,
        "CREDCORE_OPENAI_BASE_URL": provider.base_url,
        "CREDCORE_OPENAI_TIMEOUT_SECONDS": "60",
        "CREDCORE_COMPLETE_TIMEOUT_SECONDS": str(LIMIT),
    }
    try:
        async with (
            asyncio.timeout(120),
            running_server(*options, **settings) as server,
            taker(server, "ada") as ada,
            taker(server, "bob") as bob,
            taker(server, "eve") as eve,
        ):
            done = await asyncio.gather(*(completed(learner) for learner in (ada, bob, eve)))
    finally:
        await provider.stop(listening)
    assert provider.prompts, "nobody was asked"
    for essays in done:
        assert len(essays) == 5
        assert all(essay["grader"]["name"] == "offline" for essay in essays)
