"""Whoever tries too often waits, by account and by address, and is told how long."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from tests.http.driving import PASSWORD, World, refusal
from tests.http.sockets import Connection, served

from credcore.rate_limits import Rate
from credcore_http.app import create_app

Try = Callable[[httpx.AsyncClient, int], Awaitable[httpx.Response]]


async def register(client: httpx.AsyncClient, number: int) -> httpx.Response:
    return await client.post(
        "/auth/register", json={"email": f"s{number}@example.org", "name": "S", "password": PASSWORD}
    )


async def login(client: httpx.AsyncClient, number: int) -> httpx.Response:
    return await client.post("/auth/login", json={"email": f"s{number}@example.org", "password": "wrong"})


async def refresh(client: httpx.AsyncClient, number: int) -> httpx.Response:
    return await client.post("/auth/refresh", json={"refreshToken": f"token {number}"})


async def logout(client: httpx.AsyncClient, number: int) -> httpx.Response:
    return await client.post("/auth/logout", json={"refreshToken": f"token {number}"})


async def token(client: httpx.AsyncClient, number: int) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": f"c{number}", "client_secret": "x"}
    return await client.post("/auth/token", data=form)


EVERY = {"register": register, "login": login, "refresh": refresh, "logout": logout, "token": token}
NAMED = {name: EVERY[name] for name in ("register", "login", "token")}


@asynccontextmanager
async def at(world: World, address: str = "192.0.2.7") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=world.app, client=(address, 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


async def refused_from(client: httpx.AsyncClient, one_try: Try, *, same: bool) -> int:
    """The number of the first try that is turned away as one too many."""
    for number in range(1000):
        if (await one_try(client, 0 if same else number)).status_code == 429:
            return number
    raise AssertionError("nobody was turned away")


@pytest.mark.parametrize("one_try", EVERY.values(), ids=EVERY)
async def test_an_address_has_three_hundred_tries_at_once(world: World, one_try: Try) -> None:
    async with at(world) as client:
        assert await refused_from(client, one_try, same=False) == 300
    async with at(world, "192.0.2.8") as other:
        assert (await one_try(other, 1000)).status_code != 429


@pytest.mark.parametrize("one_try", NAMED.values(), ids=NAMED)
async def test_an_account_has_ten_tries_at_once_wherever_they_come_from(world: World, one_try: Try) -> None:
    for number in range(10):
        async with at(world, f"192.0.2.{number}") as client:
            assert (await one_try(client, 0)).status_code != 429
    async with at(world, "198.51.100.1") as elsewhere:
        assert (await one_try(elsewhere, 0)).status_code == 429
        assert (await one_try(elsewhere, 1)).status_code != 429


async def test_all_calls_count_together(world: World) -> None:
    async with at(world) as client:
        for number in range(0, 300, 5):
            for one_try in EVERY.values():
                assert (await one_try(client, number)).status_code != 429
        for one_try in EVERY.values():
            assert (await one_try(client, 1000)).status_code == 429


async def test_a_refusal_says_which_limit_it_was_and_how_long_to_wait(world: World) -> None:
    async with at(world) as client:
        assert await refused_from(client, login, same=True) == 10
        answer = await login(client, 0)
        assert refusal(answer) == (429, "rate-limited")
        assert answer.headers["retry-after"] == "6"
        assert answer.headers["ratelimit-policy"] == '"address";q=300;w=60, "account";q=10;w=60'
        assert answer.headers["ratelimit"] == '"address";r=288;t=0, "account";r=0;t=6'


async def test_nobody_is_shut_out_for_good(world: World) -> None:
    email = "ada@example.org"
    right = {"email": email, "password": PASSWORD}
    async with at(world) as client:
        await client.post("/auth/register", json={**right, "name": "Ada"})
        for _ in range(100):
            await client.post("/auth/login", json={"email": email, "password": "wrong"})
        answer = await client.post("/auth/login", json=right)
        assert answer.status_code == 429
        world.clock.advance(seconds=int(answer.headers["retry-after"]))
        assert (await client.post("/auth/login", json=right)).status_code == 200


async def test_one_account_has_one_limit_however_its_address_is_written(world: World) -> None:
    spellings = ["ada@example.org", "Ada@Example.org", " ada@example.org ", "ADA@EXAMPLE.ORG"]
    async with at(world) as client:
        for number in range(10):
            email = spellings[number % len(spellings)]
            await client.post("/auth/login", json={"email": email, "password": "wrong"})
        for email in spellings:
            answer = await client.post("/auth/login", json={"email": email, "password": "wrong"})
            assert answer.status_code == 429


async def test_an_account_that_does_not_exist_is_limited_like_one_that_does(world: World) -> None:
    async with at(world) as client:
        await register(client, 1)
        world.clock.advance(minutes=5)
        answers = []
        for email in ("s1@example.org", "nobody@example.org"):
            body = {"email": email, "password": "wrong"}
            answers.append([(await client.post("/auth/login", json=body)).status_code for _ in range(12)])
    assert answers[0] == answers[1] == [401] * 10 + [429] * 2


async def test_addresses_that_one_customer_can_choose_from_count_as_one(world: World) -> None:
    for number in range(300):
        async with at(world, f"2001:db8::{number:x}") as client:
            assert (await refresh(client, number)).status_code == 401
    async with at(world, "2001:db8::ffff:1") as same, at(world, "2001:db8:0:1::1") as other:
        assert (await refresh(same, 0)).status_code == 429
        assert (await refresh(other, 0)).status_code == 401


async def test_a_forwarded_address_is_not_believed_by_itself(world: World) -> None:
    async with at(world) as client:
        for number in range(300):
            await refresh(client, number)
        for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
            client.headers[header] = "198.51.100.1"
        assert (await refresh(client, 0)).status_code == 429


async def test_the_rates_are_the_operators_to_choose(world: World) -> None:
    narrow = replace(world.services.attempts, per_account=Rate(count=2, per=timedelta(hours=1)))
    world.app = create_app(replace(world.services, attempts=narrow), log=world.lines.append)
    async with at(world) as client:
        assert await refused_from(client, login, same=True) == 2
        assert (await login(client, 0)).headers["retry-after"] == "1800"


async def _refresh_from(connection: Connection, *forwarded: str) -> int:
    headers = ["Content-Type: application/json", *(f"X-Forwarded-For: {value}" for value in forwarded)]
    return (await connection.send("POST", "/auth/refresh", b'{"refreshToken": "x"}', *headers))[0]


@pytest.fixture
def narrow(world: World) -> World:
    """Two tries for an address."""
    attempts = replace(world.services.attempts, per_address=Rate(count=2, per=timedelta(hours=1)))
    world.app = create_app(replace(world.services, attempts=attempts), log=world.lines.append)
    return world


async def test_behind_a_trusted_proxy_each_client_is_counted_by_its_own_address(narrow: World) -> None:
    async with served(narrow, ["127.0.0.1"]) as port:
        connection = Connection(port)
        for client in ("192.0.2.1", "192.0.2.2"):
            assert [await _refresh_from(connection, client) for _ in range(3)] == [401, 401, 429]
        # What the client itself put in front of the proxy's word changes nothing, on one line or on two.
        assert await _refresh_from(connection, "198.51.100.1, 192.0.2.1") == 429
        assert await _refresh_from(connection, "198.51.100.1", "192.0.2.1") == 429
        await connection.close()


async def test_without_a_trusted_proxy_nobody_chooses_an_address(narrow: World) -> None:
    async with served(narrow, ["10.0.0.0/8"]) as port:
        connection = Connection(port)
        answers = [await _refresh_from(connection, f"192.0.2.{number}") for number in range(3)]
        assert answers == [401, 401, 429]
        await connection.close()
