"""A signal at any moment of a start ends it: soon, without a traceback, with nothing left, and the next start works."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.app.program import PATIENCE, Home, Program, ask
from tests.app.test_start_and_stop import postgres_pid, runs, worked

from stopwatch import Stopwatch

Start = Callable[..., Program]
SERVE = ("serve", "--port", "0")
ENDED_WITHIN = 2.0
# Of the program's own processor time, which on a busy machine passes as it does on an idle one; 1.4 s is about all that
# a second start takes. Before the first the interpreter itself is starting.
MOMENTS = (0.1, 0.2, 0.35, 0.5, 0.7, 0.9, 1.1, 1.3)
SIGNALS = (signal.SIGINT, signal.SIGTERM)


def ended(program: Program, number: signal.Signals) -> None:
    """By the signal, or in order."""
    watch = Stopwatch()
    assert program.stop(number) in (0, -number, 128 + number)
    took = watch.undisturbed
    assert "Traceback" not in "".join(program.said)
    assert took <= ENDED_WITHIN


def nothing_runs_in(home: Home) -> bool:
    pid = postgres_pid(home)
    return (pid is None or not runs(pid)) and not any(str(home.folder) in line for line in command_lines())


def command_lines() -> list[str]:
    lines = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(entry.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it has just ended
            continue
    return lines


@pytest.mark.parametrize("number", SIGNALS)
def test_a_start_can_be_ended_at_any_moment(home: Home, start: Start, number: signal.Signals) -> None:
    for moment in MOMENTS:
        server = start(home, *SERVE)
        while worked(server) < moment and server.process.poll() is None:
            pass
        ended(server, number)
        deadline = time.monotonic() + PATIENCE
        while not nothing_runs_in(home):  # the database follows within a tenth of a second
            assert time.monotonic() < deadline
    assert ask(start(home, *SERVE).url(), "GET", "/health/ready")[0] == 200


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("doing", ["creating a PostgreSQL", "bringing the database schema up to date"])
def test_the_first_start_can_be_ended_while_it_makes_the_database(
    fresh_home: Home, start: Start, number: signal.Signals, doing: str
) -> None:
    server = start(fresh_home, *SERVE)
    server.line_with(doing)
    ended(server, number)
    assert nothing_runs_in(fresh_home)
    again = start(fresh_home, *SERVE)
    assert ask(again.url(), "GET", "/health/ready")[0] == 200


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("migrate",), "creating a PostgreSQL"),
        (("user", "list"), "bringing the database schema up to date"),
        (("demo",), "creating a PostgreSQL"),
        (("worker",), "creating a PostgreSQL"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_every_command_that_makes_the_database_can_be_ended(
    fresh_home: Home, start: Start, arguments: tuple[str, ...], words: str
) -> None:
    command = start(fresh_home, *arguments)
    command.line_with(words)
    watch = Stopwatch()
    code = command.stop(signal.SIGINT)
    assert watch.undisturbed <= ENDED_WITHIN
    # The demo has failed to show a profile, the worker has ended in order, the others were interrupted.
    assert code == {"demo": 1, "worker": 0}.get(arguments[0], 130)
    assert "Traceback" not in "".join(command.said)
    assert nothing_runs_in(fresh_home)
