"""Secrets that all processes share: the keys that sign access tokens, and what else must be the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from credcore_pg.database import Connection, Database

_LOAD = "SELECT kid, private_key, created_at, retired_at FROM signing_key ORDER BY created_at DESC, kid DESC"
_CURRENT = """
SELECT kid, private_key, created_at, retired_at FROM signing_key WHERE retired_at IS NULL
ORDER BY created_at DESC, kid DESC LIMIT 1
"""
# Whoever makes a key waits here for whoever makes one; readers do not.
_LOCK = "LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE"
# The order of making decides which key signs, so no two keys have one time, however coarse or set back the clock is.
_ADD = """
INSERT INTO signing_key (kid, private_key, created_at)
SELECT $1, $2, greatest(coalesce($3::timestamptz, clock_timestamp()), max(created_at) + interval '1 microsecond')
FROM signing_key
RETURNING kid, private_key, created_at, retired_at
"""
_RETIRE = """
UPDATE signing_key SET retired_at = coalesce($1::timestamptz, clock_timestamp()) WHERE retired_at IS NULL
"""
_SECRET = "SELECT value FROM server_secret WHERE name = $1"  # noqa: S105 - a statement
_ADD_SECRET = """
INSERT INTO server_secret (name, value, created_at) VALUES ($1, $2, coalesce($3::timestamptz, clock_timestamp()))
ON CONFLICT ON CONSTRAINT server_secret_pk DO NOTHING
"""  # noqa: S105 - a statement


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class SigningKey:
    """``private_key`` as it was generated; it is in no representation, so that no log line holds it."""

    kid: str
    private_key: bytes
    created_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True)
class SigningKeys:
    database: Database

    async def load(self) -> tuple[SigningKey, ...]:
        """All keys, newest first; retired ones, too, verify what they signed."""
        return tuple(_key_of(row) for row in await self.database.rows(_LOAD))

    async def ensure(self, generate: Callable[[], tuple[str, bytes]]) -> SigningKey:
        """The key that signs. Where there is none, ``generate`` makes kid and key, and the first to do so wins."""
        current = await self.database.row(_CURRENT)
        if current is not None:
            return _key_of(current)
        kid, private_key = generate()

        async def work(connection: Connection) -> SigningKey:
            await connection.execute(_LOCK)
            row = await connection.fetchrow(_CURRENT)
            if row is None:
                row = await connection.fetchrow(_ADD, kid, private_key, self.database.now)
            assert row is not None  # an INSERT that did not raise returns its row
            return _key_of(row)

        return await self.database.in_transaction(work)

    async def rotate(self, generate: Callable[[], tuple[str, bytes]]) -> SigningKey:
        """A new key in the place of those that sign; they are retired, and go on verifying what they signed."""
        kid, private_key = generate()

        async def work(connection: Connection) -> SigningKey:
            await connection.execute(_LOCK)
            await connection.execute(_RETIRE, self.database.now)
            row = await connection.fetchrow(_ADD, kid, private_key, self.database.now)
            assert row is not None  # an INSERT that did not raise returns its row
            return _key_of(row)

        return await self.database.in_transaction(work)

    async def server_secret(self, name: str, generate: Callable[[], bytes]) -> bytes:
        """The secret of that name; where there is none, ``generate`` makes it, and the first to do so wins."""
        row = await self.database.row(_SECRET, name)
        if row is None:
            await self.database.row(_ADD_SECRET, name, generate(), self.database.now)
            row = await self.database.only_row(_SECRET, name)
        value: bytes = row["value"]
        return value


def _key_of(row: asyncpg.Record) -> SigningKey:
    return SigningKey(
        kid=row["kid"],
        private_key=row["private_key"],
        created_at=row["created_at"],
        retired_at=row["retired_at"],
    )
