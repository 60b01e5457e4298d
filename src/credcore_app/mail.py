"""Mail, for as long as there is no way to send it: printed where the operator reads it."""

from __future__ import annotations

import asyncio
from typing import IO

from credcore.account_ports import Mail


class ConsoleMailer:
    """The port ``Mailer``. Prints what may let somebody in: to a terminal, never into the log."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    async def send(self, mail: Mail) -> None:
        await asyncio.to_thread(self._print, f"To: {mail.to}\nSubject: {mail.subject}\n\n{mail.text}\n")

    def _print(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
