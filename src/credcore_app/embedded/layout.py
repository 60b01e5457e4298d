"""What lies where in the data directory, and who may touch it.

    DATA/                         ours; others may pass through where root made it (0711), never look
      owner.lock                  held by the process that owns the server
      attached.lock               held by those that use another process's server, any number of them
      postgresql.log              what initdb and PostgreSQL said; the one before as postgresql.log.1
      pg_hba.conf, pg_ident.conf
      binaries/                   copies, only where the account can't reach the originals
      cluster/                    PostgreSQL's own, 0700, the account's
      cluster.new-*/              a cluster in the making
      run/                        the socket, 0700, the account's; a link where the path would be too long for a socket

The configuration and the log lie outside the cluster because root must never write where a lesser account
could have put a link.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from credcore_app.embedded.account import Account
from credcore_app.embedded.errors import OWN_SERVER, EmbeddedError

PORT = 5432
# A socket's path fits into 108 bytes on Linux and 104 elsewhere, the closing zero included.
_SOCKET_PATH_BYTES = 103
_ROOTS_DIRECTORY = Path("/var/lib/credcore")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The paths in one data directory, whether or not they exist yet."""

    data: Path

    @property
    def lock(self) -> Path:
        return self.data / "owner.lock"

    @property
    def attached(self) -> Path:
        return self.data / "attached.lock"

    @property
    def log(self) -> Path:
        return self.data / "postgresql.log"

    @property
    def hba(self) -> Path:
        return self.data / "pg_hba.conf"

    @property
    def ident(self) -> Path:
        return self.data / "pg_ident.conf"

    @property
    def binaries(self) -> Path:
        return self.data / "binaries"

    @property
    def cluster(self) -> Path:
        return self.data / "cluster"

    @property
    def run(self) -> Path:
        return self.data / "run"


def prepare(data_dir: Path | None) -> Layout:
    """Find or make the data directory; an existing one keeps its owner and its permissions."""
    wanted = data_dir or default_directory()
    try:
        data = wanted.expanduser().resolve()
        _make(data)
        state = data.stat()
        writable = os.access(data, os.R_OK | os.W_OK | os.X_OK)
    except (OSError, RuntimeError) as error:  # RuntimeError: no home directory, or links that go round
        reason = getattr(error, "strerror", None) or str(error)
        raise EmbeddedError(f"cannot use the data directory {wanted}: {reason}", _ANOTHER_DIRECTORY) from error
    if not writable:
        raise EmbeddedError(f"cannot write in the data directory {data}", _ANOTHER_DIRECTORY)
    if state.st_mode & stat.S_IWOTH:
        raise EmbeddedError(f"anybody may write in the data directory {data}", _ANOTHER_DIRECTORY)
    if (data / "PG_VERSION").exists():
        raise EmbeddedError(f"{data} is the inside of another PostgreSQL's data", _ANOTHER_DIRECTORY)
    return Layout(data=data)


_ANOTHER_DIRECTORY = f"set CREDCORE_DATA_DIR to a directory of your own, {OWN_SERVER}"


def default_directory() -> Path:
    if os.geteuid() == 0:
        return _ROOTS_DIRECTORY
    xdg = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (xdg if xdg.is_absolute() else Path.home() / ".local" / "share") / "credcore"


def _make(directory: Path) -> None:
    """Like ``mkdir -p``, with permissions that do not depend on the umask: root's account must get through."""
    if directory.is_dir():
        return
    _make(directory.parent)
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        if directory.is_dir():  # a second start beside us was faster
            return
        raise
    if os.geteuid() == 0:
        directory.chmod(0o711)


def give_directory(path: Path, account: Account) -> None:
    """Make ``path`` a directory that is the account's alone; works on what is there, never through a link."""
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if os.fstat(handle).st_uid != account.uid:
            os.fchown(handle, account.uid, account.gid)
        os.fchmod(handle, 0o700)
    finally:
        os.close(handle)


def open_file(path: Path, flags: int, mode: int = 0o600) -> int:
    """Open a file of the data directory, never through a link; root leaves it to whoever owns the directory.

    Otherwise one start as root would lock an ordinary user out of their own data.
    """
    handle = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(handle, owner.st_uid, owner.st_gid)
    return handle


def replace_file(path: Path, text: str) -> None:
    """Write a file that the account may read, all at once."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    handle = open_file(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(handle, 0o644)
    fresh.replace(path)


def socket_directory(layout: Layout, account: Account) -> Path:
    """A directory for the socket that only the account (and root) can enter, with a path short enough.

    Under a long data directory it is a short one elsewhere, that ``run`` links to, so that the next start
    finds it again instead of leaving one behind each time. What the link names is taken only if nobody else
    can have made it.
    """
    _forget_what_a_move_left(layout.run)
    if _fits(layout.run):
        give_directory(layout.run, account)
        return layout.run
    if layout.run.is_symlink():
        known = layout.run.readlink()
        if _is_private(known, account):
            return known
        layout.run.unlink()
    short = Path(tempfile.mkdtemp(prefix="credcore-", dir=_short_parent()))
    give_directory(short, account)
    layout.run.symlink_to(short)
    return short


def forget_short_directory(layout: Layout, used: Path) -> None:
    """After a clean stop, once nobody needs it: take away the short directory elsewhere, if there was one."""
    if used != layout.run:
        with contextlib.suppress(OSError):  # somebody else's socket in it, or gone: the next start copes with both
            used.rmdir()
            layout.run.unlink()


def _forget_what_a_move_left(run: Path) -> None:
    """Where the data directory was moved, ``run`` may be a link that is needed no more, or a directory too deep."""
    if run.is_symlink():
        if _fits(run):
            run.unlink()
    elif run.is_dir() and not _fits(run):
        shutil.rmtree(run)


def _fits(directory: Path) -> bool:
    return len(os.fsencode(directory / f".s.PGSQL.{PORT}")) <= _SOCKET_PATH_BYTES


def _is_private(directory: Path, account: Account) -> bool:
    try:
        state = directory.lstat()
    except OSError:
        return False
    private = stat.S_ISDIR(state.st_mode) and not state.st_mode & 0o077
    return private and state.st_uid == account.uid


def _short_parent() -> str:
    """Where a short private directory is best made; the user's runtime directory may be missing or long."""
    own = "/run" if os.geteuid() == 0 else os.environ.get("XDG_RUNTIME_DIR", "")
    roomy = os.path.isabs(own) and len(os.fsencode(own)) < _SOCKET_PATH_BYTES // 2
    return own if roomy and os.access(own, os.W_OK | os.X_OK) else "/tmp"  # noqa: S108 - mkdtemp makes a private one in it
