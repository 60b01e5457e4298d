"""Secrets, addresses and essays go in at every call and come out nowhere: no refusal, log line or metric has them."""

from __future__ import annotations

import base64
import io
import logging
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import httpx
import pytest
from tests.http.driving import World, start

from credcore_app import logs
from credcore_http.app import calls, create_app
from credcore_http.calls import Call
from credcore_http.services import Services

CANARY = "c4n4ry"
EMAIL = f"{CANARY}@example.org"
PASSWORD = f"{CANARY} a password of some length"
ESSAY = f"An index helps, says {CANARY}, because the rows are found without reading all of them."
HEADERS = {
    "Cookie": f"session={CANARY}",
    "User-Agent": f"agent-{CANARY}",
    "Referer": f"https://{CANARY}.example.org/",
    "X-Forwarded-For": CANARY,
    "Forwarded": f"for={CANARY}",
    "Idempotency-Key": f"key-{CANARY}",
}
INNER = re.compile(r"Traceback|\.py\b|SELECT|INSERT|asyncpg|litestar|msgspec|line \d+", re.IGNORECASE)


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """All that is logged, at the most talkative level; what logging was before is put back."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, {name: logging.getLogger(name).level for name in logs.OURS}
    stream = io.StringIO()
    logs.configure("debug", stream)
    yield stream
    root.handlers[:], level, levels = before
    root.setLevel(level)
    for name, of in levels.items():
        logging.getLogger(name).setLevel(of)


@pytest.fixture
def logged(world: World) -> World:
    world.app = create_app(world.services, log=logs.access)
    return world


def sent_by(call: Call) -> dict[str, Any]:
    """The call's own example, each text in it a canary."""
    if call.body is None:
        return {}
    body = _planted(dict(call.body_example or {}))
    return {"data": body} if call.body_type != "application/json" else {"json": body}


def _planted(value: Any) -> Any:
    match value:
        case dict():
            return {name: _planted(entry) for name, entry in value.items()}
        case list():
            return [_planted(entry) for entry in value]
        case str() if "@" in value:
            return EMAIL
        case str():
            return f"{value} {CANARY}"
    return value


def path_of(call: Call, assessment_id: str) -> str:
    return re.sub(r"\{\w+:str\}", assessment_id, call.path)


def check(answer: httpx.Response, where: str) -> None:
    """A refusal repeats nothing and tells nothing of what is inside."""
    if answer.status_code < 400:
        return
    shown = answer.text + str([value for name, value in answer.headers.items() if name != "x-request-id"])
    assert CANARY not in shown, f"{where}: {shown}"
    assert not INNER.search(answer.text), f"{where}: {answer.text}"


async def journey(world: World) -> tuple[str, str]:
    """Somebody whose every datum is a canary, in the middle of an assessment: their token, and its id."""
    client = await world.student(email=EMAIL, name=f"Name {CANARY}", password=PASSWORD, aiConsent=True)
    assessment_id = (await start(client))["assessmentId"]
    while question := (await client.get(f"/assessments/{assessment_id}/next")).json()["question"]:
        if question["type"] == "essay":
            body = {"questionId": question["questionId"], "text": ESSAY}
            assert (await client.post(f"/assessments/{assessment_id}/answer", json=body)).status_code == 200
            return client.headers["authorization"].partition(" ")[2], assessment_id
        await answer_one(client, assessment_id, question)
    raise AssertionError("no essay was asked")


async def answer_one(client: httpx.AsyncClient, assessment_id: str, question: dict[str, Any]) -> None:
    chosen = question["options"][: question.get("minSelections", 1)]
    ids = [option["optionId"] for option in chosen]
    body = {"optionId": ids[0]} if question["type"] == "mcq" else {"optionIds": ids}
    await client.post(f"/assessments/{assessment_id}/answer", json={"questionId": question["questionId"], **body})


