"""Let partner platforms in: their clients, the secrets of these, and what they exchange them for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from credcore.access_ports import ClientStore, PartnerStore
from credcore.accounts import Scope, token_hash
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
)
from credcore.ports import IdSource


@dataclass(frozen=True, kw_only=True)
class Partners:
    """What the operator does; nobody else makes partners."""

    store: PartnerStore
    ids: IdSource

    async def create(self, name: str, scopes: frozenset[Scope]) -> Credentials:
        """A new partner with its first client. Raises InvalidValue, PartnerNameTaken."""
        made = self._credentials()
        await self.store.add(
            self.ids.new_id(), parse_partner_name(name), made.client_id, scopes, token_hash(made.client_secret)
        )
        return made

    async def add_client(self, name: str, scopes: frozenset[Scope]) -> Credentials:
        """One more client of the partner of that name. Raises NotFound."""
        made = self._credentials()
        partner = (await self.named(name)).id
        await self.store.add_client(partner, made.client_id, scopes, token_hash(made.client_secret))
        return made

    async def rotate(self, client_id: UUID, *, overlap: timedelta = OVERLAP) -> Credentials:
        """A new secret; those before stop working after ``overlap``, and at zero all tokens of the partner do too.

        Raises:
            NotFound.
        """
        secret = self.ids.new_secret()
        await self.store.add_secret(client_id, token_hash(secret), overlap)
        return Credentials(client_id=client_id, client_secret=secret)

    async def disable(self, id: UUID) -> None:
        """The partner, or one client: its secrets and every token of the partner are useless at once.

        The partner's other clients go on: they fetch a new token. Raises NotFound.
        """
        await self.store.disable(id)

    async def named(self, name: str) -> Partner:
        """Raises NotFound."""
        wanted = parse_partner_name(name)
        for partner in await self.store.all():
            if partner.name == wanted:
                return partner
        raise NotFound("partner")

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
