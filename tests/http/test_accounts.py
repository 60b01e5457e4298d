from __future__ import annotations

import asyncio

import httpx
from tests.http.driving import PASSWORD, FakeClock, World, refusal


async def _register(world: World) -> dict[str, str]:
    async with world.client() as anonymous:
        body = {"email": "Ada@Example.org", "name": "Ada", "password": PASSWORD, "aiConsent": True}
        return dict((await anonymous.post("/auth/register", json=body)).json())


async def _refresh(world: World, token: str) -> httpx.Response:
    async with world.client() as anonymous:
        return await anonymous.post("/auth/refresh", json={"refreshToken": token})


async def test_who_registers_is_signed_in_as_a_student(world: World) -> None:
    tokens = await _register(world)
    assert (tokens["tokenType"], tokens["expiresIn"]) == ("Bearer", 86400)
    async with world.client(tokens["accessToken"]) as student:
        me = (await student.get("/users/me")).json()
    assert me["userId"] == tokens["userId"]
    assert (me["email"], me["role"], me["aiConsent"]) == ("ada@example.org", "student", True)


async def test_an_address_registers_once_whatever_its_case(world: World) -> None:
    await _register(world)
    async with world.client() as anonymous:
        again = {"email": "ADA@example.ORG", "name": "Ada", "password": PASSWORD}
        assert refusal(await anonymous.post("/auth/register", json=again)) == (409, "email-taken")


async def test_a_log_in_needs_the_right_password(world: World) -> None:
    await _register(world)
    async with world.client() as anonymous:
        right = await anonymous.post("/auth/login", json={"email": "ada@example.org", "password": PASSWORD})
        assert right.status_code == 200
        wrong = await anonymous.post("/auth/login", json={"email": "ada@example.org", "password": PASSWORD + "x"})
        unknown = await anonymous.post("/auth/login", json={"email": "bob@example.org", "password": PASSWORD})
    assert refusal(wrong) == (401, "invalid-credentials")
    assert wrong.json() == unknown.json()


async def test_a_spent_refresh_token_gives_the_same_successor_within_ten_seconds(
    world: World, clock: FakeClock
) -> None:
    first = (await _register(world))["refreshToken"]
    answers = await asyncio.gather(*(_refresh(world, first) for _ in range(20)))
    successors = {answer.json()["refreshToken"] for answer in answers}
    assert len(successors) == 1
    assert first not in successors
    clock.advance(seconds=9)
    assert (await _refresh(world, first)).json()["refreshToken"] in successors


async def test_a_spent_refresh_token_used_later_ends_the_family(world: World, clock: FakeClock) -> None:
    first = (await _register(world))["refreshToken"]
    successor = (await _refresh(world, first)).json()["refreshToken"]
    clock.advance(seconds=10)
    assert refusal(await _refresh(world, first)) == (401, "unauthenticated")
    assert refusal(await _refresh(world, successor)) == (401, "unauthenticated")


async def test_a_spent_refresh_token_is_refused_once_its_successor_was_used(world: World) -> None:
    first = (await _register(world))["refreshToken"]
    successor = (await _refresh(world, first)).json()["refreshToken"]
    third = (await _refresh(world, successor)).json()["refreshToken"]
    assert refusal(await _refresh(world, first)) == (401, "unauthenticated")
    assert refusal(await _refresh(world, third)) == (401, "unauthenticated")


async def test_logging_out_ends_the_family_and_says_nothing_of_unknown_tokens(world: World) -> None:
    token = (await _register(world))["refreshToken"]
    async with world.client() as anonymous:
        for presented in (token, "unknown"):
            answer = await anonymous.post("/auth/logout", json={"refreshToken": presented})
            assert (answer.status_code, answer.content) == (204, b"")
    assert refusal(await _refresh(world, token)) == (401, "unauthenticated")


async def test_a_refresh_token_that_rested_too_long_is_refused(world: World, clock: FakeClock) -> None:
    token = (await _register(world))["refreshToken"]
    clock.advance(days=14)
    assert refusal(await _refresh(world, token)) == (401, "unauthenticated")
