"""Argon2id off the event loop, in a bounded pool: a flood of log-ins takes this pool, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore
from typing import TypeVar

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError

from credcore.errors import Unavailable

Result = TypeVar("Result")

MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
"""OWASP's minimum for Argon2id; measured 25 ms of one core. More memory would let a few log-ins fill the machine."""
THREADS = 2
WAITING = 16
"""So many wait for a thread: measured at 25 ms a hash, the last of them for about 0.2 s."""


class Argon2Passwords:
    """The port ``PasswordHasher``. Close it when nothing is hashed any more."""

    def __init__(self, *, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._argon2 = Argon2(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="credcore-passwords")
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
            raise Unavailable("password hashing")
        future = self._pool.submit(work)
        # Given back by the work itself: who gives up waiting does not stop a thread that has begun.
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)
