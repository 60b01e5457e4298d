"""Taking the server over from the process that ran it, so that its end is not the end of those that attached to it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path

from credcore_app.embedded.errors import EmbeddedError, Stopped
from credcore_app.embedded.ownership import OwnerLock

# The kernel frees the lock when its holder ends, and tells nobody: looking costs 20 µs.
_LOOK_EVERY = 0.05
# After a take-over that failed; another process may have more luck in between.
_PAUSE = 1.0

TakeOver = Callable[[OwnerLock, threading.Event], Callable[[], None]]
"""Runs the server under the lock, and gives what stops it and lets the lock go. Raises EmbeddedError, OSError, Stopped;
then the lock is free again."""


class Standby:
    """Waits on a thread of its own for the owner to go, from ``start`` to ``stop``."""

    def __init__(self, lock: Path, take_over: TakeOver, on_progress: Callable[[str], None]) -> None:
        self._lock = lock
        self._take_over = take_over
        self._on_progress = on_progress
        self._stopping = threading.Event()
        self._stop_server: Callable[[], None] | None = None
        self._thread = threading.Thread(target=self._run, name="credcore-embedded-standby", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """No longer wait; a server that was taken over is stopped."""
        self._stopping.set()
        self._thread.join()
        if self._stop_server is not None:
            self._stop_server()

    def _run(self) -> None:
        while self._stop_server is None and not self._stopping.wait(_LOOK_EVERY):
            try:
                lock = OwnerLock.take(self._lock)
                if lock is not None:
                    self._say("the process that ran the embedded PostgreSQL has ended; running it from here")
                    self._stop_server = self._take_over(lock, self._stopping)
            except Stopped:
                return
            except (EmbeddedError, OSError) as error:
                self._say(f"PostgreSQL could not be taken over: {error}")
                self._stopping.wait(_PAUSE)

    def _say(self, line: str) -> None:
        with contextlib.suppress(Exception):  # a listener's fault, a closed terminal say, must not cost the database
            self._on_progress(line)
