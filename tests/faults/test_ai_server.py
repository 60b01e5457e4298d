"""``credcore serve`` with an AI grader: a real server, a real database, a provider on a socket."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from tests.faults.honest_model import TOKENS_IN, TOKENS_OUT, ModelServer, grades
from tests.faults.taking import PASSWORD, essays, judged, taker
from tests.openai.provider import fails, hangs

from credcore.consent import CONSENT_VERSION
from running import Server, running_server
from stopwatch import Stopwatch

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
KEY = "sk-test-0123456789abcdefghij"
NAME = "Zenobia Quarles"


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
    async with asyncio.timeout(120), served_with_ai(provider) as server, taker(server, "ada") as learner:
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
        assert "/v1/models" in [request.path for request in provider.requests], (
            "at the start, for a shutdown that is announced"
        )


async def test_nothing_that_tells_who_writes_leaves_the_house() -> None:
    """Read from the bytes that came in at the other end: of a learner who signs everything they write."""
    provider = ModelServer(script=[grades])
    async with asyncio.timeout(120), served_with_ai(provider) as server, taker(server, "ada", name=NAME) as learner:
        token = learner.client.headers["Authorization"].removeprefix("Bearer ")
        id = await learner.begin()
        await learner.answer_all(id, signed=f"{NAME}, ada@example.org, {token}, {KEY}")
        profile = await learner.complete(id)
        account = (await learner.client.get("/users/me")).json()
    assert [essay["grader"]["name"] for essay in essays(profile)] == ["gpt-6-luna"] * 5
    assert len(provider.prompts) == 5
    for request in provider.requests:
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        sent = f"{request.path} {headers} {json.dumps(request.document) if request.body else ''}".casefold()
        assert request.headers["authorization"] == f"Bearer {KEY}"
        for private in (*NAME.split(), "ada@", token, token.split(".")[1], KEY, id, account["userId"]):
            assert private.casefold() not in sent


async def test_the_same_answers_are_not_paid_for_again_and_every_grade_explains_itself() -> None:
    provider = ModelServer(script=[grades])
    async with asyncio.timeout(120), served_with_ai(provider) as server:
        first, second = [await deep_dive(server, name) for name in ("ada", "bob")]
        origins = {grade["questionId"]: grade["gradeId"] for grade in await grades_of(server, first)}
        alike = [grade for grade in await grades_of(server, second) if grade["questionId"] in origins]
        assert len(alike) >= 4  # each got ten of the sixteen
        assert len(provider.prompts) == 20 - len(alike)
        for grade in alike[:2]:
            shown = await command(server, "grade", "show", grade["gradeId"], "--json")
            assert shown["call"]["reusedFrom"] == origins[grade["questionId"]]
            assert (shown["call"]["costUsd"], shown["call"]["tokensIn"]) == (0, 0)
            assert all(criterion["evidence"] in shown["answer"] for criterion in shown["criteria"])
            again = await command(server, "grade", "replay", grade["gradeId"], "--json")
            assert again["same"]
            assert again["stored"] == again["replayed"]
        assert (await command(server, "budget", "--json"))["calls"] == 20 - len(alike)


async def test_a_reused_grade_explains_itself_when_whoever_was_first_is_gone() -> None:
    provider = ModelServer(script=[grades])
    async with asyncio.timeout(120), served_with_ai(provider) as server:
        first = await deep_dive(server, "ada")
        origins = {grade["gradeId"] for grade in await grades_of(server, first)}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as client:
            body = {"email": "ada@example.org", "password": PASSWORD}
            tokens = (await client.post("/auth/login", json=body)).json()
            second = await deep_dive(server, "bob")
            reused = [await shown(server, grade) for grade in await grades_of(server, second)]
            reused = [grade for grade in reused if grade["call"]["reusedFrom"] in origins][:2]
            assert len(reused) == 2
            headers = {"Authorization": f"Bearer {tokens['accessToken']}"}
            gone = await client.request("DELETE", "/users/me", json={"password": PASSWORD}, headers=headers)
            assert gone.status_code == 204
        for before in reused:
            assert await shown(server, before) == before
            assert (await command(server, "grade", "replay", before["gradeId"], "--json"))["same"]


async def shown(server: Server, grade: dict[str, Any]) -> dict[str, Any]:
    explained: dict[str, Any] = await command(server, "grade", "show", grade["gradeId"], "--json")
    return explained


async def grades_of(server: Server, assessment_id: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = await command(server, "grade", "list", assessment_id, "--json")
    return listed


async def deep_dive(server: Server, name: str) -> str:
    """Ten essays, answered with the bank's own reference answers."""
    async with taker(server, name) as learner:
        id = await learner.begin("deep-dive")
        await learner.answer_all(id)
        profile = await learner.complete(id)
        assert len(essays(profile)) == 10
        return id


async def test_an_offline_grade_is_computed_again_to_the_same_bytes() -> None:
    async with asyncio.timeout(120), running_server() as server:
        id = await deep_dive(server, "ada")
        for grade in (await grades_of(server, id))[:3]:
            again = await command(server, "grade", "replay", grade["gradeId"], "--json")
            assert again["same"]


async def test_who_did_not_agree_is_never_sent_anywhere() -> None:
    provider = ModelServer(script=[grades])
    async with asyncio.timeout(120), served_with_ai(provider) as server:
        async with taker(server, "ada", ai_consent=False) as learner:
            id = await learner.begin()
            await learner.answer_all(id)
            profile = await learner.complete(id)
        assert {essay["grader"]["name"] for essay in essays(profile)} == {"offline"}
        assert not profile["provisional"]
        assert provider.prompts == []


