"""What the embedded PostgreSQL is once it runs, and how processes share it."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from credcore_app.embedded import EmbeddedServer, EmbeddedSettings, start
from credcore_app.embedded.binaries import Installation
from stopwatch import Stopwatch

if TYPE_CHECKING:
    from conftest import Ground

DURABLE_AND_PRIVATE = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "data_checksums": "on",
    "server_encoding": "UTF8",
    "listen_addresses": "",
    "is_superuser": "off",
    "TimeZone": "UTC",
}


def test_a_fresh_data_directory_gives_a_durable_and_private_database(
    ground: Ground, installation: Installation
) -> None:
    server = ground.start(pg_bin=installation.bin_dir, fresh=True)
    assert server.owned
    settings = {name: ground.query(server.dsn, "SELECT current_setting($1)", name) for name in DURABLE_AND_PRIVATE}
    assert settings == DURABLE_AND_PRIVATE
    assert ground.query(server.dsn, "SHOW server_version").startswith(installation.version)
    collation = "SELECT datcollate FROM pg_database WHERE datname = 'credcore'"
    assert ground.query(server.dsn, collation) == "C"


def test_it_starts_and_stops_fast_enough_to_be_taken_for_granted(ground: Ground, installation: Installation) -> None:
    times = []
    for _ in range(2):
        starting = Stopwatch()
        server = ground.start(pg_bin=installation.bin_dir, fresh=True)
        times.append(starting.undisturbed)
        stopping = Stopwatch()
        server.close()
        times.append(stopping.undisturbed)
    fresh, stop, again, stop_again = times
    assert fresh < 3.0
    assert again < 1.0
    assert max(stop, stop_again) < 1.0


def test_what_was_committed_is_there_after_the_next_start(ground: Ground, installation: Installation) -> None:
    first = ground.start(pg_bin=installation.bin_dir)
    ground.query(first.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    first.close()
    second = ground.start(pg_bin=installation.bin_dir)
    assert ground.query(second.dsn, "SELECT answer FROM kept") == 42


def test_the_role_makes_databases_from_a_template(ground: Ground) -> None:
    server = ground.start()
    ground.query(server.dsn, "CREATE DATABASE mould")
    mould = server.dsn.replace("/credcore?", "/mould?")
    ground.query(mould, "CREATE TABLE shape AS SELECT 1 AS side")
    ground.query(server.dsn, "CREATE DATABASE cast_one TEMPLATE mould")
    assert ground.query(server.dsn.replace("/credcore?", "/cast_one?"), "SELECT side FROM shape") == 1


def test_closing_ends_open_sessions_and_the_server(ground: Ground) -> None:
    server = ground.start()
    pid = ground.postmaster()

    async def close_while_connected() -> None:
        connection = await asyncpg.connect(server.dsn)
        server.close()
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await connection.fetchval("SELECT 1")
        await connection.close()

    asyncio.run(close_while_connected())
    assert ground.seconds_until_gone(pid) < 1.0
    server.close()


def test_a_second_process_attaches_and_leaves_the_server_running(ground: Ground) -> None:
    owner = ground.start()
    other = ground.spawn(data=ground.data)
    assert other.ready() == (False, owner.dsn)
    assert other.tell("close") == "closed"
    other.send(signal.SIGKILL)
    assert ground.query(owner.dsn, "SELECT 1") == 1


def test_a_second_start_in_the_same_process_attaches_too(ground: Ground) -> None:
    owner = ground.start()
    other = ground.start()
    assert (other.owned, other.dsn) == (False, owner.dsn)
    other.close()
    assert ground.query(owner.dsn, "SELECT 1") == 1


def test_of_two_processes_that_start_at_once_one_owns_and_the_other_attaches(
    ground: Ground, installation: Installation
) -> None:
    processes = [ground.spawn(data=ground.data, pg_bin=installation.bin_dir, fresh=True) for _ in range(2)]
    answers = [process.ready() for process in processes]
    assert sorted(owned for owned, _ in answers) == [False, True]
    for _, dsn in answers:
        assert ground.query(dsn, "SELECT 1") == 1


def test_whoever_comes_after_the_owner_has_closed_owns(ground: Ground) -> None:
    ground.start().close()
    process = ground.spawn(data=ground.data)
    assert process.ready()[0]


def test_a_server_that_is_killed_comes_back_with_what_was_committed(ground: Ground, installation: Installation) -> None:
    server = ground.start(pg_bin=installation.bin_dir)
    ground.query(server.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    killed = ground.postmaster()
    os.kill(killed, signal.SIGKILL)
    ground.until(lambda: _answers(ground, server), "the server to come back")
    assert ground.query(server.dsn, "SELECT answer FROM kept") == 42
    assert ground.postmaster() != killed
    server.close()
    assert not (ground.data / "cluster" / "postmaster.pid").exists()


def test_a_listener_that_fails_does_not_keep_a_killed_server_from_coming_back(ground: Ground) -> None:
    heard: list[str] = []

    def listen(line: str) -> None:
        heard.append(line)
        if "ended unexpectedly" in line:
            raise OSError("the terminal is gone")

    with start(EmbeddedSettings(data_dir=ground.data), on_progress=listen) as server:
        os.kill(ground.postmaster(), signal.SIGKILL)
        ground.until(lambda: "ended unexpectedly" in heard[-1] and _answers(ground, server), "the server to come back")


def test_closing_a_server_that_was_just_killed_leaves_nothing_behind(ground: Ground) -> None:
    server = ground.start()
    os.kill(ground.postmaster(), signal.SIGKILL)
    server.close()
    successor = ground.spawn(data=ground.data)
    assert successor.ready()[0]


def test_the_server_outlives_the_thread_that_started_it(ground: Ground) -> None:
    servers: list[EmbeddedServer] = []
    thread = threading.Thread(target=lambda: servers.append(ground.start()))
    thread.start()
    task = Path(f"/proc/self/task/{thread.native_id}")
    thread.join()
    ground.until(lambda: not task.exists(), "the kernel's thread to end")
    # The kernel's signal would have been sent by now, and a server that got it takes no new session.
    assert ground.query(servers[0].dsn, "SELECT 1") == 1


async def test_it_can_be_started_where_an_event_loop_runs(ground: Ground) -> None:
    server = ground.start()
    connection = await asyncpg.connect(server.dsn)
    assert await connection.fetchval("SELECT 1") == 1
    await connection.close()


def test_only_its_own_account_can_reach_the_socket(ground: Ground) -> None:
    ground.start()
    state = (ground.data / "run").stat()
    assert stat.S_IMODE(state.st_mode) == 0o700
    assert state.st_uid == (ground.data / "cluster").stat().st_uid


def test_the_port_in_the_environment_does_not_matter(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    assert ground.query(ground.start().dsn, "SELECT 1") == 1


def test_a_long_data_directory_gets_a_short_private_socket_directory(ground: Ground) -> None:
    data = ground.base / ("deep" * 20) / ("deeper" * 10)
    server = ground.start(data=data)
    sockets = (data / "run").readlink()
    assert stat.S_IMODE(sockets.lstat().st_mode) == 0o700
    assert ground.query(server.dsn, "SELECT 1") == 1
    server.close()
    assert not sockets.exists()


def test_a_short_socket_directory_that_a_crash_left_is_used_again(ground: Ground) -> None:
    data = ground.base / ("deep" * 20) / ("deeper" * 10)
    process = ground.spawn(data=data)
    process.ready()
    sockets = (data / "run").readlink()
    process.send(signal.SIGKILL)
    server = ground.start(data=data)
    assert (data / "run").readlink() == sockets
    assert ground.query(server.dsn, "SELECT 1") == 1


def test_the_log_keeps_neither_statements_nor_values(ground: Ground) -> None:
    server = ground.start()
    ground.query(server.dsn, "CREATE TABLE learner (email text CONSTRAINT learner_email UNIQUE)")
    ground.query(server.dsn, "INSERT INTO learner VALUES ($1)", "ada@example.org")
    with pytest.raises(asyncpg.UniqueViolationError):
        ground.query(server.dsn, "INSERT INTO learner VALUES ($1)", "ada@example.org")
    server.close()
    log = (ground.data / "postgresql.log").read_text()
    assert "ready to accept connections" in log
    assert "ada@example.org" not in log
    assert "INSERT" not in log


def test_a_log_that_has_grown_is_put_aside_at_the_next_start(ground: Ground) -> None:
    ground.start().close()
    log = ground.data / "postgresql.log"
    log.write_bytes(b"x" * 1_000_001)
    ground.start().close()
    assert log.stat().st_size < 100_000
    assert log.with_name("postgresql.log.1").stat().st_size == 1_000_001


def _answers(ground: Ground, server: EmbeddedServer) -> bool:
    try:
        return bool(ground.query(server.dsn, "SELECT true"))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False


def test_nothing_is_said_about_a_start_that_needs_no_words(ground: Ground) -> None:
    said: list[str] = []
    for _ in range(2):
        start(EmbeddedSettings(data_dir=ground.data), on_progress=said.append).close()
    assert [line.split(" ")[0] for line in said] == ["creating"]
