"""The operator forgets a partner's learner: over all that a real server kept, and again after a restore."""

from __future__ import annotations

import json
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from tests.app.databases import Databases
from tests.app.program import PATIENCE, Home, Program, ask
from tests.http.driving import sample_answer

LEARNER, OTHER = "remarkable-learner-7", "another-learner"


def _said(home: Home, *arguments: str, stdin: str = "", **more: str) -> Any:  # Any: JSON
    done = home.call(*arguments, stdin=stdin, **more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done.stdout


def _token(url: str, made: dict[str, str]) -> str:
    form = {"grant_type": "client_credentials", "client_id": made["clientId"], "client_secret": made["clientSecret"]}
    connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/auth/token", urlencode(form), headers)
        token: str = json.loads(connection.getresponse().read())["access_token"]
        return token
    finally:
        connection.close()


def _post(url: str, path: str, body: object, token: str, key: str) -> Any:  # Any: JSON
    """With an ``Idempotency-Key``, so that the answer is kept."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        fields = {"Content-Type": "application/json", "Authorization": f"Bearer {token}", "Idempotency-Key": key}
        connection.request("POST", path, json.dumps(body), fields)
        answer = connection.getresponse()
        raw = answer.read()
        assert answer.status in (200, 201), raw
        return json.loads(raw)
    finally:
        connection.close()


def _took(url: str, token: str, learner: str) -> str:
    """A whole assessment, each request with a key of the learner's; its id."""
    start = {"role": "backend-developer", "form": "screener", "learnerRef": learner, "aiConsent": True}
    begun = _post(url, "/assessments/start", start, token, f"{learner}:start")
    path, question = f"/assessments/{begun['assessmentId']}", begun["question"]
    while question:
        answer = sample_answer(question["questionId"])
        _post(url, f"{path}/answer", answer, token, f"{learner}:{question['questionId']}")
        question = ask(url, "GET", f"{path}/next", token=token)[1]["question"]
    _post(url, f"{path}/complete", {}, token, f"{learner}:complete")
    return str(begun["assessmentId"])


def _of(traces: list[str], text: str) -> list[str]:
    """Those that stand there; identifiers as bytes, and texts in hexadecimal, too."""
    bare = text.replace("-", "")
    return [t for t in traces if t in text or t.replace("-", "") in bare or t.encode().hex() in text]


async def test_nothing_of_a_forgotten_learner_is_in_a_dump_nor_after_a_restored_backup_was_cleaned(
    fresh_home: Home, start: Callable[..., Program], databases: Databases
) -> None:
    home, live = fresh_home, {"CREDCORE_DATABASE_URL": await databases.empty()}
    for command in (("migrate",), ("content", "sync")):
        _said(home, *command, **live)
    made = _said(home, "partner", "create", "--name", "Example LMS", **live)
    server = start(home, "serve", "--port", "0", **live)
    url = server.url()
    token = _token(url, made)
    traces, others = [LEARNER, _took(url, token, LEARNER)], [OTHER, _took(url, token, OTHER)]
    backup = databases.dump(live["CREDCORE_DATABASE_URL"])
    assert _of(traces, backup) == traces

    forget = ("partner", "forget", "Example LMS", "--learner-ref-stdin", "--json")
    assert _said(home, *forget, stdin=f"{LEARNER}\n", **live) == {"erased": 1}
    assert ask(url, "GET", f"/assessments/{traces[1]}", token=token)[0] == 404
    again = home.call(*forget, stdin=f"{LEARNER}\n", **live)
    assert (again.returncode, again.stdout, LEARNER in again.stderr) == (1, "", False)
    left = databases.dump(live["CREDCORE_DATABASE_URL"])
    assert (_of(traces, left), _of(others, left)) == ([], others)
    ledger = home.folder / "erasures.json"
    assert _said(home, "erasures", "export", str(ledger), "--json", **live) == {"entries": 1}
    assert _of(traces, ledger.read_text()) == []
    assert server.stop() == 0
    assert _of(traces, "".join(server.told)) == []

    restored = {"CREDCORE_DATABASE_URL": await databases.empty()}
    databases.restore(backup, restored["CREDCORE_DATABASE_URL"])
    assert _said(home, "erasures", "apply", str(ledger), "--json", **restored) == {"entries": 1, "erased": 1}
    left = databases.dump(restored["CREDCORE_DATABASE_URL"])
    assert (_of(traces, left), _of(others, left)) == ([], others)
    told = _said(home, "erasures", "apply", str(ledger), **restored)
    assert told == "1 entry: 0 there again, and erased again\n"


def test_every_deed_on_partners_and_keys_leaves_an_entry_of_the_operator(
    home: Home, start: Callable[..., Program]
) -> None:
    url = start(home, "serve", "--port", "0", "--no-grading").url()
    made = _said(home, "partner", "create", "--name", "Example LMS", "--scopes", "assessments:write")
    partner = _said(home, "partner", "list", "--json")["items"][0]["partnerId"]
    token = _token(url, made)
    begun = ask(url, "POST", "/assessments/start", {"role": "backend-developer"}, token=token)[1]["assessmentId"]
    _said(home, "partner", "forget", made["clientId"], "--assessment", begun)
    options = ("--scopes", "assessments:write", "--add-client")
    second = _said(home, "partner", "create", "--name", "Example LMS", *options)
    _said(home, "partner", "rotate", made["clientId"], "--overlap-hours", "1.5")
    kid = _said(home, "keys", "rotate", "--json")["kid"]
    _said(home, "partner", "disable", second["clientId"], "--client-only")
    _said(home, "partner", "disable", "Example LMS")
    items = _said(home, "audit", "--json")["items"]
    assert [(item["deed"], item["subjectId"], item["detail"]) for item in items] == [
        ("partner-disabled", partner, ""),
        ("partner-disabled", partner, f"client {second['clientId']} alone"),
        ("keys-rotated", None, f"to {kid}"),
        ("partner-secret-rotated", partner, f"client {made['clientId']}, secrets before it for 1.5 more hours"),
        ("partner-client-added", partner, f"client {second['clientId']} for assessments:write"),
        ("partner-learner-forgotten", partner, "1 assessment"),
        ("partner-created", partner, f"client {made['clientId']} for assessments:write"),
    ]
    assert {(item["byOperator"], item["actorId"]) for item in items} == {(True, None)}
    assert all("@" in item["address"] for item in items), "who ran the command, and on which machine"
    assert _of([made["clientSecret"], second["clientSecret"], begun], json.dumps(items)) == []


@pytest.mark.parametrize(
    ("options", "stdin", "code", "words"),
    [
        (("--learner-ref-stdin",), "nobody", 1, "has no such learner or assessment"),
        (("--learner-ref-stdin",), "", 2, "the learner's reference"),
        (("--learner-ref-stdin",), "x" * 201, 2, "the learner's reference"),
        ((), "7", 2, "--learner-ref-stdin"),
        (("--assessment", "nonsense"), "", 2, "--assessment"),
        (("--learner-ref-stdin", "--assessment", "019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11"), "7", 2, "not both"),
    ],
)
def test_what_cannot_be_forgotten_is_one_line_and_repeats_no_reference(
    home: Home, options: tuple[str, ...], stdin: str, code: int, words: str
) -> None:
    _said(home, "partner", "create", "--name", "Example LMS")
    done = home.call("partner", "forget", "Example LMS", *options, stdin=f"{stdin}\n")
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert not stdin or stdin == "7" or stdin not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_learner_of_a_partner_that_nobody_knows_is_not_looked_for(home: Home) -> None:
    done = home.call("partner", "forget", "nobody", "--learner-ref-stdin", stdin="7\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no such partner" in done.stderr
