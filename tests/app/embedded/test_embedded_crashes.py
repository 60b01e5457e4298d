"""What is left when the owner, the server or both are killed, and that the next start copes with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from credcore_app.embedded import launch
from credcore_app.embedded.binaries import Installation

if TYPE_CHECKING:
    from conftest import Ground, Process

DEADLY = [signal.SIGKILL, signal.SIGTERM]


@pytest.mark.parametrize("number", DEADLY, ids=lambda number: number.name)
def test_when_the_owner_goes_the_server_goes_within_a_second_and_the_next_start_has_all(
    ground: Ground, installation: Installation, number: signal.Signals
) -> None:
    process = ground.spawn(data=ground.data, pg_bin=installation.bin_dir)
    _, dsn = process.ready()
    ground.query(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    pid = ground.postmaster()
    process.send(number)
    assert ground.seconds_until_gone(pid) < 1.0
    server = ground.start(pg_bin=installation.bin_dir)
    assert server.owned
    assert ground.query(server.dsn, "SELECT answer FROM kept") == 42


def test_a_start_right_after_the_owner_was_killed_waits_for_the_old_server_to_go(
    ground: Ground, installation: Installation
) -> None:
    for _ in range(3):
        process = ground.spawn(data=ground.data, pg_bin=installation.bin_dir)
        assert process.ready()[0]
        process.send(signal.SIGKILL)
    server = ground.start(pg_bin=installation.bin_dir)
    assert ground.query(server.dsn, "SELECT 1") == 1


def test_a_start_recovers_when_owner_and_server_were_both_killed(ground: Ground, installation: Installation) -> None:
    process = ground.spawn(data=ground.data, pg_bin=installation.bin_dir)
    _, dsn = process.ready()
    ground.query(dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
    pid = ground.postmaster()
    # Stopped first, or it would start another one before it dies itself.
    process.popen.send_signal(signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    process.send(signal.SIGKILL)
    server = ground.start(pg_bin=installation.bin_dir)
    assert ground.query(server.dsn, "SELECT answer FROM kept") == 42


def test_ctrl_c_at_the_terminal_does_not_reach_the_server(ground: Ground) -> None:
    process = ground.spawn(data=ground.data)
    _, dsn = process.ready()
    os.killpg(process.popen.pid, signal.SIGINT)
    assert ground.query(dsn, "SELECT 1") == 1
    assert os.getsid(ground.postmaster()) != os.getsid(process.popen.pid)


def test_a_child_that_the_owner_forked_does_not_keep_the_data_directory(ground: Ground) -> None:
    process = ground.spawn(data=ground.data)
    process.ready()
    child = int(process.tell("fork").removeprefix("forked "))
    try:
        process.send(signal.SIGKILL)
        assert ground.start().owned
        assert Path(f"/proc/{child}").exists()
    finally:
        os.kill(child, signal.SIGKILL)


def test_an_interrupted_first_start_is_begun_again(ground: Ground, installation: Installation) -> None:
    process = ground.spawn(data=ground.data, pg_bin=installation.bin_dir, fresh=True)
    ground.until(lambda: list(ground.data.glob("cluster.new-*/PG_VERSION")), "initdb to be half way")
    process.send(signal.SIGKILL)
    assert not (ground.data / "cluster").exists()
    server = ground.start(pg_bin=installation.bin_dir)
    assert ground.query(server.dsn, "SELECT 1") == 1
    assert not list(ground.data.glob("cluster.new-*"))


def test_a_start_killed_before_the_database_was_made_is_completed_by_the_next(
    ground: Ground, installation: Installation
) -> None:
    process = ground.spawn(data=ground.data, pg_bin=installation.bin_dir, fresh=True)
    ground.until((ground.data / "cluster").exists, "the cluster to be complete")
    process.send(signal.SIGKILL)
    server = ground.start(pg_bin=installation.bin_dir)
    assert ground.query(server.dsn, "SELECT current_database()") == "credcore"


@pytest.fixture
def zombie(ground: Ground) -> Iterator[int]:
    """A process of the server's account that has ended and that nobody collects."""
    account = (ground.data / "cluster").stat()
    pid = os.posix_spawn("/bin/true", ["true"], {}) if os.geteuid() != 0 else _ended_child(account.st_uid)
    ground.until(lambda: " Z " in Path(f"/proc/{pid}/stat").read_text(), "the process to end")
    yield pid
    os.waitpid(pid, 0)


def _ended_child(uid: int) -> int:
    program = [sys.executable, "-I", "-S", "-c", f"import os; os.setuid({uid}); os._exit(0)"]
    return os.posix_spawn(program[0], program, {})


@pytest.fixture
def stale(ground: Ground, installation: Installation) -> Process:
    """A data directory with the lock file of a server that was killed."""
    process = ground.spawn(data=ground.data, pg_bin=installation.bin_dir)
    process.ready()
    pid = ground.postmaster()
    process.popen.send_signal(signal.SIGSTOP)
    os.kill(pid, signal.SIGKILL)
    process.send(signal.SIGKILL)
    ground.seconds_until_gone(pid)
    return process


def _rename_in_lock_files(ground: Ground, pid: int) -> None:
    for path in (ground.data / "cluster" / "postmaster.pid", ground.data / "run" / ".s.PGSQL.5432.lock"):
        lines = path.read_text().split("\n")
        path.write_text("\n".join([str(pid), *lines[1:]]))


def test_a_zombie_named_in_the_lock_file_does_not_keep_the_server_from_starting(
    ground: Ground, installation: Installation, stale: Process, zombie: int
) -> None:
    _rename_in_lock_files(ground, zombie)
    assert ground.start(pg_bin=installation.bin_dir).owned


def test_a_stranger_with_the_old_server_s_number_does_not_keep_it_from_starting(
    ground: Ground, installation: Installation, stale: Process
) -> None:
    uid = (ground.data / "cluster").stat().st_uid
    stranger = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, user=uid if os.geteuid() == 0 else None, cwd="/")
    with stranger:
        _rename_in_lock_files(ground, stranger.pid)
        assert ground.start(pg_bin=installation.bin_dir).owned
        assert stranger.poll() is None
        stranger.terminate()


def test_a_server_whose_parent_died_before_it_could_ask_for_the_signal_does_not_start(ground: Ground) -> None:
    nobodys_parent = os.getpid() + 1
    numbers = [str(number) for number in (nobodys_parent, int(signal.SIGINT), os.geteuid(), os.getegid())]
    program = [sys.executable, "-I", "-S", launch.__file__, *numbers, "", str(ground.base), "/bin/echo", "started"]
    outcome = subprocess.run(program, capture_output=True, text=True)
    assert (outcome.returncode, outcome.stdout) == (launch.ORPHANED, "")


def test_an_ignored_interrupt_is_not_passed_on_to_the_server(ground: Ground) -> None:
    numbers = [str(number) for number in (os.getpid(), int(signal.SIGINT), os.geteuid(), os.getegid())]
    shell = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh"]
    launched = [sys.executable, "-I", "-S", launch.__file__, *numbers, "", str(ground.base)]
    status = ["/bin/grep", "SigIgn", "/proc/self/status"]
    said = subprocess.run([*shell, *launched, *status], capture_output=True, text=True, check=True).stdout
    assert not int(said.split()[1], 16) & 1 << (signal.SIGINT - 1)
