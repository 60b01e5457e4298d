"""Mail, for as long as there is no way to send it: it is put where the operator finds it, and never into the log.

At the command line it is printed for whoever ran the command. A server has nobody in front of it, and what it prints is
kept as its log: it puts each message into a file of its own, for the operator to hand on.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from credcore.account_ports import Mail
from credcore.errors import Unavailable
from credcore_app.background import beside
from credcore_app.embedded.errors import EmbeddedError
from credcore_app.embedded.layout import default_directory, prepare

log = logging.getLogger(__name__)

FOLDER = "outbox"
CLEAR_SECONDS = 60.0


class ConsoleMailer:
    """The port ``Mailer``, for commands: prints what may let somebody in to whoever ran the command."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    async def send(self, mail: Mail) -> None:
        await asyncio.to_thread(self._print, _written(mail))

    async def forget(self, to: str) -> None:
        """Nothing waits here."""

    def _print(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """The port ``Mailer``, for servers: each message is a file that nobody but the server's account can read.

    The files are in ``outbox`` in the data directory, which is made with the first message: a server that never sends
    one needs none. The log has a file's path. A file goes when it is older than ``kept``, since what its message says
    is good for no longer.
    """

    data_dir: Path | None
    kept: timedelta

    async def send(self, mail: Mail) -> None:
        """Raises Unavailable."""
        try:
            path = await asyncio.to_thread(self._write, _written(mail))
        except (OSError, EmbeddedError) as problem:
            log.error("a message could not be written into the outbox", exc_info=problem)
            raise Unavailable("mail") from problem
        log.info("a message for a person waits in the outbox", extra={"place": str(path)})

    async def forget(self, to: str) -> None:
        await asyncio.to_thread(self._remove, lambda path: path.read_text("utf-8").startswith(_addressed(to)))

    async def clear(self) -> None:
        """Takes out what is too old."""
        oldest = time.time() - self.kept.total_seconds()
        await asyncio.to_thread(self._remove, lambda path: path.stat().st_mtime < oldest)

    def _write(self, text: str) -> Path:
        folder = prepare(self.data_dir).data / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}.txt"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def _remove(self, goes: Callable[[Path], bool]) -> None:
        try:
            waiting = list(((self.data_dir or default_directory()) / FOLDER).glob("*.txt"))
        except (OSError, RuntimeError) as problem:  # RuntimeError: there is no home directory to look into
            log.warning("the outbox could not be cleared", exc_info=problem)
            return
        for path in waiting:
            try:
                if goes(path):
                    path.unlink()
            except FileNotFoundError:
                pass  # another server process was faster
            # Somebody put something of theirs there: it must not keep what comes after it. ValueError: no text of ours
            except (OSError, ValueError) as problem:
                log.warning("a file in the outbox could not be cleared", extra={"place": str(path)}, exc_info=problem)


@asynccontextmanager
async def cleared(outbox: Outbox) -> AsyncIterator[Outbox]:
    """Takes out of the outbox what is too old, for as long as the block lasts."""
    async with beside(outbox.clear, "credcore-outbox", rest=CLEAR_SECONDS):
        yield outbox


def _written(mail: Mail) -> str:
    return f"{_addressed(mail.to)}Subject: {mail.subject}\n\n{mail.text}\n"


def _addressed(to: str) -> str:
    return f"To: {to}\n"
