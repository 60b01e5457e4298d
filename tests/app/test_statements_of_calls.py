"""What a call costs the database, authentication included: the whole application, counted where statements leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import asyncpg
import httpx
import pytest
from tests.faults.test_mixed_faults_on_server import published
from tests.http.driving import PASSWORD, sample_answer, start

from credcore_app.settings import Settings
from credcore_app.wiring import application

SEEN: ContextVar[list[str] | None] = ContextVar("SEEN", default=None)
"""Statements of whoever set it: what else the application does meanwhile is not counted."""
BESIDE = {"BEGIN;", "COMMIT;"}


@contextmanager
def counted() -> Iterator[list[str]]:
    seen: list[str] = []
    token = SEEN.set(seen)
    try:
        yield seen
    finally:
        SEEN.reset(token)


def _note(record: Any) -> None:  # Any: asyncpg's LoggedQuery has no public type
    seen = SEEN.get()
    if seen is not None and record.query not in BESIDE:
        seen.append(record.query)


@pytest.fixture
async def student(clean_dsn: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    connect = asyncpg.connect

    async def heard(*arguments: Any, **more: Any) -> Any:
        connection = await connect(*arguments, **more)
        connection.add_query_logger(_note)
        return connection

    await published(clean_dsn)
    monkeypatch.setattr(asyncpg, "connect", heard)
    async with (
        application(Settings(), clean_dsn, grading=False) as app,
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://testserver") as client,
    ):
        body = {"email": "ada@example.org", "name": "Ada", "password": PASSWORD}
        tokens = (await client.post("/auth/register", json=body)).json()
        client.headers["Authorization"] = f"Bearer {tokens['accessToken']}"
        yield client


async def test_next_is_one_statement_and_an_answer_at_most_two_authentication_included(
    student: httpx.AsyncClient,
) -> None:
    path = f"/assessments/{(await start(student))['assessmentId']}"
    kinds = set()
    while True:
        with counted() as of_next:
            asked = await student.get(f"{path}/next")
            await asyncio.sleep(0)  # a statement is told of once the loop comes round
        assert asked.status_code == 200
        assert len(of_next) == 1, of_next
        if (question := asked.json()["question"]) is None:
            break
        kinds.add(question["type"])
        with counted() as of_answer:
            answered = await student.post(f"{path}/answer", json=sample_answer(question["questionId"]))
            await asyncio.sleep(0)
        assert answered.status_code == 200
        assert 1 <= len(of_answer) <= 2, of_answer
    assert kinds == {"mcq", "essay", "interest"}
