"""Which process owns the server: the one that holds the lock on the data directory; and whether others use it."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import weakref
from pathlib import Path

from credcore_app.embedded.layout import open_file


class OwnerLock:
    """A lock that the kernel takes back when the process ends, however it ends."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle
        _watch_forks()
        _held.add(self)

    @classmethod
    def take(cls, path: Path) -> OwnerLock | None:
        """The lock, or None where another process (or another start in this one) holds it."""
        handle = open_file(path, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        except BaseException:
            os.close(handle)
            raise
        os.truncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        return cls(handle)

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class Attachment:
    """A mark that a process uses the server of another; any number may have one, and the kernel takes it back."""

    def __init__(self, path: Path) -> None:
        self._handle: int | None = open_file(path, os.O_RDWR | os.O_CREAT)
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def anybody_attached(path: Path) -> bool:
    handle = open_file(path, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def holder(path: Path) -> str:
    """The process id that the holder wrote down, for a message; "unknown" where it did not come to that."""
    with contextlib.suppress(OSError):
        return path.read_text(encoding="ascii", errors="replace").strip() or "unknown"
    return "unknown"


_held: weakref.WeakSet[OwnerLock] = weakref.WeakSet()


@functools.cache
def _watch_forks() -> None:
    # A forked child shares the lock and would hold it after its parent's death, when the server is gone
    # already.
    os.register_at_fork(after_in_child=_let_go)


def _let_go() -> None:
    for lock in list(_held):
        lock.release()
