"""Partners and their clients in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from credcore.accounts import Caller, CallerKind, Scope
from credcore.errors import NotFound
from credcore.memory.state import MemoryState
from credcore.partners import Client, Grant, InvalidClient, Partner, PartnerNameTaken


@dataclass(slots=True)
class _Partner:
    name: str
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(slots=True)
class _Client:
    partner_id: UUID
    scopes: frozenset[Scope]
    created_at: datetime
    disabled_at: datetime | None = None
    secrets: dict[bytes, datetime | None] = field(default_factory=dict)
    """Hashes, and when each ends."""

    def good(self, now: datetime) -> set[bytes]:
        return {secret for secret, ends in self.secrets.items() if ends is None or now < ends}


@dataclass(frozen=True)
class MemoryPartners:
    """``PartnerStore`` and ``ClientStore`` over one state."""

    state: MemoryState
    _partners: dict[UUID, _Partner] = field(default_factory=dict)
    _clients: dict[UUID, _Client] = field(default_factory=dict)

    async def add(
        self, partner_id: UUID, name: str, client_id: UUID, scopes: frozenset[Scope], secret_hash: bytes
    ) -> None:
        if any(partner.name == name for partner in self._partners.values()):
            raise PartnerNameTaken
        self._partners[partner_id] = _Partner(name, self.state.clock())
        self.state.partners[partner_id] = 1
        await self.add_client(partner_id, client_id, scopes, secret_hash)

    async def add_client(self, partner_id: UUID, client_id: UUID, scopes: frozenset[Scope], secret_hash: bytes) -> None:
        if partner_id not in self.state.partners:
            raise NotFound("partner")
        self._clients[client_id] = _Client(partner_id, scopes, self.state.clock(), secrets={secret_hash: None})

    async def add_secret(self, client_id: UUID, secret_hash: bytes, overlap: timedelta) -> None:
        client = self._standing(client_id)
        if client is None:
            raise NotFound("client")
        now = self.state.clock()
        ends = now + overlap
        client.secrets = {old: min(ends, until or ends) for old, until in client.secrets.items()}
        client.secrets[secret_hash] = None
        if not overlap:
            self.state.partners[client.partner_id] += 1

    async def disable(self, id: UUID) -> None:
        found = self._partners.get(id) or self._clients.get(id)
        if found is None:
            raise NotFound("partner or client")
        if found.disabled_at is not None:
            return
        found.disabled_at = self.state.clock()
        if isinstance(found, _Partner):
            del self.state.partners[id]
        elif found.partner_id in self.state.partners:
            self.state.partners[found.partner_id] += 1

    async def all(self) -> Sequence[Partner]:
        return [self._seen(id, partner) for id, partner in sorted(self._partners.items())]

    async def authenticate(self, client_id: UUID, secret_hash: bytes) -> Grant:
        client = self._standing(client_id)
        if client is None or secret_hash not in client.good(self.state.clock()):
            raise InvalidClient
        caller = Caller(
            id=client.partner_id,
            kind=CallerKind.PARTNER,
            epoch=self.state.partners[client.partner_id],
            scopes=client.scopes,
        )
        return Grant(client_id=client_id, caller=caller)

    def _standing(self, client_id: UUID) -> _Client | None:
        client = self._clients.get(client_id)
        if client is None or client.disabled_at is not None or client.partner_id not in self.state.partners:
            return None
        return client

    def _seen(self, id: UUID, partner: _Partner) -> Partner:
        now = self.state.clock()
        clients = tuple(
            Client(
                id=client_id,
                scopes=client.scopes,
                created_at=client.created_at,
                disabled_at=client.disabled_at,
                secrets=len(client.good(now)),
            )
            for client_id, client in sorted(self._clients.items())
            if client.partner_id == id
        )
        return Partner(
            id=id,
            name=partner.name,
            created_at=partner.created_at,
            disabled_at=partner.disabled_at,
            clients=clients,
        )
