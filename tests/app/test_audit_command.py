"""What was done with people's accounts is shown: who, what, when, from where, newest first, at any width."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.app.program import Home, Program, ask

from credcore.audit import AuditEntry, Deed
from credcore.services.administration import Trail
from credcore_app.commands.audit import GONE, _lines

_ID = UUID("019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11")
PASSWORD = "seven brass kettles under a bridge"
LONG = f"{'ada.' * 15}ada@{'students.faculty.' * 5}example.org"


def _make(home: Home, email: str, role: str) -> str:
    done = home.call(
        *("user", "create", "--email", email, "--name", "A. Person", "--role", role, "--password-stdin", "--json"),
        stdin=PASSWORD + "\n",
    )
    assert done.returncode == 0, done.stderr
    id: str = json.loads(done.stdout)["userId"]
    return id


def test_what_an_administrator_did_is_shown_to_the_operator(home: Home, start: Callable[..., Program]) -> None:
    admin, student = _make(home, "root@example.org", "admin"), _make(home, LONG, "student")
    url = start(home, "serve", "--port", "0", "--no-grading").url()
    tokens = ask(url, "POST", "/auth/login", {"email": "root@example.org", "password": PASSWORD})[1]
    path = f"/admin/users/{student}"
    assert ask(url, "PATCH", path, {"role": "advisor"}, token=tokens["accessToken"])[0] == 200

    shown = home.call("audit", "--json")
    items = json.loads(shown.stdout)["items"]
    assert [item["deed"] for item in items] == ["role-changed", "account-created", "account-created"]
    newest = {name: value for name, value in items[0].items() if name not in ("entryId", "at")}
    assert newest == {
        "deed": "role-changed",
        "detail": "from student to advisor",
        "byOperator": False,
        "actorId": admin,
        "actorEmail": "root@example.org",
        "address": "127.0.0.1",
        "subjectId": student,
        "subjectEmail": LONG,
    }
    assert datetime.now(UTC) - datetime.fromisoformat(items[0]["at"]) < timedelta(minutes=5)

    told = home.call("audit", "--limit", "2", COLUMNS="80")
    lines = told.stdout.splitlines()
    assert [line.split("  ")[1] for line in lines if not line.startswith(" ")] == [
        "audit-read",
        "role-changed: from student to advisor",
    ]
    assert max(map(len, lines)) <= 80
    assert "    by  root@example.org, from 127.0.0.1" in lines
    assert LONG in "".join(line.strip() for line in lines)
    assert "older entries" in told.stderr


def test_what_the_operator_did_is_shown_too(home: Home) -> None:
    _make(home, "ada@example.org", "student")
    assert home.call("user", "role", "--email", "ada@example.org", "--role", "advisor").returncode == 0
    assert home.call("user", "reset", "--email", "ada@example.org").returncode == 0
    kid = json.loads(home.call("keys", "rotate", "--json").stdout)["kid"]
    assert home.call("user", "list").returncode == 0
    items = json.loads(home.call("audit", "--json").stdout)["items"]
    assert [(item["deed"], item["detail"]) for item in items] == [
        ("accounts-listed", ""),
        ("keys-rotated", f"to {kid}"),
        ("reset-issued", ""),
        ("role-changed", "from student to advisor"),
        ("account-read", ""),
        ("account-created", "as student"),
    ]
    assert {(item["byOperator"], item["actorId"]) for item in items} == {(True, None)}
    assert all("@" in item["address"] for item in items), "who ran the command, and on which machine"


def test_entries_from_a_moment_on(home: Home) -> None:
    _make(home, "root@example.org", "admin")
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    assert json.loads(home.call("audit", "--since", tomorrow, "--json").stdout) == {"items": [], "more": False}
    assert len(json.loads(home.call("audit", "--since", "2020-01-01T00:00", "--json").stdout)["items"]) == 2


@pytest.mark.parametrize("arguments", [("--since", "yesterday"), ("--limit", "0"), ("--limit", "x")])
def test_what_is_no_moment_or_no_number_is_wrong_usage(home: Home, arguments: tuple[str, ...]) -> None:
    done = home.call("audit", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert arguments[0] in done.stderr


@pytest.mark.parametrize("width", [40, 80, 100])
def test_whoever_is_gone_is_said_to_be_and_no_line_is_too_long(width: int) -> None:
    entry = AuditEntry(
        id=_ID,
        at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        actor_id=None,
        by_operator=False,
        deed=Deed.ROLE_CHANGED,
        subject_id=_ID,
        detail="from student to advisor",
        address=None,
    )
    lines = _lines(entry, Trail(entries=(entry,), emails={}, more=False), width)
    assert max(map(len, lines)) <= width
    text = " ".join(" ".join(lines).split())
    assert text.startswith("2026-11-22 09:30:00Z role-changed: from student to advisor to ")
    assert f"by {GONE}" in text
    assert str(_ID).replace("-", "") in text.replace(" ", "").replace("-", "")
