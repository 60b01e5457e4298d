"""Starting PostgreSQL's programs as the account, and reading what they left in the log."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from credcore_app.embedded import launch
from credcore_app.embedded.account import Account
from credcore_app.embedded.errors import OWN_SERVER, EmbeddedError
from credcore_app.embedded.layout import open_file

# The log holds what concerns the server alone, a handful of lines a start.
_LOG_BYTES = 1_000_000
_COMPLAINT = re.compile(r"(?:FATAL|PANIC|ERROR|error): .*")


@dataclass(frozen=True, kw_only=True)
class Launcher:
    """Starts programs as ``account``, in ``directory``, with ``log`` for what they say."""

    account: Account
    directory: Path
    log: Path

    def start(
        self, program: Sequence[str | Path], *, death_signal: signal.Signals, ignored_pid: int | None = None
    ) -> subprocess.Popen[bytes]:
        """Start it as a child that gets ``death_signal`` when the *thread* that called this ends.

        It has a session of its own: Ctrl-C at a terminal goes to the whole foreground group, and the database
        must outlive the requests that are still being answered. ``ignored_pid`` is one that PostgreSQL must
        not take for a server of an earlier run.
        """
        output = open_file(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            return subprocess.Popen(  # noqa: S603 - our own words, no shell
                [*self._prefix(death_signal), *program],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=_environment(ignored_pid),
                start_new_session=True,
            )
        except OSError as error:
            raise EmbeddedError(f"cannot start a process: {error}", f"make room for one, {OWN_SERVER}") from error
        finally:
            os.close(output)

    def _prefix(self, death_signal: signal.Signals) -> list[str]:
        account = self.account
        numbers = [os.getpid(), int(death_signal), account.uid, account.gid]
        groups = ",".join(str(group) for group in account.groups)
        return [sys.executable, "-I", "-S", launch.__file__, *map(str, numbers), groups, str(self.directory)]

    def rotate_log(self) -> None:
        """Put a log that has grown aside; only while nothing runs that writes to it."""
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_name(f"{self.log.name}.1"))

    def log_size(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0

    def complaint(self, since: int) -> str:
        """The line in the log after that many bytes that says what went wrong: the last error, else the last."""
        if not self.log.exists():
            return "it said nothing"
        with self.log.open("rb") as file:
            file.seek(since)
            lines = file.read().decode(errors="replace").splitlines()
        complaints = [found[0] for line in lines if (found := _COMPLAINT.search(line))]
        return next(reversed(complaints or [line for line in lines if line.strip()]), "it said nothing")

    def failure(self, doing: str, status: int, since: int) -> EmbeddedError:
        """What a program's exit means, with the words it left."""
        said = self.complaint(since)
        if status == launch.CANNOT_ENTER:
            return EmbeddedError(
                f"PostgreSQL runs as {self.account.name}, not as root, and {self.account.name} cannot enter {said}",
                f"unset CREDCORE_DATA_DIR or set it to a directory under /var/lib, {OWN_SERVER}",
            )
        if status == launch.CANNOT_SWITCH:
            return EmbeddedError(
                f"PostgreSQL does not run as root, and {said}", f"start credcore as an ordinary user, {OWN_SERVER}"
            )
        return EmbeddedError(f"{doing} failed: {said}", f"see {self.log}, {OWN_SERVER}")


def _environment(ignored_pid: int | None) -> dict[str, str]:
    """Next to nothing of ours: PGPORT, PGDATA, a locale or a time zone must not reach it."""
    environment = {"LC_ALL": "C", "PATH": os.defpath}
    if "LD_LIBRARY_PATH" in os.environ:
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    if ignored_pid is not None:
        environment["PG_GRANDPARENT_PID"] = str(ignored_pid)
    return environment
