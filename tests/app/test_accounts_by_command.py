"""What an operator does with people's accounts, through the real command, and with keys while servers run."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable

import jwt
import pyotp
from tests.app.program import PATIENCE, Home, Program, ask, register

PASSWORD = "seven brass kettles under a bridge"


def _made(home: Home, email: str = "ada@example.org", role: str = "student") -> dict[str, str]:
    done = home.call(
        *("user", "create", "--email", email, "--name", "Ada Lovelace", "--role", role, "--password-stdin", "--json"),
        stdin=PASSWORD + "\n",
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def _listed(home: Home) -> list[dict[str, str]]:
    return list(json.loads(home.call("user", "list", "--json").stdout)["items"])


def test_people_are_listed_newest_first_and_get_another_role(home: Home) -> None:
    first, second = _made(home), _made(home, "root@example.org", "admin")
    assert _listed(home) == [second, first]
    changed = home.call("user", "role", "--email", "ADA@example.org", "--role", "advisor", "--json")
    assert json.loads(changed.stdout) == {**first, "role": "advisor"}
    assert _listed(home)[1]["role"] == "advisor"
    assert "lacks a second factor" in home.call("user", "list").stdout


def test_who_has_no_account_is_named_with_what_to_do(home: Home) -> None:
    for arguments in (("role", "--role", "admin"), ("reset",), ("second-factor-off",)):
        done = home.call("user", *arguments, "--email", "nobody@example.org")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.count("\n") == 1
        assert "nobody@example.org has no account; `credcore user list`" in done.stderr


def test_a_password_that_a_guesser_tries_early_makes_no_account(home: Home) -> None:
    for password, reason in (("iloveyouiloveyou", "stolen"), ("AdaLovelace-1815", "your name"), ("short", "at least")):
        done = home.call(
            *("user", "create", "--email", "ada@example.org", "--name", "Ada Lovelace", "--role", "admin"),
            "--password-stdin",
            stdin=password + "\n",
        )
        assert done.returncode == 2
        assert "the password" in done.stderr
        assert reason in done.stderr
        assert password not in done.stderr
    assert _listed(home) == []


def test_whoever_lost_their_second_factor_gets_in_again_with_the_password(
    home: Home, start: Callable[..., Program]
) -> None:
    _made(home)
    url = start(home, "serve", "--port", "0", "--no-grading").url()
    login = {"email": "ada@example.org", "password": PASSWORD}
    token = ask(url, "POST", "/auth/login", login)[1]["accessToken"]
    secret = ask(url, "POST", "/users/me/totp", token=token)[1]["secret"]
    code = {"code": pyotp.TOTP(secret).now()}
    assert ask(url, "POST", "/users/me/totp/confirm", code, token=token)[0] == 200
    assert ask(url, "POST", "/auth/login", login)[0] == 401
    done = home.call("user", "second-factor-off", "--email", "ada@example.org")
    assert done.returncode == 0
    assert done.stdout.startswith("no second factor any more for the student ada@example.org")
    assert ask(url, "POST", "/auth/login", login)[0] == 200
    assert json.loads(home.call("audit", "--json").stdout)["items"][0]["deed"] == "second-factor-removed"


def test_a_printed_reset_lets_somebody_choose_a_new_password_once(home: Home, start: Callable[..., Program]) -> None:
    _made(home)
    url = start(home, "serve", "--port", "0", "--no-grading").url()
    message = home.call("user", "reset", "--email", "ada@example.org", CREDCORE_RESET_PAGE="https://lms.example/new")
    assert message.stdout.startswith("To: ada@example.org\n")
    found = re.search(r"^https://lms\.example/new#token=([\w-]{43})$", message.stdout, re.MULTILINE)
    assert found
    body = {"token": found[1], "newPassword": "a violet umbrella for tuesday"}
    assert [ask(url, "POST", "/auth/reset", body)[0] for _ in range(2)] == [204, 401]
    for password, status in ((PASSWORD, 401), (body["newPassword"], 200)):
        assert ask(url, "POST", "/auth/login", {"email": "ada@example.org", "password": password})[0] == status


def test_running_servers_take_up_a_new_key_and_go_on_taking_the_old_ones_tokens(
    home: Home, start: Callable[..., Program]
) -> None:
    urls = [start(home, "serve", "--port", "0", "--no-grading").url() for _ in range(2)]
    old = register(urls[0])
    done = home.call("keys", "rotate", "--json")
    assert done.returncode == 0, done.stderr
    kid = json.loads(done.stdout)["kid"]
    # The key that signs stands last in the published set.
    _until(lambda: all(ask(url, "GET", "/.well-known/jwks.json")[1]["keys"][-1]["kid"] == kid for url in urls))
    anew = register(urls[0], "bob@example.org")
    assert jwt.get_unverified_header(anew)["kid"] == kid
    for url in urls:
        assert [ask(url, "GET", "/users/me", token=token)[0] for token in (old, anew)] == [200, 200]


def test_a_session_that_ends_on_one_server_ends_on_the_others(home: Home, start: Callable[..., Program]) -> None:
    here, there = (start(home, "serve", "--port", "0", "--no-grading").url() for _ in range(2))
    body = {"email": "ada@example.org", "name": "Ada", "password": PASSWORD}
    tokens = ask(here, "POST", "/auth/register", body)[1]
    assert ask(there, "GET", "/users/me", token=tokens["accessToken"])[0] == 200
    assert ask(here, "POST", "/auth/logout", {"refreshToken": tokens["refreshToken"]})[0] == 204
    assert ask(here, "GET", "/users/me", token=tokens["accessToken"])[0] == 401
    _until(lambda: ask(there, "GET", "/users/me", token=tokens["accessToken"])[0] == 401)


def test_keys_of_the_operators_own_are_not_ours_to_rotate(home: Home) -> None:
    done = home.call("keys", "rotate", CREDCORE_SIGNING_KEYS="keys.pem")
    assert (done.returncode, done.stdout) == (1, "")
    assert "add a new one at its end" in done.stderr


def _until(so: Callable[[], bool]) -> None:
    """Each look is a request, and takes as long."""
    deadline = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < deadline
