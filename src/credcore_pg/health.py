"""Whether the database can serve."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from credcore.errors import Unavailable
from credcore.ports import Health
from credcore_pg.database import Connection, Database
from credcore_pg.migrate import schema_state

_READ_ONLY = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean"


@dataclass(frozen=True)
class PostgresHealth:
    database: Database

    async def check(self) -> Health:
        try:
            return Health(problems=await self.database.run(_problems))
        except Unavailable:
            return Health(problems=("the database cannot be reached",))
        except asyncpg.PostgresError as error:
            return Health(problems=(f"the database refuses to say how it is: {type(error).__name__}",))


async def _problems(connection: Connection) -> tuple[str, ...]:
    if await connection.fetchval(_READ_ONLY):
        return ("the database takes no writes",)
    state = await schema_state(connection)
    return () if state.usable else (state.message,)
