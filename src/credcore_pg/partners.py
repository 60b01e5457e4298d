"""Partners and their clients in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import asyncpg

from credcore.accounts import Caller, CallerKind, Scope
from credcore.errors import NotFound
from credcore.partners import Client, Grant, InvalidClient, Partner
from credcore_pg.codec import decoded
from credcore_pg.database import Database

_ADD = """
WITH clock AS (SELECT coalesce($6::timestamptz, clock_timestamp()) AS now),
principal AS (INSERT INTO principal (principal_id, kind) VALUES ($1, 'partner') RETURNING principal_id),
partner AS (
    INSERT INTO partner (principal_id, name, created_at) SELECT principal_id, $2, now FROM principal, clock
    RETURNING principal_id
),
client AS (
    INSERT INTO partner_client (client_id, partner_id, scopes, created_at)
    SELECT $3, principal_id, $4, now FROM partner, clock RETURNING client_id
)
INSERT INTO client_secret (secret_hash, client_id, created_at) SELECT $5, client_id, now FROM client, clock
"""

_ADD_CLIENT = """
WITH clock AS (SELECT coalesce($5::timestamptz, clock_timestamp()) AS now),
client AS (
    INSERT INTO partner_client (client_id, partner_id, scopes, created_at)
    SELECT $2, principal_id, $3, now FROM partner JOIN principal USING (principal_id), clock
    WHERE principal_id = $1 AND disabled_at IS NULL RETURNING client_id
)
INSERT INTO client_secret (secret_hash, client_id, created_at) SELECT $4, client_id, now FROM client, clock
RETURNING client_id
"""

# Of two rotations at once both new secrets stand: neither has seen the other's, and both were shown to the operator.
_ADD_SECRET = """
WITH clock AS (SELECT coalesce($4::timestamptz, clock_timestamp()) AS now),
client AS (
    SELECT client_id, partner_id FROM partner_client JOIN principal ON principal_id = partner_id
    WHERE client_id = $1 AND partner_client.disabled_at IS NULL AND principal.disabled_at IS NULL
),
over AS (DELETE FROM client_secret USING client, clock WHERE client_secret.client_id = client.client_id
    AND expires_at <= now),
before AS (
    UPDATE client_secret SET expires_at = least(expires_at, now + $3::interval) FROM client, clock
    WHERE client_secret.client_id = client.client_id AND coalesce(expires_at > now, true)
),
moved AS (
    UPDATE principal SET token_epoch = token_epoch + 1 FROM client
    WHERE principal_id = partner_id AND $3::interval = interval '0'
)
INSERT INTO client_secret (secret_hash, client_id, created_at) SELECT $2, client_id, now FROM client, clock
RETURNING client_id
"""  # noqa: S105 - a statement

_DISABLE = """
WITH clock AS (SELECT coalesce($2::timestamptz, clock_timestamp()) AS now),
client AS (
    UPDATE partner_client SET disabled_at = now FROM clock WHERE client_id = $1 AND disabled_at IS NULL
    RETURNING partner_id
),
touched AS (
    UPDATE principal SET token_epoch = token_epoch + 1,
        disabled_at = CASE WHEN principal_id = $1 THEN now ELSE disabled_at END
    FROM clock
    WHERE disabled_at IS NULL AND kind = 'partner'
        AND (principal_id = $1 OR principal_id IN (SELECT partner_id FROM client))
)
SELECT FROM partner WHERE principal_id = $1 UNION ALL SELECT FROM partner_client WHERE client_id = $1
"""

_ALL = """
SELECT partner.*, principal.disabled_at,
    (
        SELECT jsonb_agg(
            jsonb_build_object(
                'id', client_id, 'scopes', to_jsonb(scopes), 'created_at', client.created_at,
                'disabled_at', client.disabled_at,
                'secrets', (
                    SELECT count(*) FROM client_secret
                    WHERE client_secret.client_id = client.client_id
                        AND coalesce(expires_at > coalesce($1::timestamptz, clock_timestamp()), true)
                )
            ) ORDER BY client_id
        )
        FROM partner_client AS client WHERE partner_id = partner.principal_id
    ) AS clients
FROM partner JOIN principal USING (principal_id) ORDER BY principal_id
"""

_AUTHENTICATE = """
SELECT partner_id, token_epoch, scopes
FROM client_secret JOIN partner_client AS client USING (client_id) JOIN principal ON principal_id = partner_id
WHERE secret_hash = $2 AND client_id = $1 AND client.disabled_at IS NULL AND principal.disabled_at IS NULL
    AND coalesce(expires_at > coalesce($3::timestamptz, clock_timestamp()), true)
"""


@dataclass(frozen=True)
class PostgresPartners:
    """``PartnerStore`` and ``ClientStore``."""

    database: Database

    async def add(
        self, partner_id: UUID, name: str, client_id: UUID, scopes: frozenset[Scope], secret_hash: bytes
    ) -> None:
        await self.database.row(_ADD, partner_id, name, client_id, sorted(scopes), secret_hash, self.database.now)

    async def add_client(self, partner_id: UUID, client_id: UUID, scopes: frozenset[Scope], secret_hash: bytes) -> None:
        added = await self.database.row(
            _ADD_CLIENT, partner_id, client_id, sorted(scopes), secret_hash, self.database.now
        )
        if added is None:
            raise NotFound("partner")

    async def add_secret(self, client_id: UUID, secret_hash: bytes, overlap: timedelta) -> None:
        added = await self.database.row(_ADD_SECRET, client_id, secret_hash, overlap, self.database.now)
        if added is None:
            raise NotFound("client")

    async def disable(self, id: UUID) -> None:
        if await self.database.row(_DISABLE, id, self.database.now) is None:
            raise NotFound("partner or client")

    async def all(self) -> Sequence[Partner]:
        return [_partner_of(row) for row in await self.database.rows(_ALL, self.database.now)]

    async def authenticate(self, client_id: UUID, secret_hash: bytes) -> Grant:
        row = await self.database.row(_AUTHENTICATE, client_id, secret_hash, self.database.now)
        if row is None:
            raise InvalidClient
        caller = Caller(
            id=row["partner_id"],
            kind=CallerKind.PARTNER,
            epoch=row["token_epoch"],
            scopes=frozenset(map(Scope, row["scopes"])),
        )
        return Grant(client_id=client_id, caller=caller)


def _partner_of(row: asyncpg.Record) -> Partner:
    return Partner(
        id=row["principal_id"],
        name=row["name"],
        created_at=row["created_at"],
        disabled_at=row["disabled_at"],
        clients=decoded(row["clients"], tuple[Client, ...]),
    )
