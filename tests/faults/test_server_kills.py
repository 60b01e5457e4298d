"""The server is killed while learners answer. What was acknowledged is there afterwards, and counts once.

``CREDCORE_KILLS`` sets the number of kills: 3 by default, 50 in the nox session ``faults``.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from tests.http.driving import PASSWORD, sample_answer

from running import Server, running_server

KILLS = int(os.environ.get("CREDCORE_KILLS", "3"))
LEARNERS = 8
ANSWERS_A_KILL = 10
SEED = 20261122


@dataclass
class Learner:
    """Answers one assessment after the other, and asks again whenever no answer came."""

    client: httpx.AsyncClient
    acknowledged: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    async def call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        while True:
            try:
                response = await self.client.request(method, path, **arguments)
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            # A key whose first request died with the server is free again once nobody has renewed its lease.
            held = response.status_code == 409 and response.json()["code"] == "request-in-progress"
            if not held and response.status_code not in (500, 503):
                return response
            assert held or response.status_code == 503, response.text
            await asyncio.sleep(0.05)

    async def learn(self, stop: asyncio.Event) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            body = {"role": "backend-developer", "form": "deep-dive"}
            key = {"Idempotency-Key": f"start-{number}"}
            begun = await self.call("POST", "/assessments/start", json=body, headers=key)
            assert begun.status_code == 201, begun.text
            await self._answer_all(begun.json()["assessmentId"], stop)

    async def _answer_all(self, id: str, stop: asyncio.Event) -> None:
        answered = self.acknowledged.setdefault(id, {})
        while not stop.is_set():
            question = (await self.call("GET", f"/assessments/{id}/next")).json()["question"]
            if question is None:
                return
            body = sample_answer(question["questionId"], "weak")
            response = await self.call("POST", f"/assessments/{id}/answer", json=body)
            assert response.status_code == 200, response.text
            answered[question["questionId"]] = {"body": body, "answer": response.json()}


async def _learner(server: Server, number: int) -> Learner:
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=5)
    body = {"email": f"learner{number}@example.org", "name": "A. Learner", "password": PASSWORD}
    tokens = (await client.post("/auth/register", json=body)).json()
    client.headers["Authorization"] = f"Bearer {tokens['accessToken']}"
    return Learner(client)


def _acknowledged(learners: list[Learner]) -> int:
    return sum(len(answers) for learner in learners for answers in learner.acknowledged.values())


async def _acknowledged_more(learners: list[Learner], more: int) -> None:
    before = _acknowledged(learners)
    while _acknowledged(learners) < before + more:
        await asyncio.sleep(0.05)


async def _lost(learner: Learner) -> list[str]:
    """Acknowledged answers that do not stand as they were acknowledged."""
    lost = []
    for id, answers in learner.acknowledged.items():
        state = (await learner.call("GET", f"/assessments/{id}")).json()
        assert state["answered"] - len(answers) in (0, 1), "one answer may have been stored and not acknowledged"
        for question_id, given in answers.items():
            again = await learner.call("POST", f"/assessments/{id}/answer", json=given["body"])
            if (again.status_code, again.json()) != (200, given["answer"]):
                lost.append(question_id)
    return lost


@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_no_acknowledged_answer_is_lost_or_counted_twice_when_the_server_is_killed() -> None:
    chance = random.Random(SEED)
    async with asyncio.timeout(120 + 10 * KILLS), running_server() as server:
        learners = [await _learner(server, number) for number in range(LEARNERS)]
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for learner in learners:
                group.create_task(learner.learn(stop))
            for _ in range(KILLS):
                await _acknowledged_more(learners, ANSWERS_A_KILL)
                await asyncio.sleep(0.3 + 0.7 * chance.random())
                await server.kill()
                await server.start()
            await _acknowledged_more(learners, 1)  # life goes on after the last one
            stop.set()
        acknowledged = _acknowledged(learners)
        lost = [question for learner in learners for question in await _lost(learner)]
        for learner in learners:
            await learner.client.aclose()
        print(
            f"seed {SEED}: {KILLS} kills, {acknowledged} answers acknowledged, {len(lost)} lost; "
            f"ready again after {max(server.outages[1:]):.2f} s at the most"
        )
        assert lost == []
        assert acknowledged > ANSWERS_A_KILL * KILLS
        assert await server.kill(signal.SIGTERM) == 0
