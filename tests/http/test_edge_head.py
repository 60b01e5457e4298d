"""What two parties could read in two ways is refused; HEAD looks where looking changes nothing."""

from __future__ import annotations

import httpx
import pytest
from tests.http.driving import World, refusal

from credcore_http.app import READABLE


@pytest.mark.parametrize(
    "headers",
    [
        [("Host", "a"), ("Host", "b")],
        [("Host", "a"), ("Content-Length", "0"), ("Transfer-Encoding", "chunked")],
        [("Host", "a"), ("Content-Length", "0"), ("Content-Length", "0")],
        [("Host", "a"), ("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")],
    ],
)
async def test_an_ambiguous_head_is_refused_and_the_connection_ends(
    world: World, headers: list[tuple[str, str]]
) -> None:
    async with world.client() as client:
        answer = await client.get("/roles", headers=headers)
    assert refusal(answer) == (400, "malformed-body")
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("coding", ["gzip, chunked", "gzip", "identity", "chunked, chunked", "x"])
async def test_no_coding_is_taken_but_the_one_that_is_undone(world: World, coding: str) -> None:
    async with world.client() as client:
        answer = await client.post("/auth/login", headers={"Transfer-Encoding": coding})
        assert refusal(answer) == (400, "malformed-body")
        chunked = await client.post("/auth/login", headers={"Transfer-Encoding": " Chunked"})
    assert refusal(chunked) == (422, "validation-failed")


async def test_a_request_without_host_is_refused(world: World) -> None:
    async with world.client() as client:
        request = client.build_request("GET", "/roles")
        del request.headers["host"]
        assert refusal(await client.send(request)) == (400, "malformed-body")


HOSTS = ("a b", "a/b?c#d", "x@y", "[::1", "]", "[", "[::1]:abc", "x:y", "x:123456", "\u00e9", "a\\b", "%zz", "<x>")


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", ["/roles", "/nowhere", "/schema"])
async def test_what_names_no_host_is_refused(world: World, path: str, host: str) -> None:
    async with world.client() as client:
        answer = await client.get(path, headers=[(b"Host", host.encode("latin-1"))])
    assert refusal(answer) == (400, "malformed-body")


@pytest.mark.parametrize(
    "host", ["", "x", "x:", ":80", "x:99999", "[::1]:80", "127.0.0.1", "a-b.example_c", "x%20y", "x~!"]
)
async def test_an_idempotent_call_goes_by_any_host(student: httpx.AsyncClient, host: str) -> None:
    headers = [("Host", host), ("Idempotency-Key", "one")]
    answer = await student.post("/assessments/start", json={"role": "backend-developer"}, headers=headers)
    assert answer.status_code == 201


async def test_two_tokens_are_no_token(world: World, student: httpx.AsyncClient) -> None:
    token = student.headers["authorization"]
    async with world.client() as client:
        answer = await client.get("/users/me", headers=[("Authorization", token), ("Authorization", token)])
    assert refusal(answer) == (401, "unauthenticated")


def test_what_anybody_may_look_at_is_known() -> None:
    looked_at = {"/roles", "/.well-known/jwks.json", "/health/live", "/health/ready", "/schema", "/schema/openapi.json"}
    assert looked_at <= READABLE
    assert not any("{" in path or path.startswith(("/users", "/assessments", "/profiles")) for path in READABLE)


@pytest.mark.parametrize("path", sorted(READABLE))
async def test_head_is_answered_like_get_where_anybody_may_look(world: World, path: str) -> None:
    async with world.client() as client:
        looked, got = await client.head(path), await client.get(path)
    assert looked.status_code == got.status_code == 200
    assert looked.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize("path", ["/users/me", "/assessments", "/auth/login"])
async def test_head_is_no_method_elsewhere(student: httpx.AsyncClient, path: str) -> None:
    answer = await student.head(path)
    assert answer.status_code == 405
    assert answer.headers["allow"]


@pytest.mark.parametrize(("path", "allowed"), [("/roles", {"GET"}), ("/users/me", {"GET"}), ("/auth/login", {"POST"})])
async def test_options_names_the_methods(world: World, path: str, allowed: set[str]) -> None:
    async with world.client() as client:
        answer = await client.options(path)
    assert answer.status_code == 204
    assert allowed <= set(answer.headers["allow"].split(", "))
    assert answer.content == b""
