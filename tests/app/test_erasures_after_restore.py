"""A backup has the people who were erased after it was made; after its restore they are erased again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.app.databases import Databases
from tests.app.program import Home, Program, ask

PASSWORD = "seven brass kettles under a bridge"
EMAIL, NAME = "remarkable.person@example.org", "Remarkable Person"
FORMAT_ONE = '{"format": "credcore-erasures-1", '
ESSAY_TEXT = "An answer that nobody else would ever have given to this."


def _register(url: str, email: str, name: str) -> dict[str, Any]:
    status, tokens = ask(url, "POST", "/auth/register", {"email": email, "name": name, "password": PASSWORD})
    assert status == 201, tokens
    return dict(tokens)


def _answer_an_essay(url: str, token: str) -> str:
    """The id of the assessment that was begun for it."""
    begun = ask(url, "POST", "/assessments/start", {"role": "backend-developer"}, token=token)[1]
    path, question = f"/assessments/{begun['assessmentId']}", begun["question"]
    while question["type"] != "essay":
        answer = {"questionId": question["questionId"], "optionId": question["options"][0]["optionId"]}
        assert ask(url, "POST", f"{path}/answer", answer, token=token)[0] == 200
        question = ask(url, "GET", f"{path}/next", token=token)[1]["question"]
    answer = {"questionId": question["questionId"], "text": ESSAY_TEXT}
    assert ask(url, "POST", f"{path}/answer", answer, token=token)[0] == 200
    return str(begun["assessmentId"])


def _login(url: str, email: str) -> int:
    return ask(url, "POST", "/auth/login", {"email": email, "password": PASSWORD})[0]


def _said(home: Home, *arguments: str, **more: str) -> Any:  # Any: JSON
    done = home.call(*arguments, **more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if "--json" in arguments else None


async def test_whoever_was_erased_after_the_backup_is_erased_again_and_nothing_of_them_is_left(
    fresh_home: Home, start: Callable[..., Program], databases: Databases
) -> None:
    home, live = fresh_home, {"CREDCORE_DATABASE_URL": await databases.empty()}
    for command in (("migrate",), ("content", "sync")):
        _said(home, *command, **live)
    server = start(home, "serve", "--port", "0", "--no-grading", **live)
    url = server.url()
    tokens = _register(url, EMAIL, NAME)
    _register(url, "bob@example.org", "Bob")
    traces = [EMAIL, NAME, ESSAY_TEXT, tokens["userId"], _answer_an_essay(url, tokens["accessToken"])]

    tokens |= ask(url, "POST", "/auth/login", {"email": EMAIL, "password": PASSWORD})[1]
    tokens |= ask(url, "POST", "/auth/refresh", {"refreshToken": tokens["refreshToken"]})[1]
    export = json.dumps(ask(url, "GET", "/users/me/export", token=tokens["accessToken"])[1])
    assert [trace for trace in traces if trace not in export] == []
    assert _of([PASSWORD, tokens["refreshToken"]], export) == []

    backup = databases.dump(live["CREDCORE_DATABASE_URL"])
    assert [trace for trace in traces if trace not in backup] == []
    assert ask(url, "DELETE", "/users/me", {"password": PASSWORD}, token=tokens["accessToken"])[0] == 204
    assert _of(traces, databases.dump(live["CREDCORE_DATABASE_URL"])) == []
    ledger = home.folder / "erasures.json"
    assert _said(home, "erasures", "export", str(ledger), "--json", **live) == {"entries": 1}
    assert _of(traces, ledger.read_text()) == []
    assert ledger.stat().st_mode & 0o077 == 0
    assert server.stop() == 0
    in_no_line = [*traces[:4], PASSWORD, tokens["accessToken"], tokens["refreshToken"]]
    assert _of(in_no_line, "".join(server.told)) == []

    restored = {"CREDCORE_DATABASE_URL": await databases.empty()}
    databases.restore(backup, restored["CREDCORE_DATABASE_URL"])
    assert _said(home, "erasures", "apply", str(ledger), "--json", **restored) == {"entries": 1, "erased": 1}
    assert _of(traces, databases.dump(restored["CREDCORE_DATABASE_URL"])) == []
    assert _said(home, "erasures", "apply", str(ledger), "--json", **restored) == {"entries": 1, "erased": 0}
    [newest, *_] = _said(home, "audit", "--json", **restored)["items"]
    assert (newest["deed"], newest["detail"]) == ("erasures-applied", "0 of 1 entries were there")

    url = start(home, "serve", "--port", "0", "--no-grading", **restored).url()
    assert [_login(url, email) for email in (EMAIL, "bob@example.org")] == [401, 200]
    assert ask(url, "GET", "/users/me", token=tokens["accessToken"])[0] == 401


def _of(traces: list[str], text: str) -> list[str]:
    """Those that stand there; identifiers as bytes, too."""
    bare = text.replace("-", "")
    return [trace for trace in traces if trace in text or (_is_id(trace) and trace.replace("-", "") in bare)]


def _is_id(trace: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", trace) is not None


def test_an_export_keeps_what_its_file_knew_and_no_other_service_takes_it(home: Home) -> None:
    ledger = home.folder / "erasures.json"
    assert _said(home, "erasures", "export", str(ledger), "--json") == {"entries": 0}
    known = json.loads(ledger.read_text())
    entry = {"mark": "00" * 32, "erasedAt": "2026-11-22T09:30:00Z"}
    ledger.write_text(json.dumps({**known, "erasures": [entry]}))
    assert _said(home, "erasures", "export", str(ledger), "--json") == {"entries": 1}
    ledger.write_text(json.dumps({**known, "keyCheck": "00" * 8}))
    for deed in ("export", "apply"):
        done = home.call("erasures", deed, str(ledger))
        assert (done.returncode, done.stdout) == (1, "")
        assert "the ledger of another service's database" in done.stderr


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        '{"format": "credcore-erasures-2", "keyCheck": "00", "erasures": []}',
        FORMAT_ONE + '"keyCheck": "xx", "erasures": []}',
        FORMAT_ONE + '"keyCheck": "", "erasures": [{"mark": "00", "erasedAt": "2026-11-22T09:30:00Z"}]}',
        FORMAT_ONE + '"keyCheck": "", "erasures": [{"mark": "' + "00" * 32 + '", "erasedAt": "2026-11-22T09:30:00"}]}',
        None,
    ],
)
def test_what_is_no_ledger_is_one_line_and_stays_as_it_is(fresh_home: Home, content: str | None) -> None:
    ledger = fresh_home.folder / "erasures.json"
    if content is not None:
        ledger.write_text(content)
    done = fresh_home.call("erasures", "apply", str(ledger))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert str(ledger) in done.stderr
    if content is not None:
        assert fresh_home.call("erasures", "export", str(ledger)).returncode == 1
        assert ledger.read_text() == content
