"""The running server answers as its description says: whatever schemathesis thinks of, no 5xx, no contradiction.

``CREDCORE_EXAMPLES`` sets the examples for each call: 15 by default, 100 in the nox session ``description``.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import httpx
import pytest

from running import Server, running_server

EXAMPLES = os.environ.get("CREDCORE_EXAMPLES", "15")

# The document cannot say everything that the contract refuses with 422: which options a question has, that a partner
# alone may name a learner. Whether such refusals are right is told by the tests that know the case.
# OAuth answers credentials that it does not know with 400 (RFC 6749, section 5.2).
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 410, 422, 429]

[[operations]]
include-name = "POST /auth/token"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", 400, 401, 429]
"""


async def _token(server: Server) -> str:
    body = {"email": "fuzz@example.org", "name": "Fuzz", "password": "a password of some length"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
        return str((await client.post("/auth/register", json=body)).json()["accessToken"])


@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_the_running_server_contradicts_nothing_in_its_description(tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    async with running_server() as server:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"http://127.0.0.1:{server.port}/schema/openapi.json",
            *("--checks", "all", "--phases", "examples,coverage,fuzzing,stateful"),
            *("--max-examples", EXAMPLES, "--seed", "1", "--continue-on-failure", "--no-color"),
            *("-H", f"Authorization: Bearer {await _token(server)}"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