async def test_every_call_keeps_to_itself_what_it_was_given(logged: World, log: io.StringIO) -> None:
    token, assessment_id = await journey(logged)
    async with (
        logged.client(token) as student,
        logged.client(f"{CANARY}.{CANARY}.{CANARY}") as stranger,
        logged.client() as anonymous,
    ):
        for who, client in (("a student", student), ("a forged token", stranger), ("nobody", anonymous)):
            for call in calls():
                if call.operation_id in ("eraseMe", "logout") and client is student:
                    continue
                path, sent = path_of(call, assessment_id), sent_by(call)
                answer = await client.request(
                    call.method.value, path, params={"q": CANARY, "cursor": CANARY}, headers=HEADERS, **sent
                )
                assert answer.status_code < 500, call.operation_id
                check(answer, f"{call.operation_id} by {who}")
        check(await anonymous.get("/metrics"), "metrics")
        assert CANARY in (await student.get("/users/me")).text, "the canaries were in, to be found"
        assert ESSAY in str(logged.state.assessments)
        metrics = await anonymous.get("/metrics")
        assert CANARY not in metrics.text
    told = log.getvalue()
    assert told.count('"route"') > len(calls()), "the log was listening"
    assert CANARY not in told
    assert base64.b64encode(CANARY.encode()).decode().rstrip("=") not in told


async def test_secrets_that_are_wrong_are_not_repeated(logged: World, log: io.StringIO) -> None:
    made = await logged.platform()
    wrong = (str(made.client_id), f"secret-{CANARY}")
    form = {"grant_type": "client_credentials"}
    async with logged.client() as anonymous:
        for answer in (
            await anonymous.post("/auth/token", data=form, auth=wrong),
            await anonymous.post("/auth/token", data={**form, "scope": CANARY}, auth=wrong),
            await anonymous.post("/auth/token", data={"grant_type": CANARY, "client_id": CANARY}, auth=wrong),
            await anonymous.post("/auth/token", content=f"{CANARY}=%FF", headers={"Content-Type": "text/plain"}),
            await anonymous.post("/auth/login", json={"email": EMAIL, "password": PASSWORD, "totp": CANARY}),
            await anonymous.post("/auth/refresh", json={"refreshToken": CANARY}),
            await anonymous.post("/auth/reset", json={"token": CANARY, "newPassword": PASSWORD}),
            await anonymous.post("/auth/login", content=f'{{"email": "{EMAIL}", "password": "{CANARY}'),
            await anonymous.post("/auth/login", json={"email": EMAIL, "password": PASSWORD, "x": CANARY}),
            await anonymous.get(f"/nowhere?token={CANARY}"),
        ):
            assert answer.status_code >= 400
            check(answer, str(answer.request.url))
    assert CANARY not in log.getvalue()


class Broken:
    """Whatever is asked of it fails, with words that hold somebody's data."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"SELECT * FROM account WHERE email = '{EMAIL}' AND password = '{PASSWORD}'")


NEEDED = {"tokens", "attempts", "ids", "idempotency", "bank", "degraded"}
"""Services that a call goes through before it reaches the one it is for."""


async def test_a_defect_in_any_call_tells_nothing_but_its_request_id(world: World, log: io.StringIO) -> None:
    token, assessment_id = await journey(world)
    broken: dict[str, Any] = {field.name: Broken() for field in fields(Services) if field.name not in NEEDED}
    world.app = create_app(replace(world.services, **broken), log=logs.access)
    form = {"grant_type": "client_credentials", "client_id": CANARY, "client_secret": CANARY}
    failed = 0
    async with world.client(token) as client:
        for call in calls():
            sent = {"data": form} if call.body_type != "application/json" else {}
            sent = sent or ({"json": call.body_example} if call.body else {})
            query = {"assessmentId": assessment_id} if call.path == "/recommendations" else {}
            answer = await client.request(call.method.value, path_of(call, assessment_id), params=query, **sent)
            check(answer, call.operation_id)
            if answer.status_code == 500:
                failed += 1
                assert answer.json()["code"] == "internal"
                assert answer.headers["x-request-id"] in log.getvalue()
    assert failed > len(calls()) / 2, "the services were broken"
    assert CANARY not in log.getvalue()
    assert "RuntimeError" in log.getvalue()
