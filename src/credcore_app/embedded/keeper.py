"""The running server: started, started again when it is killed, and stopped when its owner says so."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from pathlib import Path

from credcore_app.embedded.binaries import Installation
from credcore_app.embedded.cluster import LockFile, foreign_pid
from credcore_app.embedded.errors import EmbeddedError, Stopped
from credcore_app.embedded.layout import PORT, Layout
from credcore_app.embedded.process import Launcher

# How long a server of an earlier run may take to go; measured: 0.1 s when its owner was killed.
_PREDECESSOR_GONE_WITHIN = 30.0
# Recovery after a crash replays at most max_wal_size; a slow disk may take its time.
_READY_WITHIN = 300.0
_LOOK_EVERY = 0.01
_RELAUNCH_EVERY = 0.05
# A server that keeps dying is started once in this time, no faster.
_RESTART_PAUSE = 1.0
_SIGNAL_EVERY = 0.1
_STOP_STEPS = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
_STILL_HELD = ("lock file", "pre-existing shared memory block")

_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    # An acknowledged answer survives a power cut.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    # A laptop's worth of memory, and few enough WAL that recovery is short.
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "jit": "off",
    # Errors go to whoever caused them; here they would be a copy of learners' data that no erasure reaches.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "lc_messages": "C",
}


@dataclass(frozen=True, kw_only=True)
class Server:
    """How one ``postgres`` is started: the programs, the data and the place of its socket."""

    installation: Installation
    layout: Layout
    launcher: Launcher
    socket_directory: Path

    def command(self) -> Sequence[str | Path]:
        """Everything on the command line: it is the one place that no file in the cluster overrides."""
        places = {
            "unix_socket_directories": _quoted(self.socket_directory),
            "hba_file": str(self.layout.hba),
            "ident_file": str(self.layout.ident),
        }
        options = [f"{name}={value}" for name, value in (_SETTINGS | places).items()]
        flags = [flag for option in options for flag in ("-c", option)]
        return [self.installation.postgres, "-D", self.layout.cluster, *flags]

    def launch(self) -> subprocess.Popen[bytes]:
        foreign = foreign_pid(self.layout.cluster)
        return self.launcher.start(self.command(), death_signal=signal.SIGINT, ignored_pid=foreign)

    def is_ready(self, pid: int) -> bool:
        lock = LockFile.read(self.layout.cluster)
        return lock is not None and lock.pid == pid and lock.ready


def _quoted(directory: Path) -> str:
    """One element of PostgreSQL's comma-separated list of directories."""
    text = str(directory).replace('"', '""')
    return f'"{text}"'


class Keeper:
    """Keeps the server running from ``start`` to ``stop``.

    One thread starts every ``postgres`` and then waits for it, because the kernel sends the death signal when
    the *thread* that started the child ends: this one ends with the process, or after the server.
    """

    def __init__(self, server: Server, on_progress: Callable[[str], None]) -> None:
        self._server = server
        self._on_progress = on_progress
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._launched_at = 0.0
        self._started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="credcore-embedded-postgres", daemon=True)

    def start(self, stop: threading.Event) -> None:
        """Return when the server takes connections; raise EmbeddedError when it will not, Stopped on ``stop``."""
        self._thread.start()
        while not wait([self._started], _LOOK_EVERY).done:
            if stop.is_set():
                raise Stopped
        self._started.result()

    def stop(self) -> None:
        """Stop the server: politely, then less so. The fast shutdown ends open sessions and loses nothing."""
        self._stopping.set()
        for number, patience in _STOP_STEPS:
            deadline = time.monotonic() + patience
            while self._thread.is_alive() and time.monotonic() < deadline:
                # Again and again: the first may have gone to a child that another one was just replacing.
                if self._child is not None:
                    self._child.send_signal(number)
                self._thread.join(_SIGNAL_EVERY)

    def _run(self) -> None:
        try:
            self._launch()
        except BaseException as error:  # whatever it is, it belongs to the thread that waits for the start
            self._started.set_exception(error)
            return
        self._started.set_result(None)
        while not self._stopping.is_set():
            self._wait_and_launch_again()
        if self._child is not None:
            self._child.wait()

    def _wait_and_launch_again(self) -> None:
        assert self._child is not None  # the first launch did not raise
        status = self._child.wait()
        self._stopping.wait(max(0.0, self._launched_at + _RESTART_PAUSE - time.monotonic()))
        if self._stopping.is_set():
            return
        self._say(f"PostgreSQL ended unexpectedly (status {status}); starting it again")
        try:
            self._launch()
        except (EmbeddedError, OSError) as error:
            self._say(f"PostgreSQL could not be started again: {error}")

    def _say(self, line: str) -> None:
        with contextlib.suppress(Exception):  # a listener's fault, a closed terminal say, must not cost the database
            self._on_progress(line)

    def _launch(self) -> None:
        """Start ``postgres`` until one stays: that of an earlier run may need a moment to go."""
        deadline = time.monotonic() + _PREDECESSOR_GONE_WITHIN
        launcher = self._server.launcher
        while not self._stopping.is_set():
            since = launcher.log_size()
            self._launched_at = time.monotonic()
            self._child = child = self._server.launch()
            if self._await_ready(child) or self._stopping.is_set():
                return
            held = any(sign in launcher.complaint(since) for sign in _STILL_HELD)
            if not held or time.monotonic() > deadline:
                raise launcher.failure(f"starting PostgreSQL {self._server.installation.version}", child.wait(), since)
            self._stopping.wait(_RELAUNCH_EVERY)

    def _await_ready(self, child: subprocess.Popen[bytes]) -> bool:
        """True when it takes connections, False when it ended or we are to stop."""
        deadline = time.monotonic() + _READY_WITHIN
        while child.poll() is None and not self._stopping.is_set():
            if self._server.is_ready(child.pid):
                return True
            if time.monotonic() > deadline:
                child.send_signal(signal.SIGQUIT)
            self._stopping.wait(_LOOK_EVERY)
        return False
