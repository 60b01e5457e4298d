"""Learners who take whole assessments of a running server, with the bank's own sample answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from tests.http.driving import PASSWORD, sample_answer

from running import Server


@dataclass(frozen=True)
class Taker:
    client: httpx.AsyncClient

    async def begin(self, form: str = "standard", role: str = "backend-developer") -> str:
        begun = await self._post("/assessments/start", {"role": role, "form": form})
        id: str = begun["assessmentId"]
        return id

    async def answer_all(self, id: str, quality: str = "strong") -> None:
        while (question := (await self._get(f"/assessments/{id}/next"))["question"]) is not None:
            await self._post(f"/assessments/{id}/answer", sample_answer(question["questionId"], quality))

    async def complete(self, id: str) -> dict[str, Any]:
        return await self._post(f"/assessments/{id}/complete", None)

    async def profile(self, id: str, revision: int | None = None) -> dict[str, Any]:
        return await self._get(f"/profiles/{id}" + (f"?revision={revision}" if revision else ""))

    async def _get(self, path: str) -> dict[str, Any]:
        return _body(await self.client.get(path))

    async def _post(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        return _body(await self.client.post(path, json=body))


def _body(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code in (200, 201), response.text
    document: dict[str, Any] = response.json()
    return document


@asynccontextmanager
async def taker(server: Server, name: str, *, ai_consent: bool = True) -> AsyncIterator[Taker]:
    """Somebody new."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as client:
        body = {"email": f"{name}@example.org", "name": "A. Learner", "password": PASSWORD, "aiConsent": ai_consent}
        tokens = _body(await client.post("/auth/register", json=body))
        client.headers["Authorization"] = f"Bearer {tokens['accessToken']}"
        yield Taker(client)


def essays(profile: dict[str, Any]) -> list[dict[str, Any]]:
    return [answer for answer in profile["answers"] if answer["type"] == "essay"]
