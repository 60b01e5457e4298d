"""Real PostgreSQL, real processes, real signals; what is waited for is an event or a condition, with a deadline."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import pwd
import queue
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import credcore_app
from credcore_app.embedded import EmbeddedServer, EmbeddedSettings, start
from credcore_app.embedded.binaries import Installation, installations
from credcore_app.embedded.cluster import LockFile
from stopwatch import Stopwatch

PATIENCE = 30.0
_SCRIPT = Path(__file__).with_name("owner_process.py")
_FOUND = sorted(installations(None), key=lambda installation: installation.major)


def until(condition: Callable[[], Any], what: str) -> None:
    """Wait for a condition that no event announces."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE} s for {what}"
        select.select([], [], [], 0.005)


def interpreter_for(uid: int) -> str:
    """A Python of our version that the account can run: ours may lie in root's home."""
    for candidate in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}", "/usr/bin/python3"):
        probe = [candidate, "-c", "import sys; print(sys.version_info[:2])"]
        with contextlib.suppress(OSError):
            said = subprocess.run(probe, user=uid, group=uid, extra_groups=[], cwd="/", capture_output=True, text=True)
            if said.stdout.strip() == str(tuple(sys.version_info[:2])):
                return candidate
    pytest.fail(f"no Python {sys.version_info[:2]} that the user id {uid} can run")


class Process:
    """A running ``owner_process.py``; a thread listens to it, so that waiting for a line can have a deadline."""

    def __init__(self, popen: subprocess.Popen[str]) -> None:
        self.popen = popen
        self._lines: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self.popen.stdout is not None
        for line in self.popen.stdout:
            if not line.startswith("progress "):
                self._lines.put(line.rstrip("\n"))

    def line(self) -> str:
        """The next line that is not about progress."""
        return self._lines.get(timeout=PATIENCE)

    def end(self) -> None:
        self.popen.kill()
        self._listener.join()
        with self.popen:
            self.popen.wait()

    def ready(self) -> tuple[bool, str]:
        """Whether it owns the server, and the DSN."""
        word, owned, dsn = self.line().split(" ", 2)
        assert word == "ready"
        return owned == "owned=True", dsn.removeprefix("dsn=")

    def tell(self, order: str) -> str:
        assert self.popen.stdin is not None
        self.popen.stdin.write(f"{order}\n")
        self.popen.stdin.flush()
        return self.line()

    def send(self, number: signal.Signals) -> None:
        self.popen.send_signal(number)
        self.popen.wait(PATIENCE)


class Seeds:
    """Data directories that were started once, to be copied: creating one takes longer than most tests."""

    def __init__(self, base: Path) -> None:
        self._base = base

    def sow(self, data: Path, pg_bin: Path | None) -> None:
        """Put a copy in place, unless there is something already."""
        if data.exists():
            return
        seed = self._base / (str(pg_bin).replace("/", "-") if pg_bin else "default")
        if not seed.exists():
            start(EmbeddedSettings(data_dir=seed, pg_bin=pg_bin), on_progress=lambda line: None).close()
        subprocess.run(["cp", "-a", seed, data], check=True)


@dataclass(kw_only=True)
class Ground:
    """A place for data directories that PostgreSQL's account can reach, and what was started there."""

    base: Path
    cleanup: contextlib.ExitStack
    seeds: Seeds

    @property
    def data(self) -> Path:
        return self.base / "data"

    def start(self, *, data: Path | None = None, pg_bin: Path | None = None, fresh: bool = False) -> EmbeddedServer:
        """Start it in this process; on ``data`` that are none of the test's own making, with a cluster made before."""
        if data is None and not fresh:
            self.seeds.sow(self.data, pg_bin)
        settings = EmbeddedSettings(data_dir=data or self.data, pg_bin=pg_bin)
        return self.cleanup.enter_context(start(settings, on_progress=lambda line: None))

    def spawn(
        self,
        *,
        data: Path | str | None = None,
        pg_bin: Path | None = None,
        uid: int | None = None,
        environment: dict[str, str] | None = None,
        cwd: Path | None = None,
        fresh: bool = False,
    ) -> Process:
        """Start it in another process, in a session of its own, as another user where one is given."""
        if data == self.data and not fresh:
            self.seeds.sow(self.data, pg_bin)
        packages = [str(Path(module.__file__ or "").parents[1]) for module in (credcore_app, asyncpg)]
        popen = subprocess.Popen(
            [sys.executable if uid is None else interpreter_for(uid), _SCRIPT, data or "", pg_bin or ""],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            user=uid,
            group=uid,
            extra_groups=None if uid is None else [],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(packages)} | (environment or {}),
            cwd=cwd or "/",
            start_new_session=True,
        )
        process = Process(popen)
        self.cleanup.callback(process.end)
        return process

    def until(self, condition: Callable[[], Any], what: str) -> None:
        until(condition, what)

    def seconds_until_gone(self, pid: int, within: float = PATIENCE) -> float:
        """How long until the process ends; the kernel says when."""
        watch = Stopwatch()
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return 0.0
        try:
            assert select.select([handle], [], [], within)[0], f"process {pid} is still there after {within} s"
        finally:
            os.close(handle)
        return watch.undisturbed

    def query(self, dsn: str, statement: str, *arguments: object) -> Any:
        """The first value of the answer."""

        async def ask() -> Any:
            connection = await asyncpg.connect(dsn, timeout=PATIENCE)
            try:
                return await connection.fetchval(statement, *arguments)
            finally:
                await connection.close()

        return asyncio.run(ask())

    def postmaster(self, data: Path | None = None) -> int:
        """The process id of the server on the data."""
        lock = LockFile.read((data or self.data) / "cluster")
        assert lock is not None
        return lock.pid


@contextlib.contextmanager
def reachable_directory() -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="credcore-test-")).resolve()
    # As root, another account has to pass through; what a caller makes, the caller opens.
    base.chmod(0o711)
    try:
        yield base
    finally:
        _remove(base)


@pytest.fixture(scope="session")
def seeds() -> Iterator[Seeds]:
    with reachable_directory() as base:
        yield Seeds(base)


@pytest.fixture
def ground(seeds: Seeds) -> Iterator[Ground]:
    with reachable_directory() as base, contextlib.ExitStack() as cleanup:
        yield Ground(base=base, cleanup=cleanup, seeds=seeds)


def _remove(base: Path) -> None:
    """Remove it once the servers on it, whose owners were killed, are gone."""
    for pid_file in base.glob("**/cluster/postmaster.pid"):
        until(functools.partial(_is_gone, pid_file), "the servers to go")
    shutil.rmtree(base)


def _is_gone(pid_file: Path) -> bool:
    lock = LockFile.read(pid_file.parent)
    if lock is None:
        return True
    try:
        return os.fsencode(pid_file.parent) not in Path(f"/proc/{lock.pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return True


@pytest.fixture(params=[_FOUND[0], _FOUND[-1]], ids=lambda installation: f"postgresql-{installation.version}")
def installation(request: pytest.FixtureRequest) -> Installation:
    """The oldest and the newest PostgreSQL on this machine."""
    chosen: Installation = request.param
    return chosen


@pytest.fixture
def nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")
