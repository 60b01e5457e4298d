"""Argon2id off the event loop, in a bounded pool: a flood of log-ins takes this pool, and nothing else."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore
from typing import TypeVar

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError

from credcore.errors import Unavailable
from credcore_app.reading import CHEAPEST_COST, Argon2Cost

Result = TypeVar("Result")

THREADS = 2
WAITING = 16
"""So many wait for a thread: measured at 25 ms a hash, the last of them for about 0.2 s."""


HOLD = 0.5
"""Seconds that one too many is kept before it is refused. Refused at once, a flood would come back at once, and take
from everybody else what the hashing may not."""
STAND_BACK = 5
"""How much nicer than the process its hashing threads are: calls that take milliseconds come before a hash."""


class Argon2Passwords:
    """The port ``PasswordHasher``. Close it when nothing is hashed any more."""

    def __init__(self, cost: Argon2Cost = CHEAPEST_COST, *, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._argon2 = Argon2(time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=cost.lanes)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="credcore-passwords", initializer=_stand_back)
        self._places = Semaphore(threads + waiting)
        # What a password for an account that does not exist is compared with; nothing verifies against it.
        self._nobodys = self._argon2.hash("an account that does not exist")

    async def hash(self, password: str) -> str:
        return await self._apart(lambda: self._argon2.hash(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        matches = await self._apart(lambda: self._matches(stored or self._nobodys, password))
        return matches and stored is not None

    def needs_rehash(self, stored: str) -> bool:
        return self._argon2.check_needs_rehash(stored)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._argon2.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _apart(self, work: Callable[[], Result]) -> Result:
        if not self._places.acquire(blocking=False):
            await asyncio.sleep(HOLD)
            if not self._places.acquire(blocking=False):
                raise Unavailable("password hashing")
        future = self._pool.submit(work)
        # Given back by the work itself: who gives up waiting does not stop a thread that has begun.
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)


def _stand_back() -> None:
    """Linux gives each thread a priority of its own: on a busy machine the event loop comes before the hashing."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + STAND_BACK)
