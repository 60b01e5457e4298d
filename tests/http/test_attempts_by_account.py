"""What counts for an account counts by what was shown for it, and nobody is shut out by whoever can show less."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from tests.http.driving import PASSWORD, World, refusal

from credcore.account_ports import Mail
from credcore.audit import OPERATOR

EMAIL = "ada@example.org"
LIMITED = (429, "rate-limited")


@asynccontextmanager
async def anybody(world: World, number: int = 1):
    """A client with an address of its own."""
    transport = httpx.ASGITransport(app=world.app, client=(f"192.0.2.{number}", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


async def post(world: World, path: str, body: dict[str, str], number: int = 1) -> httpx.Response:
    async with anybody(world, number) as client:
        return await client.post(path, json=body)


async def registered(world: World) -> dict[str, Any]:
    answer = await post(world, "/auth/register", {"email": EMAIL, "name": "Ada", "password": PASSWORD})
    tokens: dict[str, Any] = answer.json()
    return tokens


async def logged_in(world: World) -> dict[str, Any]:
    world.clock.advance(minutes=1)  # so that the limit on log-ins is nowhere near
    tokens: dict[str, Any] = (await post(world, "/auth/login", {"email": EMAIL, "password": PASSWORD})).json()
    return tokens


async def refresh(world: World, token: str, number: int = 1) -> httpx.Response:
    return await post(world, "/auth/refresh", {"refreshToken": token}, number)


async def test_an_account_gets_ten_successors_at_once_wherever_it_asks_from(world: World) -> None:
    token = (await registered(world))["refreshToken"]
    for number in range(10):
        answer = await refresh(world, token, number)
        assert answer.status_code == 200
        token = answer.json()["refreshToken"]
    answer = await refresh(world, token, 11)
    assert refusal(answer) == LIMITED
    assert answer.headers["ratelimit"] == '"account";r=0;t=6'
    world.clock.advance(seconds=int(answer.headers["retry-after"]))
    assert (await refresh(world, token, 11)).status_code == 200


async def test_a_hundred_refreshes_of_one_token_at_once_get_one_successor(world: World) -> None:
    token = (await registered(world))["refreshToken"]
    answers = await asyncio.gather(*(refresh(world, token, number) for number in range(100)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refreshToken"] for answer in answers}) == 1


@pytest.mark.parametrize("path", ["/auth/refresh", "/auth/logout"])
async def test_a_token_that_is_good_for_nothing_has_ten_tries_of_its_own(world: World, path: str) -> None:
    statuses = [(await post(world, path, {"refreshToken": "guessed"}, number)).status_code for number in range(11)]
    assert statuses == [401 if path == "/auth/refresh" else 204] * 10 + [429]
    assert (await post(world, path, {"refreshToken": "another"})).status_code != 429


async def test_whoever_holds_a_dead_token_shuts_nobody_out(world: World) -> None:
    dead = (await registered(world))["refreshToken"]
    successor = (await refresh(world, dead)).json()["refreshToken"]
    world.clock.advance(seconds=11)
    assert (await refresh(world, dead)).status_code == 401
    own = (await logged_in(world))["refreshToken"]
    for token in (dead, successor):
        answers = [await refresh(world, token, number) for number in range(20)]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 10
    assert (await refresh(world, own)).status_code == 200
    assert (await post(world, "/auth/logout", {"refreshToken": own})).status_code == 204


async def test_an_account_ends_ten_sign_ins_at_once_and_the_next_one_stands(world: World) -> None:
    tokens = [(await registered(world))["refreshToken"]]
    tokens += [(await logged_in(world))["refreshToken"] for _ in range(10)]
    statuses = [
        (await post(world, "/auth/logout", {"refreshToken": token}, number)).status_code
        for number, token in enumerate(tokens)
    ]
    assert statuses == [204] * 10 + [429]
    assert (await refresh(world, tokens[-1])).status_code == 200
    world.clock.advance(seconds=6)
    assert (await post(world, "/auth/logout", {"refreshToken": tokens[-1]})).status_code == 204


async def reset_token(world: World) -> str:
    mails: list[Mail] = world.services.credentials.mailer.mails  # type: ignore[attr-defined]  # the tests' own mailer
    await world.services.credentials.send_reset(OPERATOR, EMAIL)
    return mails[-1].text.rpartition("/auth/reset:\n\n")[2].split()[0]


async def test_a_good_reset_has_ten_tries_for_its_account_and_is_still_good(world: World) -> None:
    await registered(world)
    body = {"token": await reset_token(world), "newPassword": "short"}
    statuses = [(await post(world, "/auth/reset", body, number)).status_code for number in range(11)]
    assert statuses == [422] * 10 + [429]
    world.clock.advance(seconds=6)
    fit = {**body, "newPassword": "a violet umbrella for tuesday"}
    assert (await post(world, "/auth/reset", fit)).status_code == 204


async def test_guessed_resets_count_by_themselves(world: World) -> None:
    await registered(world)
    good = await reset_token(world)
    guessed = {"token": "guessed", "newPassword": "a violet umbrella for tuesday"}
    statuses = [(await post(world, "/auth/reset", guessed, number)).status_code for number in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert (await post(world, "/auth/reset", {**guessed, "token": good})).status_code == 204


Own = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


async def change_password(client: httpx.AsyncClient) -> httpx.Response:
    body = {"currentPassword": "wrong", "newPassword": "a violet umbrella for tuesday"}
    return await client.post("/users/me/password", json=body)


async def erase(client: httpx.AsyncClient) -> httpx.Response:
    return await client.request("DELETE", "/users/me", json={"password": "wrong"})


async def begin_factor(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/users/me/totp")


async def confirm_factor(client: httpx.AsyncClient) -> httpx.Response:
    return await client.post("/users/me/totp/confirm", json={"code": "000000"})


async def remove_factor(client: httpx.AsyncClient) -> httpx.Response:
    return await client.request("DELETE", "/users/me/totp", json={"password": "wrong", "code": "000000"})


OWN = {
    "password": change_password,
    "erase": erase,
    "totp": begin_factor,
    "confirm": confirm_factor,
    "remove": remove_factor,
}


@pytest.mark.parametrize("call", OWN.values(), ids=OWN)
async def test_whoever_is_signed_in_proves_themselves_ten_times_at_once(world: World, call: Own) -> None:
    async with world.client((await registered(world))["accessToken"]) as client:
        statuses = [(await call(client)).status_code for _ in range(11)]
    assert 429 not in statuses[:10]
    assert statuses[10] == 429


async def test_the_proofs_of_whoever_is_signed_in_count_together(world: World) -> None:
    async with world.client((await registered(world))["accessToken"]) as client:
        for _ in range(2):
            for call in OWN.values():
                assert (await call(client)).status_code != 429
        assert {(await call(client)).status_code for call in OWN.values()} == {429}


async def test_an_access_token_that_counts_no_more_uses_up_nobodys_tries(world: World) -> None:
    stolen = await registered(world)
    async with world.client(stolen["accessToken"]) as owner:
        change = {"currentPassword": PASSWORD, "newPassword": "a violet umbrella for tuesday"}
        assert (await owner.post("/users/me/password", json=change)).status_code == 204
        assert {(await call(owner)).status_code for call in OWN.values() for _ in range(3)} == {401}
    anew = await post(world, "/auth/login", {"email": EMAIL, "password": change["newPassword"]})
    async with world.client(anew.json()["accessToken"]) as owner:
        answers = [await change_password(owner) for _ in range(10)]
    assert [refusal(answer)[1] for answer in answers] == ["invalid-credentials"] * 9 + ["rate-limited"]


async def test_who_knows_an_accounts_id_uses_up_nothing_by_naming_it(world: World) -> None:
    tokens = await registered(world)
    id = tokens["userId"]
    for named in (id, f"own {id}", f"own\n{id}", f"refresh\n{id}", f"reset\n{id}"):
        for number in range(11):
            await post(world, "/auth/login", {"email": named, "password": "wrong"}, number)
    async with world.client(tokens["accessToken"]) as owner:
        assert refusal(await change_password(owner)) == (401, "invalid-credentials")
    assert (await refresh(world, tokens["refreshToken"])).status_code == 200


async def test_who_uses_up_the_log_ins_shuts_out_nobody_who_is_signed_in(world: World) -> None:
    tokens = await registered(world)
    for number in range(20):
        await post(world, "/auth/login", {"email": EMAIL, "password": "wrong"}, number)
    assert (await refresh(world, tokens["refreshToken"])).status_code == 200
    reset = {"token": await reset_token(world), "newPassword": "a violet umbrella for tuesday"}
    assert (await post(world, "/auth/reset", reset)).status_code == 204
    world.clock.advance(minutes=1)
    answer = await post(world, "/auth/login", {"email": EMAIL, "password": reset["newPassword"]})
    assert answer.status_code == 200
