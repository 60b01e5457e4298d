"""The server's life: started, used, stopped or killed, and started again on what it kept."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.app.program import PATIENCE, Home, Program, ask, register

from credcore_app.content import read_content
from credcore_app.demo.client import Api
from credcore_app.demo.student import SampleStudent
from credcore_app.demo.taking import take
from credcore_app.embedded.cluster import LockFile
from stopwatch import Stopwatch

Start = Callable[..., Program]
SERVE = ("serve", "--port", "0")
ROLE = "backend-developer"
READY_WITHIN = 3.0


def postgres_pid(home: Home) -> int | None:
    """Of the embedded server, by its own lock file, which goes when it ends in order."""
    lock = LockFile.read(Path(home.variables["CREDCORE_DATA_DIR"]) / "cluster")
    return lock.pid if lock else None


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def lets_in(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


def worked(program: Program) -> float:
    """Seconds of processor time that it has had; its children's are not among them."""
    user, system = Path(f"/proc/{program.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def log_lines(program: Program, event: str) -> list[dict[str, object]]:
    return [line for line in map(json.loads, program.said) if line["event"] == event]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_server_and_database_in_order(home: Home, start: Start, number: signal.Signals) -> None:
    server = start(home, *SERVE)
    assert ask(server.url(), "GET", "/health/ready")[0] == 200
    pid = postgres_pid(home)
    assert pid is not None
    assert runs(pid)
    assert server.stop(number) == 0
    assert not runs(pid)
    assert postgres_pid(home) is None
    assert not log_lines(server, "defect")


def test_the_next_start_keeps_what_was_stored_and_is_ready_within_three_seconds(home: Home, start: Start) -> None:
    first = start(home, *SERVE)
    token = register(first.url())
    first.stop()
    watch = Stopwatch()
    second = start(home, *SERVE)
    url = second.url()
    took, own = watch.undisturbed, worked(second)
    # The key that signed the token was kept, too.
    assert ask(url, "GET", "/users/me", token=token)[1]["email"] == "ada@example.org"
    assert took <= READY_WITHIN
    assert own <= READY_WITHIN, "on a machine that has more to do than it can, our own share still says something"


def test_after_a_kill_the_database_goes_and_the_next_start_recovers(home: Home, start: Start) -> None:
    first = start(home, *SERVE)
    token = register(first.url())
    pid = postgres_pid(home)
    assert pid is not None
    first.stop(signal.SIGKILL)
    second = start(home, *SERVE)
    assert ask(second.url(), "GET", "/users/me", token=token)[0] == 200
    assert not runs(pid)
    assert second.stop() == 0


def test_a_request_in_flight_is_answered_before_the_server_ends(home: Home, start: Start) -> None:
    server = start(home, *SERVE)
    host, port = server.address()
    body = json.dumps({"email": "late@example.org", "name": "L", "password": "correct horse battery"}).encode()
    head = (
        "POST /auth/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection((host, port), PATIENCE) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100")  # the application waits for the body
        server.process.send_signal(signal.SIGTERM)
        while lets_in(host, port):
            pass  # until the server has noticed the signal
        connection.sendall(body)
        answer = connection.makefile("rb").readline()
    assert answer.startswith(b"HTTP/1.1 201")
    assert server.wait() == 0


def test_a_stop_during_the_first_start_is_a_stop(fresh_home: Home, start: Start) -> None:
    server = start(fresh_home, *SERVE)
    server.line_with("creating a PostgreSQL")
    assert server.stop() == 0
    assert postgres_pid(fresh_home) is None


def test_several_workers_share_one_port_and_stop_together(home: Home, start: Start) -> None:
    server = start(home, *SERVE, "--workers", "2")
    url = server.url()
    token = register(url)
    assert {ask(url, "GET", "/users/me", token=token)[0] for _ in range(10)} == {200}
    assert log_lines(server, "serving")[0]["workers"] == 2
    pid = postgres_pid(home)
    assert server.stop() == 0
    assert pid is not None
    assert not runs(pid)


def test_what_a_server_without_grading_leaves_a_worker_grades(home: Home, start: Start) -> None:
    url = start(home, *SERVE, "--no-grading").url()
    api = Api(url)
    body = {"email": "w@example.org", "name": "W", "password": "correct horse battery"}
    api.sign_in_with(api.post("/auth/register", body)["accessToken"])
    started = api.post("/assessments/start", {"role": ROLE})
    student = SampleStudent(read_content(None).bank, ROLE)
    question = started["question"]
    path = f"/assessments/{started['assessmentId']}"
    while question is not None:
        api.post(f"{path}/answer", student.answer(question))
        question = api.get(f"{path}/next")["question"]
    assert api.get(path)["pendingGrades"] == 5
    worker = start(home, "worker")
    deadline = time.monotonic() + PATIENCE
    while api.get(path)["pendingGrades"]:
        assert time.monotonic() < deadline
    api.close()
    assert worker.stop() == 0


def test_a_second_program_uses_the_database_of_the_first_and_leaves_it_running(home: Home, start: Start) -> None:
    first, other = start(home, *SERVE), Home(folder=home.folder, variables=home.variables)
    url = first.url()
    made = other.call(
        *("user", "create", "--email", "Root@Example.org", "--name", "R", "--role", "admin", "--password-stdin"),
        "--json",
        stdin="a very long password\n",
    )
    assert made.returncode == 0, made.stderr
    login = {"email": "root@example.org", "password": "a very long password"}
    status, tokens = ask(url, "POST", "/auth/login", login)
    assert status == 200
    me = ask(url, "GET", "/users/me", token=tokens["accessToken"])[1]
    assert (me["userId"], me["role"]) == (json.loads(made.stdout)["userId"], "admin")


def test_an_account_is_made_once_and_by_the_rules(home: Home, start: Start) -> None:
    start(home, *SERVE).url()

    def create(email: str, password: str) -> tuple[int, str]:
        arguments = ("--email", email, "--name", "A", "--role", "advisor", "--password-stdin")
        done = home.call("user", "create", *arguments, stdin=password)
        return done.returncode, done.stderr.splitlines()[-1] if done.stderr else done.stdout

    assert create("a@example.org", "a very long password\n")[1].startswith("made the advisor a@example.org, id ")
    again = "credcore: a@example.org has an account already; give another --email"
    assert create("a@example.org", "a very long password\n") == (1, again)
    assert create("b@example.org", "short\n") == (2, "Error: the password must have at least 15 characters")
    assert create("nobody", "a very long password\n") == (2, "Error: --email is not an e-mail address")


def test_content_that_is_published_while_a_server_runs_is_taken_within_seconds(home: Home, start: Start) -> None:
    url = start(home, *SERVE).url()
    folder = home.folder / "content"
    original = Path(__file__).parents[2] / "content"
    for file in original.rglob("*.yaml"):
        copy = folder / file.relative_to(original)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(file.read_text().replace("title: Backend developer", "title: Backend engineer"))
    assert home.call("content", "sync", "--folder", str(folder)).returncode == 0
    deadline = time.monotonic() + PATIENCE
    while ask(url, "GET", "/roles")[1]["items"][0]["title"] != "Backend engineer":
        assert time.monotonic() < deadline
    # What somebody else has put into use is left in use by a program that comes later.
    assert home.call("migrate").returncode == 0
    assert ask(url, "GET", "/roles")[1]["items"][0]["title"] == "Backend engineer"


def test_log_lines_of_a_whole_assessment_hold_nothing_of_anybody(home: Home, start: Start) -> None:
    server = start(home, *SERVE, CREDCORE_LOG_LEVEL="debug")
    bank = read_content(None).bank
    url = server.url()
    register(url, "canary@example.org")
    api = Api(url)
    take(api, SampleStudent(bank, ROLE), ROLE, lambda step: None)
    api.close()
    server.stop()
    log = "".join(server.said)
    assert len(log_lines(server, "request")) > 20
    for secret in (
        "@example.org",
        "Demo Student",
        "correct horse",
        "Bearer",
        bank.essays(ROLE, "backend.apis")[0].prompt[:20],
    ):
        assert secret not in log
