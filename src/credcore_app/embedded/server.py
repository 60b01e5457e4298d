"""One call that gives a PostgreSQL to talk to: ours, or the one that another credcore process runs."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from credcore_app.embedded import account, binaries, cluster, copies, session
from credcore_app.embedded.errors import OWN_SERVER, EmbeddedError, Stopped
from credcore_app.embedded.keeper import Keeper, Server
from credcore_app.embedded.layout import Layout, forget_short_directory, prepare, socket_directory
from credcore_app.embedded.ownership import Attachment, OwnerLock, anybody_attached, holder
from credcore_app.embedded.process import Launcher
from credcore_app.embedded.standby import Standby

# What a first start and a recovery take elsewhere on a slow disk.
_OTHERS_START_WITHIN = 120.0
_LOOK_EVERY = 0.05


@dataclass(frozen=True, kw_only=True)
class EmbeddedSettings:
    """Where the data are and whose programs are used.

    ``data_dir`` None: ``/var/lib/credcore`` as root, else ``$XDG_DATA_HOME/credcore`` or
    ``~/.local/share/credcore``. As root, PostgreSQL's account must be able to pass through every directory
    above it; a missing one is made so. ``pg_bin`` None: the system's PostgreSQL, else the wheel's.
    """

    data_dir: Path | None = None
    pg_bin: Path | None = None


class EmbeddedServer:
    """A PostgreSQL that takes connections at ``dsn`` until it is closed or the process that owns it ends.

    ``owned`` says whether this is that process; one that stands by may become it later. The role in the DSN owns its
    database and may create others, also from a template.
    """

    def __init__(self, dsn: str, *, owned: bool, close: Callable[[], None]) -> None:
        self.dsn = dsn
        self.owned = owned
        self._close: Callable[[], None] | None = close
        self._process = os.getpid()

    def close(self) -> None:
        """Stop the server if it is ours, with its open sessions; from a forked child, or again, does nothing."""
        close, self._close = self._close, None
        if close is not None and os.getpid() == self._process:
            close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def start(
    settings: EmbeddedSettings,
    *,
    on_progress: Callable[[str], None],
    stand_by: bool = False,
    stop: threading.Event | None = None,
) -> EmbeddedServer:
    """Start PostgreSQL on the data directory, or attach to the one that runs there already.

    Returns when the database takes connections. Blocks, and may be called from any thread, with or without an event
    loop. ``on_progress`` gets a line for what takes long or goes wrong, and may be called later from another thread,
    when the server had to be started again. With ``stand_by``, where the server is another process's and that ends,
    this one runs it on at the same ``dsn``; open sessions end, as with any restart.

    Raises:
        EmbeddedError: it can't be had.
        Stopped: ``stop`` was set before it was there.
    """
    layout = prepare(settings.data_dir)
    place = _Place(layout=layout, pg_bin=settings.pg_bin, on_progress=on_progress)
    try:
        return _own_or_attach(place, stand_by, stop or threading.Event())
    except OSError as error:
        raise EmbeddedError(
            f"cannot use the data directory {layout.data}: {error}", f"make it usable, {OWN_SERVER}"
        ) from error


@dataclass(frozen=True, kw_only=True)
class _Place:
    layout: Layout
    pg_bin: Path | None
    on_progress: Callable[[str], None]


def _own_or_attach(place: _Place, stand_by: bool, stop: threading.Event) -> EmbeddedServer:
    lock_file = place.layout.lock
    deadline = time.monotonic() + _OTHERS_START_WITHIN
    reason = ""
    while time.monotonic() < deadline:
        lock = OwnerLock.take(lock_file)
        if lock is not None:
            dsn, close = _own(place, lock, stop)
            return EmbeddedServer(dsn, owned=True, close=close)
        try:
            return _attach(place, stand_by, stop)
        except session.NoAnswer as refusal:
            if not reason:
                place.on_progress("waiting for the PostgreSQL that another credcore process starts")
            reason = str(refusal)
        if stop.wait(_LOOK_EVERY):
            raise Stopped
    raise EmbeddedError(
        f"the PostgreSQL of process {holder(lock_file)} in {place.layout.data} does not answer: {reason}",
        f"stop that process, {OWN_SERVER}",
    )


def _attach(place: _Place, stand_by: bool, stop: threading.Event) -> EmbeddedServer:
    layout = place.layout
    with contextlib.ExitStack() as to_undo:
        # Before we look where the socket is: from now on whoever owns the server leaves its directory there.
        attachment = Attachment(layout.attached)
        to_undo.callback(attachment.release)
        running = cluster.LockFile.read(layout.cluster)
        if running is None or not running.ready or running.socket_directory is None:
            raise session.NoAnswer("it is still starting")
        session.answers(running.socket_directory, stop)

        def take_over(lock: OwnerLock, stopping: threading.Event) -> Callable[[], None]:
            _, close = _own(place, lock, stopping)
            attachment.release()
            return close

        if stand_by:
            standby = Standby(layout.lock, take_over, place.on_progress)
            standby.start()
            to_undo.callback(standby.stop)
        dsn = session.dsn(running.socket_directory)
        return EmbeddedServer(dsn, owned=False, close=to_undo.pop_all().close)


def _own(place: _Place, lock: OwnerLock, stop: threading.Event) -> tuple[str, Callable[[], None]]:
    """The DSN of the server that is ours now, and what stops it; the lock goes with it."""
    layout = place.layout
    with contextlib.ExitStack() as to_undo:
        to_undo.callback(lock.release)
        server = _prepare(place, stop)
        to_undo.callback(_forget_directory, layout, server.socket_directory)
        keeper = Keeper(server, place.on_progress)
        to_undo.callback(keeper.stop)
        keeper.start(stop)
        try:
            session.ensure_database(server.socket_directory, stop)
        except session.NoAnswer as refusal:
            raise EmbeddedError(f"PostgreSQL started but refused us: {refusal}", f"see {layout.log}") from refusal
        return session.dsn(server.socket_directory), to_undo.pop_all().close


def _forget_directory(layout: Layout, used: Path) -> None:
    # Those that stand by have its path in their DSN.
    if not anybody_attached(layout.attached):
        forget_short_directory(layout, used)


def _prepare(place: _Place, stop: threading.Event) -> Server:
    """All that comes before the server itself; on a second start, next to nothing."""
    layout, on_progress = place.layout, place.on_progress
    runner = account.choose(layout.data, layout.cluster)
    launcher = Launcher(account=runner, directory=layout.data, log=layout.log)
    launcher.rotate_log()
    made_by = cluster.major_of(layout.cluster)
    installation = copies.reachable(binaries.select(place.pg_bin, made_by), layout, launcher, on_progress)
    if made_by is None:
        on_progress(f"creating a PostgreSQL {installation.version} database in {layout.data}")
        cluster.create(layout, installation, launcher, stop)
    cluster.configure_access(layout, runner)
    return Server(
        installation=installation,
        layout=layout,
        launcher=launcher,
        socket_directory=socket_directory(layout, runner),
    )
