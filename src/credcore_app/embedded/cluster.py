"""PostgreSQL's data: made once, complete or not at all, and read to learn what became of their server."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from credcore_app.embedded.account import Account
from credcore_app.embedded.binaries import Installation
from credcore_app.embedded.errors import EmbeddedError, Stopped
from credcore_app.embedded.layout import Layout, give_directory, replace_file
from credcore_app.embedded.process import Launcher

# The application's role owns its database and can make others, and no more: a superuser could read the
# machine's files and run programs through SQL. The superuser is for the first start, and for an operator's
# psql.
ROLE = DATABASE = "credcore"
SUPERUSER = "credcore_admin"
_LOOK_EVERY = 0.01
_IN_THE_MAKING = "cluster.new-"


def major_of(cluster: Path) -> int | None:
    """The major version that made the cluster; None where there is none yet."""
    if not cluster.exists():
        return None
    try:
        return int((cluster / "PG_VERSION").read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise EmbeddedError(
            f"{cluster} is no PostgreSQL data that can be read",
            "move it away, or set CREDCORE_DATA_DIR to another directory",
        ) from error


def create(layout: Layout, installation: Installation, launcher: Launcher, stop: threading.Event) -> None:
    """Make the cluster under another name and rename it when it is complete.

    Whatever still has such a name was interrupted half way, and goes; what has the real name is never
    touched. Raises Stopped once ``stop`` is set.
    """
    for leftover in layout.data.glob(f"{_IN_THE_MAKING}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=_IN_THE_MAKING, dir=layout.data))
    give_directory(fresh, launcher.account)
    since = launcher.log_size()
    # The C collation is the same in every version and on every system: an index never has to be made again
    # because a library was updated.
    program: list[str | Path] = [
        installation.initdb,
        "-D",
        fresh,
        "-U",
        SUPERUSER,
        "-E",
        "UTF8",
        "--locale=C",
        "--data-checksums",
    ]
    child = launcher.start([*program, "--auth=peer", "--no-clean", "--no-instructions"], death_signal=signal.SIGKILL)
    try:
        while (status := child.poll()) is None:
            if stop.wait(_LOOK_EVERY):
                raise Stopped
    except BaseException:
        child.kill()
        child.wait()
        raise
    if status != 0:
        raise launcher.failure("creating the database", status, since)
    fresh.rename(layout.cluster)
    _sync(layout.data)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def configure_access(layout: Layout, account: Account) -> None:
    """Who may connect: the account itself and root, known by the kernel (``peer``), each as either role.

    The socket's directory lets nobody else near it, which would make ``trust`` do. ``peer`` costs nothing
    more and still holds when somebody opens that directory one day; a password would have to lie in a file
    beside the data.
    """
    names = {account.name, *_root()}
    lines = [f'credcore "{name}" {role}' for name in sorted(names) for role in (ROLE, SUPERUSER)]
    replace_file(layout.hba, "local all all peer map=credcore\n")
    replace_file(layout.ident, "".join(f"{line}\n" for line in lines))


def _root() -> set[str]:
    try:
        return {pwd.getpwuid(0).pw_name}
    except KeyError:
        return set()


@dataclass(frozen=True, kw_only=True)
class LockFile:
    """What ``postmaster.pid`` says of the server that runs on the cluster, or ran when it was killed."""

    pid: int
    socket_directory: Path | None
    ready: bool

    @classmethod
    def read(cls, cluster: Path) -> LockFile | None:
        """None where there is no such file, or one that is still being written."""
        try:
            lines = (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
            pid = abs(int(lines[0]))
        except (FileNotFoundError, ValueError, IndexError):
            return None
        socket = lines[4] if len(lines) > 4 else ""
        ready = len(lines) > 7 and lines[7].strip() == "ready"
        return cls(pid=pid, socket_directory=Path(socket) if socket else None, ready=ready)


def foreign_pid(cluster: Path) -> int | None:
    """The process id in a stale lock file, if it is no server on this cluster: a zombie, or a stranger.

    PostgreSQL only looks whether the process exists. A zombie that nobody collects, or after a container's
    restart any process with the same small number, would keep it from starting for ever. It passes over the
    number that PG_GRANDPARENT_PID names, and still checks that no process uses the old shared memory.
    """
    lock = LockFile.read(cluster)
    if lock is None:
        return None
    try:
        command = Path(f"/proc/{lock.pid}/cmdline").read_bytes()
    except OSError:
        return None
    return None if os.fsencode(cluster) in command.split(b"\0") else lock.pid
