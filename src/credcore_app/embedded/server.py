"""One call that gives a PostgreSQL to talk to: ours, or the one that another credcore process runs."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from credcore_app.embedded import account, binaries, cluster, copies, session
from credcore_app.embedded.errors import OWN_SERVER, EmbeddedError
from credcore_app.embedded.keeper import Keeper, Server
from credcore_app.embedded.layout import Layout, forget_short_directory, prepare, socket_directory
from credcore_app.embedded.ownership import OwnerLock, holder
from credcore_app.embedded.process import Launcher

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

    ``owned`` says whether this is that process. The role in the DSN owns its database and may create others,
    also from a template.
    """

    def __init__(self, dsn: str, stop: Callable[[], None] | None = None) -> None:
        self.dsn = dsn
        self.owned = stop is not None
        self._stop = stop
        self._process = os.getpid()

    def close(self) -> None:
        """Stop the server if it is ours, with its open sessions; from a forked child, or again, does nothing."""
        stop, self._stop = self._stop, None
        if stop is not None and os.getpid() == self._process:
            stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def start(settings: EmbeddedSettings, *, on_progress: Callable[[str], None]) -> EmbeddedServer:
    """Start PostgreSQL on the data directory, or attach to the one that runs there already.

    Returns when the database takes connections; raises EmbeddedError where it can't be had. Blocks, and may
    be called from any thread, with or without an event loop. ``on_progress`` gets a line for what takes long
    or goes wrong, and may be called later from another thread, when the server had to be started again.
    """
    layout = prepare(settings.data_dir)
    try:
        return _own_or_attach(layout, settings.pg_bin, on_progress)
    except OSError as error:
        raise EmbeddedError(
            f"cannot use the data directory {layout.data}: {error}", f"make it usable, {OWN_SERVER}"
        ) from error


def _own_or_attach(layout: Layout, pg_bin: Path | None, on_progress: Callable[[str], None]) -> EmbeddedServer:
    deadline = time.monotonic() + _OTHERS_START_WITHIN
    reason = ""
    while time.monotonic() < deadline:
        lock = OwnerLock.take(layout.lock)
        if lock is not None:
            return _own(layout, lock, pg_bin, on_progress)
        try:
            return _attach(layout)
        except session.NoAnswer as refusal:
            if not reason:
                on_progress("waiting for the PostgreSQL that another credcore process starts")
            reason = str(refusal)
        time.sleep(_LOOK_EVERY)
    raise EmbeddedError(
        f"the PostgreSQL of process {holder(layout.lock)} in {layout.data} does not answer: {reason}",
        f"stop that process, {OWN_SERVER}",
    )


def _attach(layout: Layout) -> EmbeddedServer:
    running = cluster.LockFile.read(layout.cluster)
    if running is None or not running.ready or running.socket_directory is None:
        raise session.NoAnswer("it is still starting")
    session.answers(running.socket_directory)
    return EmbeddedServer(session.dsn(running.socket_directory))


def _own(layout: Layout, lock: OwnerLock, pg_bin: Path | None, on_progress: Callable[[str], None]) -> EmbeddedServer:
    with contextlib.ExitStack() as to_undo:
        to_undo.callback(lock.release)
        server = _prepare(layout, pg_bin, on_progress)
        to_undo.callback(forget_short_directory, layout, server.socket_directory)
        keeper = Keeper(server, on_progress)
        to_undo.callback(keeper.stop)
        keeper.start()
        try:
            session.ensure_database(server.socket_directory)
        except session.NoAnswer as refusal:
            raise EmbeddedError(f"PostgreSQL started but refused us: {refusal}", f"see {layout.log}") from refusal
        return EmbeddedServer(session.dsn(server.socket_directory), to_undo.pop_all().close)


def _prepare(layout: Layout, pg_bin: Path | None, on_progress: Callable[[str], None]) -> Server:
    """All that comes before the server itself; on a second start, next to nothing."""
    runner = account.choose(layout.data, layout.cluster)
    launcher = Launcher(account=runner, directory=layout.data, log=layout.log)
    launcher.rotate_log()
    made_by = cluster.major_of(layout.cluster)
    installation = copies.reachable(binaries.select(pg_bin, made_by), layout, launcher, on_progress)
    if made_by is None:
        on_progress(f"creating a PostgreSQL {installation.version} database in {layout.data}")
        cluster.create(layout, installation, launcher)
    cluster.configure_access(layout, runner)
    return Server(
        installation=installation,
        layout=layout,
        launcher=launcher,
        socket_directory=socket_directory(layout, runner),
    )
