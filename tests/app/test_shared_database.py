"""Several programs on one data directory: the database is there as long as one of those that serve or grade is."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.app.program import PATIENCE, Home, Program, ask, register
from tests.app.test_start_and_stop import postgres_pid, runs

Start = Callable[..., Program]
SERVE = ("serve", "--port", "0")
TAKEN_OVER = "the process that ran the embedded PostgreSQL has ended; running it from here"


def ready_again(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while ask(url, "GET", "/health/ready")[0] != 200:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_second_server_keeps_the_database_when_the_first_one_ends(
    home: Home, start: Start, number: signal.Signals
) -> None:
    first = start(home, *SERVE)
    token = register(first.url())
    before = postgres_pid(home)
    second = start(home, *SERVE)
    url = second.url()
    first.stop(number)
    second.line_with(TAKEN_OVER)
    ready_again(url)
    assert ask(url, "GET", "/users/me", token=token)[1]["email"] == "ada@example.org"
    after = postgres_pid(home)
    assert after not in (None, before)
    assert second.stop() == 0
    assert after is not None
    assert not runs(after)
    assert postgres_pid(home) is None


def test_the_database_goes_from_hand_to_hand_as_often_as_it_takes(home: Home, start: Start) -> None:
    programs = [start(home, *SERVE) for _ in range(3)]
    urls = [program.url() for program in programs]
    token = register(urls[0])
    for place, leaving in enumerate(programs[:-1]):
        leaving.stop()
        for url in urls[place + 1 :]:
            ready_again(url)
            assert ask(url, "GET", "/users/me", token=token)[0] == 200


def test_a_worker_that_came_first_does_not_take_the_database_with_it(home: Home, start: Start) -> None:
    worker = start(home, "worker")
    worker.line_with("grading")
    server = start(home, *SERVE)
    url = server.url()
    assert worker.stop() == 0
    server.line_with(TAKEN_OVER)
    ready_again(url)
    register(url)
    assert server.stop() == 0


def test_several_server_processes_survive_the_end_of_the_owner(home: Home, start: Start) -> None:
    worker = start(home, "worker")
    worker.line_with("grading")
    server = start(home, *SERVE, "--workers", "2")
    url = server.url()
    assert worker.stop() == 0
    server.line_with(TAKEN_OVER)
    ready_again(url)
    register(url)
    assert server.stop() == 0


@pytest.mark.parametrize("options", [(), ("--workers", "2")], ids=" ".join)
def test_a_server_that_starts_while_the_owner_ends_is_there_all_the_same(
    home: Home, start: Start, options: tuple[str, ...]
) -> None:
    owner = start(home, "worker")
    owner.line_with("grading")
    server = start(home, *SERVE, *options)
    attached = Path(home.variables["CREDCORE_DATA_DIR"]) / "attached.lock"
    deadline = time.monotonic() + PATIENCE
    while not attached.exists():
        assert time.monotonic() < deadline
    owner.stop(signal.SIGKILL)
    register(server.url())
    assert server.stop() == 0


def test_a_short_socket_directory_serves_until_the_last_one_has_gone(home: Home, start: Start) -> None:
    data = Path(home.variables["CREDCORE_DATA_DIR"])
    long = home.folder / ("deep" * 20) / "deeper"
    long.parent.mkdir()
    long.parent.chmod(0o711)
    data.rename(long)
    home = replace(home, variables={**home.variables, "CREDCORE_DATA_DIR": str(long)})
    first = start(home, *SERVE)
    first.url()
    sockets = (long / "run").readlink()
    second = start(home, *SERVE)
    url = second.url()
    first.stop()
    ready_again(url)
    register(url)
    second.stop()
    assert not sockets.exists()
