"""Who is unknown and who is wrong is told in the same words, and after the same time.

``CREDCORE_TIMING_ROUNDS`` sets how often each case is asked for: 100 by default, 300 in the nox session ``faults``.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import Sequence
from urllib.parse import urlencode

import httpx
import pyotp
import pytest
from tests.faults.timing import Case, Measured, measure, posted
from tests.http.driving import PASSWORD

from running import Server, running_server

pytestmark = pytest.mark.measured
ROUNDS = int(os.environ.get("CREDCORE_TIMING_ROUNDS", "100"))
OPEN_DOORS = {"CREDCORE_AUTH_RATE_LIMIT": "999999/second", "CREDCORE_AUTH_RATE_LIMIT_ADDRESS": "999999/second"}
WRONG = "a wrong one, but long enough"
OF_A_HASH, OF_A_QUERY = 1.05, 1.25
"""The most that the medians' ratio may be: of what takes 20 ms or more, and of what takes a few."""


async def _registered(server: Server, email: str, *, second_factor: bool = False) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as client:
        body = {"email": email, "name": "A. Student", "password": PASSWORD}
        answer = await client.post("/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['accessToken']}"
        if second_factor:
            secret = (await client.post("/users/me/totp")).json()["secret"]
            confirmed = await client.post("/users/me/totp/confirm", json={"code": pyotp.TOTP(secret).now()})
            assert confirmed.status_code == 200, confirmed.text


def _login(name: str, email: str) -> Case:
    return posted(name, "/auth/login", {"email": email, "password": WRONG, "totp": "123456"})


def _measured(server: Server, cases: Sequence[Case], rounds: int = ROUNDS) -> Measured:
    found = measure(server.port, cases, rounds)
    print(found)
    return found


async def test_an_unknown_address_and_a_wrong_password_take_as_long_and_read_the_same() -> None:
    async with running_server("--no-grading", **OPEN_DOORS) as server:
        await _registered(server, "ada@example.org")
        await _registered(server, "eve@example.org", second_factor=True)
        cases = [
            _login("unknown", "bob@example.org"),
            _login("wrong password", "ada@example.org"),
            _login("wrong password, second factor", "eve@example.org"),
        ]
        found = _measured(server, cases)
    assert len(found.told) == 1, found.told
    assert found.ratio <= OF_A_HASH


async def test_a_hash_of_another_cost_would_be_noticed() -> None:
    """What the measure is worth: an account whose hash is older than the setting takes as long as that one took."""
    async with running_server("--no-grading", **OPEN_DOORS, CREDCORE_PASSWORD_COST="19456,2,1") as server:
        await _registered(server, "ada@example.org")
        await server.kill()
        dearer = Server(server.folder, server.port, {**server.variables, "CREDCORE_PASSWORD_COST": "19456,3,1"})
        await dearer.start()
        try:
            cases = [_login("unknown", "bob@example.org"), _login("wrong password", "ada@example.org")]
            found = _measured(dearer, cases, rounds=50)
        finally:
            await dearer.kill()
    assert len(found.told) == 1, found.told
    assert found.ratio > OF_A_HASH


async def test_an_unknown_client_and_a_wrong_secret_take_as_long_and_read_the_same() -> None:
    async with running_server("--no-grading", **OPEN_DOORS) as server:
        made = await _command(server, "partner", "create", "--name", "Example LMS")
        ended = await _command(server, "partner", "create", "--name", "Another LMS")
        await _command(server, "partner", "disable", "Another LMS", "--json")
        unknown = "019aa9d0-3f1b-7a52-8d0e-6b1f2f7c4d10"
        cases = [
            _token("unknown client", unknown, made["clientSecret"]),
            _token("wrong secret", made["clientId"], "x" * len(made["clientSecret"])),
            _token("secret of another", made["clientId"], ended["clientSecret"]),
            _token("disabled", ended["clientId"], ended["clientSecret"]),
        ]
        found = _measured(server, cases, rounds=3 * ROUNDS)
    assert len(found.told) == 1, found.told
    assert found.ratio <= OF_A_QUERY


async def test_an_unknown_reset_and_one_that_is_void_take_as_long_and_read_the_same() -> None:
    async with running_server("--no-grading", **OPEN_DOORS) as server:
        await _registered(server, "ada@example.org")
        void, good = [await _reset_of(server, "ada@example.org") for _ in range(2)]
        cases = [
            posted(name, "/auth/reset", {"token": token, "newPassword": "seven brass kettles under a bridge"})
            for name, token in (("unknown", "x" * len(good)), ("void", void))
        ]
        found = _measured(server, cases, rounds=3 * ROUNDS)
    assert len(found.told) == 1, found.told
    assert found.ratio <= OF_A_QUERY


def _token(name: str, client_id: str, secret: str) -> Case:
    proof = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    fields = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {proof}"}
    form = urlencode({"grant_type": "client_credentials"}).encode()
    return Case(name=name, path="/auth/token", body=form, fields=fields)


async def _output(server: Server, *arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "credcore_app", *arguments),
        env=server.environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


async def _command(server: Server, *arguments: str) -> dict[str, str]:
    document: dict[str, str] = json.loads(await _output(server, *arguments))
    return document


async def _reset_of(server: Server, email: str) -> str:
    """The token, as the mail says it: a line of its own."""
    mail = await _output(server, "user", "reset", "--email", email)
    [token] = [line.strip() for line in mail.splitlines() if len(line.strip()) == 43 and " " not in line.strip()]
    return token
