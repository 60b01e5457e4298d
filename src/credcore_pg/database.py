"""What every store runs its statements through: the pool, deadlines, and the translation of what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeAlias, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from credcore.errors import Unavailable
from credcore_pg.connecting import DatabaseSettings, connect
from credcore_pg.errors import DATABASE, FOREIGN, ROLLED_BACK, SUSPECT, translated

# As text, because asyncpg's classes are generic in their stubs alone.
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

Result = TypeVar("Result")

TRIES = 5
"""Of work that the server rolled back because of a deadlock: each time it lets somebody through."""

GIVES_WAY = 0.05
"""Seconds, more with each try, before work that was rolled back is tried again. Whoever waited for its locks has to be
awake by then, or the one that was told to give way takes the same lock away from them."""


async def create_pool(settings: DatabaseSettings) -> Pool:
    """A pool that connects when it is first used: a database that is down now may be up then."""
    return await asyncpg.create_pool(
        min_size=0,
        max_size=settings.pool_size,
        connect=partial(connect, settings),
        reset=_leave_as_it_is,
    )


async def _leave_as_it_is(connection: object) -> None:
    """Nothing here changes a session's state, so that resetting it would only cost a round trip."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """``clock`` None: the time is the database's own. Tests give one, and move it."""

    pool: Pool
    acquire_timeout: float
    clock: Callable[[], datetime] | None = None

    @property
    def now(self) -> datetime | None:
        """The argument for ``coalesce($n::timestamptz, clock_timestamp())``."""
        return self.clock() if self.clock else None

    async def rows(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        async def work(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch(statement, *arguments)

        return await self.run(work)

    async def row(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        async def work(connection: Connection) -> asyncpg.Record | None:
            return await connection.fetchrow(statement, *arguments)

        return await self.run(work)

    async def only_row(self, statement: str, *arguments: object) -> asyncpg.Record:
        """For statements that always give one."""
        row = await self.row(statement, *arguments)
        assert row is not None
        return row

    async def in_transaction(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Does ``work`` in one transaction; what it raises rolls back. It may be called again, see ``run``."""

        async def transact(connection: Connection) -> Result:
            async with connection.transaction():
                return await work(connection)

        return await self.run(transact)

    async def run(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        """Does ``work`` with a connection, and again where the server rolled it back for somebody else's sake.

        Raises:
            Unavailable: the database is down or too slow; a write may have happened all the same.
        """
        for rolled_back in range(TRIES):
            await asyncio.sleep(GIVES_WAY * rolled_back)
            async with self._connection() as connection:
                try:
                    return await work(connection)
                except ROLLED_BACK:
                    continue
        raise Unavailable(DATABASE)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        try:
            async with self.pool.acquire(timeout=self.acquire_timeout) as connection:
                try:
                    yield connection
                except SUSPECT:
                    connection.terminate()
                    raise
        except FOREIGN as error:
            meaning = translated(error)
            if meaning is error:
                raise
            raise meaning from error
