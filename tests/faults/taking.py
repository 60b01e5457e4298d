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

    async def answer_all(
        self, id: str, quality: str = "strong", *, most_essays: int = 99, signed: str | None = None
    ) -> None:
        """All questions in order, up to the last essay that is wanted; ``signed`` stands under each of them."""
        written = 0
        while written < most_essays and (question := (await self._get(f"/assessments/{id}/next"))["question"]):
            body = sample_answer(question["questionId"], quality)
            if signed and "text" in body:
                body["text"] += f"\n\n{signed}"
            await self._post(f"/assessments/{id}/answer", body)
            written += question["type"] == "essay"

    async def complete(self, id: str) -> dict[str, Any]:
        return await self._post(f"/assessments/{id}/complete", None)

    async def profile(self, id: str, revision: int | None = None) -> dict[str, Any]:
        return await self._get(f"/profiles/{id}" + (f"?revision={revision}" if revision else ""))

    async def state(self, id: str) -> dict[str, Any]:
        return await self._get(f"/assessments/{id}")

    async def _get(self, path: str) -> dict[str, Any]:
        return _body(await self.client.get(path))

    async def _post(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        return _body(await self.client.post(path, json=body))


def _body(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code in (200, 201), response.text
    document: dict[str, Any] = response.json()
    return document


@asynccontextmanager
async def taker(server: Server, who: str, *, name: str = "A. Learner", ai_consent: bool = True) -> AsyncIterator[Taker]:
    """Somebody new."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=60) as client:
        body = {"email": f"{who}@example.org", "name": name, "password": PASSWORD, "aiConsent": ai_consent}
        tokens = _body(await client.post("/auth/register", json=body))
        client.headers["Authorization"] = f"Bearer {tokens['accessToken']}"
        yield Taker(client)


def essays(profile: dict[str, Any]) -> list[dict[str, Any]]:
    return [answer for answer in profile["answers"] if answer["type"] == "essay"]


def judged(profile: dict[str, Any]) -> list[dict[str, Any]]:
    """The essays that were answered."""
    return [essay for essay in essays(profile) if essay["status"] == "scored"]
