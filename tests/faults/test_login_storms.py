"""Logins by the hundred: exactly as many get through as the policy says, and nobody else notices.

``CREDCORE_STORM_SECONDS`` sets how long password hashes are asked for: 4 by default, 30 in the nox session ``faults``.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import time
from pathlib import Path

import httpx
import pytest
from tests.http.driving import PASSWORD, start

from running import Server, free_port, running_server

STORM_SECONDS = float(os.environ.get("CREDCORE_STORM_SECONDS", "4"))
CONNECTIONS = 30
LOGINS = 200
LET_THROUGH = 25
MEGABYTE = 1_000_000


def _url(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


def _client(server: Server) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=LOGINS)
    return httpx.AsyncClient(base_url=_url(server), timeout=60, limits=limits)


async def _register(client: httpx.AsyncClient) -> None:
    """Whoever uses ``client`` is a student from now on."""
    body = {"email": "ada@example.org", "name": "A. Student", "password": PASSWORD}
    answer = await client.post("/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['accessToken']}"


async def _log_in(client: httpx.AsyncClient, email: str) -> int:
    answer = await client.post("/auth/login", json={"email": email, "password": "a wrong one, but long enough"})
    return answer.status_code


def _beside(server: Server) -> Server:
    """One more process on the same database."""
    return Server(server.folder, free_port(), server.variables)


async def test_of_200_logins_at_once_over_two_processes_as_many_pass_as_the_policy_says() -> None:
    # By the hour, so that no place becomes free while the test runs.
    policy = {"CREDCORE_AUTH_RATE_LIMIT": f"{LET_THROUGH}/hour", "CREDCORE_AUTH_RATE_LIMIT_ADDRESS": "5000/hour"}
    email = "ada@example.org"
    async with running_server(**policy) as first:
        second = _beside(first)
        await second.start()
        try:
            async with _client(first) as one, _client(second) as other:
                tries = [_log_in((one, other)[number % 2], email) for number in range(LOGINS)]
                statuses = await asyncio.gather(*tries)
        finally:
            await second.kill()
        passed = LOGINS - statuses.count(429)
        print(f"{LOGINS} logins at once over two processes: {passed} let through, {LET_THROUGH} by the policy")
        assert passed == LET_THROUGH
        # What was let through was judged, or told that too many wait; nothing else.
        assert set(statuses) <= {401, 429, 503}
        await first.kill()
        await first.start()
        async with _client(first) as again:
            assert await _log_in(again, email) == 429, "a restart forgives nobody"
            assert await _log_in(again, "bob@example.org") == 401


@pytest.mark.measured
async def test_a_storm_of_password_hashes_is_felt_by_nobody_else() -> None:
    open_doors = {"CREDCORE_AUTH_RATE_LIMIT": "999999/second", "CREDCORE_AUTH_RATE_LIMIT_ADDRESS": "999999/second"}
    async with running_server(**open_doors) as server:
        async with _client(server) as student:
            await _register(student)
            path = f"/assessments/{(await start(student))['assessmentId']}/next"
            await _p95(student, path, 1.0)  # warms up what is made at the first use
            calm = await _p95(student, path, STORM_SECONDS / 2)
            memory = _resident(server, "VmRSS")
            storm = await asyncio.create_subprocess_exec(
                *(sys.executable, str(Path(__file__).with_name("login_storm.py"))),
                *(str(server.port), str(CONNECTIONS), str(STORM_SECONDS + 1)),
                stdout=asyncio.subprocess.PIPE,
            )
            assert storm.stdout is not None
            assert await storm.stdout.readline() == b"blowing\n"
            stormy = await _p95(student, path, STORM_SECONDS)
            tally = json.loads((await storm.communicate())[0])
            grown = _resident(server, "VmHWM") - memory
        print(
            f"p95 of next: {calm * 1000:.1f} ms calm, {stormy * 1000:.1f} ms in a storm of {tally}; "
            f"memory + {grown / MEGABYTE:.0f} MB at most"
        )
        assert tally.keys() <= {"401", "503"}
        assert tally["401"] > 10, "it was no storm"
        assert stormy <= 2 * calm + 0.025
        assert grown <= 150 * MEGABYTE


async def _p95(client: httpx.AsyncClient, path: str, seconds: float) -> float:
    """Of calls one after the other, for so long."""
    took = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        answer = await client.get(path)
        took.append(time.monotonic() - began)
        assert answer.status_code == 200, answer.text
    return statistics.quantiles(took, n=20)[-1]


def _resident(server: Server, field: str) -> int:
    """Bytes of memory of the server's process: now (``VmRSS``), or the most it ever had (``VmHWM``)."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith(f"{field}:")]
    return int(line.split()[1]) * 1024
