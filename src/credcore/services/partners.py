"""Let partner platforms in: their clients, the secrets of these, and what they exchange them for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from credcore.access_ports import ClientStore, PartnerStore
from credcore.account_ports import AuditStore
from credcore.accounts import Scope, token_hash
from credcore.audit import OPERATOR, Actor, Deed
from credcore.errors import NotFound
from credcore.ids import parse_id
from credcore.partners import (
    OVERLAP,
    Credentials,
    Grant,
    InvalidClient,
    Partner,
    granted,
    parse_partner_name,
    written,
)
from credcore.ports import IdSource


@dataclass(frozen=True, kw_only=True)
class Partners:
    """What the operator does; nobody else makes partners. Each deed leaves an entry before any secret is shown."""

    store: PartnerStore
    audit: AuditStore
    ids: IdSource
    actor: Actor = OPERATOR

    async def create(self, name: str, scopes: frozenset[Scope]) -> Credentials:
        """A new partner with its first client. Raises InvalidValue, PartnerNameTaken."""
        made, id = self._credentials(), self.ids.new_id()
        await self.store.add(id, parse_partner_name(name), made.client_id, scopes, token_hash(made.client_secret))
        await self._note(Deed.PARTNER_CREATED, id, f"client {made.client_id} for {written(scopes)}")
        return made

    async def add_client(self, name: str, scopes: frozenset[Scope]) -> Credentials:
        """One more client of the partner of that name. Raises NotFound."""
        made = self._credentials()
        partner = (await self.named(name)).id
        await self.store.add_client(partner, made.client_id, scopes, token_hash(made.client_secret))
        await self._note(Deed.PARTNER_CLIENT_ADDED, partner, f"client {made.client_id} for {written(scopes)}")
        return made

    async def rotate(self, client_id: UUID, *, overlap: timedelta = OVERLAP) -> Credentials:
        """A new secret; those before stop working after ``overlap``, and at zero all tokens of the partner do too.

        Raises:
            NotFound.
        """
        secret = self.ids.new_secret()
        await self.store.add_secret(client_id, token_hash(secret), overlap)
        detail = f"client {client_id}, secrets before it for {overlap / timedelta(hours=1):g} more hours"
        await self._note(Deed.PARTNER_SECRET_ROTATED, await self._partner_of(client_id), detail)
        return Credentials(client_id=client_id, client_secret=secret)

    async def disable(self, id: UUID) -> None:
        """The partner, or one client: its secrets and every token of the partner are useless at once.

        The partner's other clients go on: they fetch a new token. Raises NotFound.
        """
        await self.store.disable(id)
        partner = await self._partner_of(id)
        await self._note(Deed.PARTNER_DISABLED, partner, "" if id == partner else f"client {id} alone")

    async def named(self, name: str) -> Partner:
        """Raises NotFound."""
        wanted = parse_partner_name(name)
        for partner in await self.store.all():
            if partner.name == wanted:
                return partner
        raise NotFound("partner")

    async def _partner_of(self, id: UUID) -> UUID | None:
        """Whose the client is, or the partner itself."""
        for partner in await self.store.all():
            if id in {partner.id, *(client.id for client in partner.clients)}:
                return partner.id
        return None

    async def _note(self, deed: Deed, partner: UUID | None, detail: str) -> None:
        await self.audit.record(self.actor, self.ids.new_id(), deed, subject_id=partner, detail=detail)

    def _credentials(self) -> Credentials:
        return Credentials(client_id=self.ids.new_id(), client_secret=self.ids.new_secret())


@dataclass(frozen=True, kw_only=True)
class ClientGrants:
    """The client credentials grant (RFC 6749, 4.4)."""

    store: ClientStore

    async def grant(self, client_id: str, secret: str, scope: str | None) -> Grant:
        """Raises InvalidClient, InvalidScope."""
        try:
            id = parse_id(client_id, "client")
        except NotFound:
            raise InvalidClient from None
        grant = await self.store.authenticate(id, token_hash(secret))
        caller = replace(grant.caller, scopes=granted(grant.caller.scopes, scope))
        return replace(grant, caller=caller)
