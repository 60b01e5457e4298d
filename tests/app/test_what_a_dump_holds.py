"""A dump of the database holds what people and partners prove themselves with as hashes alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from tests.app.databases import Databases
from tests.app.program import Home, Program, ask

EMAIL, PASSWORD = "ada@example.org", "seven brass kettles under a bridge"


async def test_no_password_token_or_client_secret_is_in_a_dump(
    fresh_home: Home, start: Callable[..., Program], databases: Databases
) -> None:
    home, place = fresh_home, {"CREDCORE_DATABASE_URL": await databases.empty()}
    for command in (("migrate",), ("content", "sync")):
        assert home.call(*command, **place).returncode == 0
    url = start(home, "serve", "--port", "0", "--no-grading", **place).url()
    first = ask(url, "POST", "/auth/register", {"email": EMAIL, "name": "Ada", "password": PASSWORD})[1]
    second = ask(url, "POST", "/auth/refresh", {"refreshToken": first["refreshToken"]})[1]
    third = ask(url, "POST", "/auth/login", {"email": EMAIL, "password": PASSWORD})[1]
    tokens = [made[name] for made in (first, second, third) for name in ("accessToken", "refreshToken")]
    ask(url, "POST", "/users/me/totp", token=third["accessToken"])
    partner = json.loads(home.call("partner", "create", "--name", "A platform", **place).stdout)
    reset = re.search(r"^[\w-]{43}$", home.call("user", "reset", "--email", EMAIL, **place).stdout, re.MULTILINE)
    assert reset
    dump = databases.dump(place["CREDCORE_DATABASE_URL"])
    assert EMAIL in dump
    assert partner["clientId"] in dump
    for secret in (PASSWORD, *tokens, partner["clientSecret"], reset[0]):
        assert secret not in dump
        assert secret.encode().hex() not in dump
