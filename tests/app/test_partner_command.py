"""Partners are let in, listed, given new secrets and shut out from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from tests.app.program import PATIENCE, Home, Program, ask

SCOPES = "assessments:write profiles:read"


def partner(home: Home, *arguments: str) -> Any:  # Any: JSON
    done = home.call("partner", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def token(url: str, made: dict[str, str]) -> tuple[int, dict[str, Any]]:
    form = {"grant_type": "client_credentials", "client_id": made["clientId"], "client_secret": made["clientSecret"]}
    connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/auth/token", urlencode(form), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_a_partner_from_its_first_token_to_its_last(home: Home, start: Callable[..., Program]) -> None:
    url = start(home, "serve", "--port", "0").url()
    made = partner(home, "create", "--name", "Example LMS", "--scopes", SCOPES)
    assert made.keys() == {"clientId", "clientSecret"}
    status, granted = token(url, made)
    assert (status, granted["scope"]) == (200, SCOPES)
    access = granted["access_token"]
    assert ask(url, "GET", "/assessments", token=access)[0] == 200

    second = partner(home, "create", "--name", "Example LMS", "--scopes", "profiles:read", "--add-client")
    anew = partner(home, "rotate", made["clientId"], "--overlap-hours", "1")
    assert anew["clientId"] == made["clientId"]
    assert [token(url, one)[0] for one in (made, anew, second)] == [200, 200, 200]

    [listed] = partner(home, "list", "--json")["items"]
    assert (listed["name"], listed["disabledAt"]) == ("Example LMS", None)
    assert [(client["clientId"], client["secrets"]) for client in listed["clients"]] == [
        (made["clientId"], 2),
        (second["clientId"], 1),
    ]
    assert made["clientSecret"] not in json.dumps(listed)

    assert partner(home, "disable", "Example LMS", "--json") == {"disabled": listed["partnerId"]}
    assert ask(url, "GET", "/assessments", token=access)[0] == 401
    assert [token(url, one)[0] for one in (made, anew, second)] == [401, 401, 401]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("create", "--name", "A", "--scopes", "everything"), 2, "--scopes must be some of"),
        (("create", "--name", "A", "--scopes", ""), 2, "--scopes must be some of"),
        (("create", "--name", " "), 2, "--name must not be empty"),
        (("rotate", "nonsense"), 1, "there is no such client in use"),
        (("disable", "nobody"), 1, "there is no such partner in use"),
        (("create", "--name", "A", "--add-client"), 1, "there is no such partner in use"),
    ],
)
def test_what_cannot_be_done_is_one_line(home: Home, arguments: tuple[str, ...], code: int, words: str) -> None:
    done = home.call("partner", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_name_is_had_by_one_partner(home: Home) -> None:
    partner(home, "create", "--name", "Example LMS")
    done = home.call("partner", "create", "--name", "Example LMS")
    assert (done.returncode, done.stdout) == (1, "")
    assert "--add-client" in done.stderr
