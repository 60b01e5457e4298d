"""A second factor: from its confirmation on a password alone lets nobody in, and no code lets anybody in twice."""

from __future__ import annotations

from typing import Any

import httpx
import pyotp
import pytest
from tests.http.driving import PASSWORD, FakeClock, World, refusal

EMAIL = "ada@example.org"


@pytest.fixture
async def ada(world: World) -> Any:
    async with world.client() as anonymous:
        body = {"email": EMAIL, "name": "Ada", "password": PASSWORD}
        tokens = (await anonymous.post("/auth/register", json=body)).json()
    async with world.client(tokens["accessToken"]) as client:
        yield client


async def _login(world: World, totp: str | None = None, password: str = PASSWORD) -> httpx.Response:
    body = {"email": EMAIL, "password": password} | ({} if totp is None else {"totp": totp})
    async with world.client() as anonymous:
        return await anonymous.post("/auth/login", json=body)


async def _enrol(client: httpx.AsyncClient, clock: FakeClock) -> tuple[pyotp.TOTP, list[str]]:
    secret = (await client.post("/users/me/totp")).json()["secret"]
    codes = pyotp.TOTP(secret)
    answer = await client.post("/users/me/totp/confirm", json={"code": codes.at(clock())})
    assert answer.status_code == 200, answer.text
    return codes, answer.json()["recoveryCodes"]


async def test_an_authenticator_app_can_read_the_enrolment(ada: httpx.AsyncClient) -> None:
    enrolment = (await ada.post("/users/me/totp")).json()
    codes = pyotp.parse_uri(enrolment["otpauthUri"])
    assert isinstance(codes, pyotp.TOTP)
    assert (codes.secret, codes.name, codes.issuer) == (enrolment["secret"], EMAIL, "credcore")
    assert len(enrolment["secret"]) * 5 >= 160


async def test_until_it_is_confirmed_a_factor_is_not_asked_for(
    world: World, ada: httpx.AsyncClient, clock: FakeClock
) -> None:
    await ada.post("/users/me/totp")
    wrong = await ada.post("/users/me/totp/confirm", json={"code": "000000"})
    assert refusal(wrong) == (422, "validation-failed")
    assert (await _login(world)).status_code == 200


async def test_from_its_confirmation_on_a_code_is_asked_for_but_only_after_the_right_password(
    world: World, ada: httpx.AsyncClient, clock: FakeClock
) -> None:
    codes, recovery = await _enrol(ada, clock)
    assert len(set(recovery)) == 10
    clock.advance(seconds=30)
    assert refusal(await _login(world)) == (401, "second-factor-required")
    assert refusal(await _login(world, "000000")) == (401, "second-factor-required")
    assert refusal(await _login(world, codes.at(clock()), password="x" * 15)) == (401, "invalid-credentials")
    assert (await _login(world, codes.at(clock()))).status_code == 200


async def test_a_code_is_good_for_one_log_in_and_those_before_it_for_none(
    world: World, ada: httpx.AsyncClient, clock: FakeClock
) -> None:
    codes, _ = await _enrol(ada, clock)
    assert refusal(await _login(world, codes.at(clock()))) == (401, "second-factor-required")
    clock.advance(seconds=60)
    before = codes.at(clock.time.timestamp() - 30)
    assert (await _login(world, codes.at(clock()))).status_code == 200
    assert refusal(await _login(world, codes.at(clock()))) == (401, "second-factor-required")
    assert refusal(await _login(world, before)) == (401, "second-factor-required")


@pytest.mark.parametrize(("seconds", "status"), [(-60, 401), (-30, 200), (30, 200), (60, 401)])
async def test_a_clock_may_differ_by_half_a_minute(
    world: World, ada: httpx.AsyncClient, clock: FakeClock, seconds: int, status: int
) -> None:
    codes, _ = await _enrol(ada, clock)
    clock.advance(minutes=5)
    assert (await _login(world, codes.at(clock.time.timestamp() + seconds))).status_code == status