async def test_who_withdraws_while_answers_wait_is_judged_offline_and_never_sent_anywhere() -> None:
    provider = ModelServer(script=[grades])
    listening = await provider.start()
    settings = {"CREDCORE_OPENAI_API_KEY": KEY, "CREDCORE_OPENAI_BASE_URL": provider.base_url}
    try:
        async with asyncio.timeout(120), running_server("--no-grading", **settings) as server:
            async with taker(server, "ada") as ada, taker(server, "bob") as bob:
                waiting = [await learner.begin() for learner in (ada, ada, bob)]
                for learner, id in zip((ada, ada, bob), waiting, strict=True):
                    await learner.answer_all(id)
                withdrawn = await ada.client.patch("/users/me", json={"aiConsent": False})
                assert (withdrawn.status_code, withdrawn.json()["aiConsent"]) == (200, False)
                at_once = await ada.complete(waiting[0])
                worker = await server.beside("worker")
                for learner, id in ((ada, waiting[1]), (bob, waiting[2])):
                    while (await learner.state(id))["pendingGrades"]:
                        await asyncio.sleep(0.1)
                hers, his = await ada.complete(waiting[1]), await bob.complete(waiting[2])
            worker.terminate()
            assert await worker.wait() == 0
            for profile, grader in ((at_once, "offline"), (hers, "offline"), (his, "gpt-6-luna")):
                assert [essay["grader"]["name"] for essay in essays(profile)] == [grader] * 5
                assert not profile["provisional"]
            assert len(provider.prompts) == 5, "the answers of whoever stayed with it, and no other"
            for id in waiting[1:]:
                [grade, *_] = await grades_of(server, id)
                said_at_the_start = (await shown(server, grade))["aiConsent"]
                assert (said_at_the_start["given"], said_at_the_start["textVersion"]) == (True, CONSENT_VERSION)
    finally:
        await provider.stop(listening)


async def test_completion_ends_in_time_though_the_provider_hangs_and_is_revised_when_it_is_back() -> None:
    provider = ModelServer(script=[hangs])
    timeout, deadline = 3.0, 2.0
    settings = {
        "CREDCORE_COMPLETE_TIMEOUT_SECONDS": str(timeout),
        "CREDCORE_OPENAI_TIMEOUT_SECONDS": str(deadline),
        "CREDCORE_PROMPTS_PER_ASSESSMENT": "50",
        "CREDCORE_LEASE_SECONDS": "3",
    }
    async with asyncio.timeout(120), served_with_ai(provider, **settings) as server, taker(server, "ada") as learner:
        id = await learner.begin()
        await learner.answer_all(id, most_essays=3)  # too few failures to open the breaker
        watch = Stopwatch()
        first = await learner.complete(id)
        assert watch.undisturbed < timeout + 1
        assert first["provisional"]
        assert [essay["grader"]["name"] for essay in judged(first)] == ["offline"] * 3
        assert all("provisional" in essay["flags"] for essay in judged(first))
        provider.will(grades)
        latest = first
        while latest["provisional"]:
            await asyncio.sleep(0.5)
            latest = await learner.profile(id)
        assert latest["revision"] == 4  # one more for each essay
        assert [essay["grader"]["name"] for essay in judged(latest)] == ["gpt-6-luna"] * 3
        assert latest["confidenceScore"] > first["confidenceScore"]
        assert await learner.profile(id, 1) == first
        assert latest["recommendations"] == first["recommendations"]


async def test_a_provider_that_refuses_the_key_or_ends_the_model_is_seen_in_readiness() -> None:
    provider = ModelServer(script=[fails(401)], shutdown="2026-12-24")
    async with asyncio.timeout(120), served_with_ai(provider) as server, taker(server, "ada") as learner:
        id = await learner.begin()
        await learner.answer_all(id)
        state = await ready(server)
        while len(state["problems"]) < 2:
            await asyncio.sleep(0.1)
            state = await ready(server)
        assert state["status"] == "degraded"
        assert any("breaker open" in problem for problem in state["problems"])
        assert any("shut down on 2026-12-24" in problem for problem in state["problems"])
        assert len(provider.prompts) < 5


async def test_workers_apart_grade_by_ai_at_the_operators_price_while_the_server_does_not() -> None:
    provider = ModelServer(script=[grades])
    listening = await provider.start()
    settings = {
        "CREDCORE_OPENAI_API_KEY": KEY,
        "CREDCORE_OPENAI_BASE_URL": provider.base_url,
        "CREDCORE_OPENAI_PRICES": "gpt-6-luna=10/50",
    }
    try:
        async with asyncio.timeout(120), running_server("--no-grading", **settings) as server:
            worker = await server.beside("worker")
            async with taker(server, "ada") as learner:
                id = await learner.begin()
                await learner.answer_all(id)
                while (await learner.state(id))["pendingGrades"]:
                    await asyncio.sleep(0.1)
                profile = await learner.complete(id)
            worker.terminate()
            assert await worker.wait() == 0
            assert {essay["grader"]["name"] for essay in essays(profile)} == {"gpt-6-luna"}
            spent = await command(server, "budget", "--json")
            assert (spent["calls"], spent["lines"][0]["costUsd"]) == (5, 0.1)  # a hundred times the list's
    finally:
        await provider.stop(listening)
