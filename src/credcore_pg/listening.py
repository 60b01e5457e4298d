"""Wakes whoever waits for work as soon as there is some. A wake-up only: what is missed is found by polling."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import asyncpg

from credcore_pg.errors import FOREIGN

CHANNEL = "credcore_grading"

log = logging.getLogger(__name__)

Connect = Callable[[], Awaitable["asyncpg.Connection[asyncpg.Record]"]]


@dataclass(kw_only=True)
class Listener:
    """LISTEN on a connection of its own, made anew whenever it is lost.

    It starts with the first wait, and ends with ``close``. ``check`` is how often, in seconds, a silent connection is
    asked whether it is still there, ``retry`` how long to wait before the next try where there is none.
    """

    connect: Connect
    check: float = 2.5
    retry: float = 0.5
    _rung: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    async def wait(self, at_most: float) -> None:
        """Returns on the next notification, or at once for one that came while nobody waited."""
        if self._task is None:
            self._task = asyncio.create_task(self._listen(), name="credcore-listener")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await self._rung.wait()
        self._rung.clear()

    async def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _listen(self) -> None:
        while True:
            try:
                await self._until_lost()
            except FOREIGN as error:
                log.warning("listening for grading jobs broke off", extra={"error": type(error).__name__})
            # What was notified meanwhile is lost, so that everybody should look.
            self._rung.set()
            await asyncio.sleep(self.retry)

    async def _until_lost(self) -> None:
        connection = await self.connect()
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())
        try:
            await connection.add_listener(CHANNEL, self._ring)
            self._rung.set()
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.check):
                        await gone.wait()
                # Raises where it is gone, and where a frozen server does not answer.
                await connection.fetchval("SELECT 1")
        finally:
            connection.terminate()

    def _ring(self, *notification: object) -> None:
        self._rung.set()