async def test_each_recovery_code_lets_in_once_however_it_is_written(
    world: World, ada: httpx.AsyncClient, clock: FakeClock
) -> None:
    _, recovery = await _enrol(ada, clock)
    assert (await _login(world, recovery[0])).status_code == 200
    assert refusal(await _login(world, recovery[0])) == (401, "second-factor-required")
    assert (await _login(world, recovery[1].upper().replace("-", " "))).status_code == 200


async def test_a_standing_factor_is_not_replaced_with_a_token_alone(ada: httpx.AsyncClient, clock: FakeClock) -> None:
    codes, _ = await _enrol(ada, clock)
    assert refusal(await ada.post("/users/me/totp")) == (422, "validation-failed")
    again = {"code": codes.at(clock())}
    assert refusal(await ada.post("/users/me/totp/confirm", json=again)) == (422, "validation-failed")


async def test_taking_it_off_needs_password_and_code(world: World, ada: httpx.AsyncClient, clock: FakeClock) -> None:
    codes, recovery = await _enrol(ada, clock)
    clock.advance(seconds=30)

    async def remove(password: str, code: str) -> httpx.Response:
        return await ada.request("DELETE", "/users/me/totp", json={"password": password, "code": code})

    assert refusal(await remove("x" * 15, recovery[0])) == (401, "invalid-credentials")
    assert refusal(await remove(PASSWORD, "000000")) == (401, "second-factor-required")
    assert refusal(await _login(world)) == (401, "second-factor-required")
    assert (await remove(PASSWORD, codes.at(clock()))).status_code == 204
    assert (await _login(world)).status_code == 200
    assert refusal(await remove(PASSWORD, recovery[0])) == (404, "not-found")


async def test_nothing_is_confirmed_that_was_not_begun(ada: httpx.AsyncClient) -> None:
    assert refusal(await ada.post("/users/me/totp/confirm", json={"code": "000000"})) == (404, "not-found")


async def test_a_code_that_is_none_is_a_wrong_one(world: World, ada: httpx.AsyncClient, clock: FakeClock) -> None:
    await _enrol(ada, clock)
    for code in ("", "12345", "1234567", "abcdef", "x" * 1000, "\u0661\u0662\u0663\u0664\u0665\u0666"):
        assert refusal(await _login(world, code)) == (401, "second-factor-required")


async def _guesses(world: World, number: int, clock: FakeClock) -> int:
    """How many of so many wrong codes are looked at, while no other limit stands in the way."""
    looked_at = 0
    for _ in range(number):
        clock.advance(seconds=6)
        looked_at += refusal(await _login(world, "000000")) == (401, "second-factor-required")
    return looked_at


async def test_codes_cannot_be_guessed_by_whoever_has_the_password(
    world: World, ada: httpx.AsyncClient, clock: FakeClock
) -> None:
    codes, _ = await _enrol(ada, clock)
    assert await _guesses(world, 30, clock) == 10
    right = await _login(world, codes.at(clock()))
    assert refusal(right) == (429, "rate-limited")
    assert 0 < int(right.headers["retry-after"]) <= 360
    assert await _guesses(world, 60, clock) == 1


async def test_a_recovery_code_lets_in_whose_codes_somebody_else_guesses(
    world: World, ada: httpx.AsyncClient, clock: FakeClock
) -> None:
    codes, recovery = await _enrol(ada, clock)
    await _guesses(world, 12, clock)
    assert (await _login(world, recovery[0])).status_code == 200
    clock.advance(minutes=6)
    assert (await _login(world, codes.at(clock()))).status_code == 200


async def test_a_thief_of_token_and_password_guesses_no_faster_where_the_factor_is_taken_off(
    world: World, ada: httpx.AsyncClient, clock: FakeClock
) -> None:
    await _enrol(ada, clock)
    await _guesses(world, 5, clock)
    wrong = {"password": PASSWORD, "code": "000000"}
    statuses = [(await ada.request("DELETE", "/users/me/totp", json=wrong)).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
