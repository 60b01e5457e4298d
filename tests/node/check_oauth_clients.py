"""Partners' tools, npm's ``oauth4webapi`` and ``jose``, against ``credcore serve``: the nox session ``node``."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from running import Server, running_server

HERE = Path(__file__).parent
SCOPES = "assessments:write profiles:read"


async def _said(*command: str, server: Server) -> Any:  # Any: JSON
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=HERE,
        env=server.environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return json.loads(output)


async def test_kept_clients_get_a_token_and_verify_it_against_the_published_keys() -> None:
    async with running_server() as server:
        create = ("-m", "credcore_app", "partner", "create", "--name", "A platform", "--scopes", SCOPES)
        made = await _said(sys.executable, *create, server=server)
        url = f"http://127.0.0.1:{server.port}"
        saw = await _said("node", "client.mjs", url, made["clientId"], made["clientSecret"], server=server)
    kid = saw["header"].pop("kid")
    assert kid
    assert saw == {
        "basic": {"scope": "assessments:write", "tokenType": "bearer", "expiresIn": 86400},
        "post": {"scope": SCOPES},
        "header": {"alg": "EdDSA", "typ": "at+jwt"},
        "clientId": made["clientId"],
        "claimsScope": SCOPES,
        "assessments": 200,
        "forgedVerified": False,
        "forged": 401,
        # The client reads the challenge of a 401 (RFC 9110, 11.6.1) before it reads the body.
        "wrongSecret": {"status": 401, "error": None, "kind": "WWWAuthenticateChallengeError"},
        "wrongScope": {"status": 400, "error": "invalid_scope", "kind": "ResponseBodyError"},
    }
