"""No page of another origin reads an answer, unless the operator listed it; then it reads refusals, too."""

from __future__ import annotations

import httpx
import pytest
from tests.http.driving import World

from credcore_http.app import create_app

LISTED = "https://lms.example.org"
ELSEWHERE = ("https://evil.example", "https://lms.example.org.evil.example", "http://lms.example.org", "null", "*")
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


@pytest.fixture
def opened(world: World) -> World:
    world.app = create_app(world.services, log=world.lines.append, cors_origins=[LISTED])
    return world


def cors_headers(answer: httpx.Response) -> set[str]:
    return {name for name in answer.headers if name.startswith("access-control-")}


async def ask(world: World, method: str, path: str, origin: str, **headers: str) -> httpx.Response:
    async with world.client() as client:
        return await client.request(method, path, headers={"Origin": origin, **headers})


@pytest.mark.parametrize("origin", [LISTED, *ELSEWHERE])
async def test_by_default_no_page_reads_anything(world: World, origin: str) -> None:
    for answer in (await ask(world, "GET", "/roles", origin), await ask(world, "OPTIONS", "/roles", origin)):
        assert not cors_headers(answer)


@pytest.mark.parametrize("origin", ELSEWHERE)
async def test_an_origin_that_is_not_listed_reads_nothing(opened: World, origin: str) -> None:
    answer = await ask(opened, "GET", "/roles", origin)
    assert answer.status_code == 200
    assert not cors_headers(answer)
    assert answer.headers["vary"] == "Origin"
    assert not cors_headers(await ask(opened, "OPTIONS", "/auth/login", origin, **PREFLIGHT))


async def test_a_listed_origin_reads_answers_without_credentials(opened: World) -> None:
    answer = await ask(opened, "GET", "/roles", LISTED)
    assert answer.headers["access-control-allow-origin"] == LISTED
    assert "Retry-After" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    ("method", "path", "content", "status"),
    [
        ("GET", "/users/me", None, 401),
        ("GET", "/nowhere", None, 404),
        ("PUT", "/roles", None, 405),
        ("POST", "/auth/login", b"[", 400),
        ("POST", "/auth/login", b"{}", 422),
        ("POST", "/auth/login", b" " * 70_000, 413),
    ],
)
async def test_a_listed_origin_reads_refusals_too_whoever_refused(
    opened: World, method: str, path: str, content: bytes | None, status: int
) -> None:
    async with opened.client() as client:
        headers = {"Origin": LISTED, "Content-Type": "application/json"}
        answer = await client.request(method, path, headers=headers, content=content)
    assert answer.status_code == status
    assert answer.headers["access-control-allow-origin"] == LISTED
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_preflight_is_told_what_may_be_sent(opened: World) -> None:
    answer = await ask(opened, "OPTIONS", "/auth/login", LISTED, **PREFLIGHT)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == LISTED
    assert {"GET", "POST", "PATCH", "DELETE"} == set(answer.headers["access-control-allow-methods"].split(", "))
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "content-type", "idempotency-key"} <= set(allowed)
    assert answer.headers["x-request-id"]
    assert answer.content == b""


async def test_two_origins_in_one_request_are_none(opened: World) -> None:
    async with opened.client() as client:
        answer = await client.get("/roles", headers=[("Origin", LISTED), ("Origin", LISTED)])
    assert not cors_headers(answer)
