"""The statements that go to the database, noted one by one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from credcore_pg import PostgresStores


@dataclass(frozen=True)
class Counted:
    stores: PostgresStores

    @asynccontextmanager
    async def statements(self) -> AsyncIterator[list[str]]:
        """What goes over the one connection while the block runs."""
        seen: list[str] = []

        def note(record: object) -> None:
            seen.append(record.query)  # type: ignore[attr-defined]  # asyncpg's LoggedQuery has no public type

        async with self.stores.database.pool.acquire() as connection:
            connection.add_query_logger(note)
        try:
            yield seen
        finally:
            async with self.stores.database.pool.acquire() as connection:
                connection.remove_query_logger(note)
