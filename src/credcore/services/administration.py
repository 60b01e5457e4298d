"""What administrators, and the operator at the command line, do with other people's accounts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from credcore.account_ports import AuditStore, PeopleStore
from credcore.accounts import Account, UserRole, parse_email
from credcore.audit import Actor, AuditEntry, Deed
from credcore.ports import IdSource, Page
from credcore.rights import require_role
from credcore.services.credentials import Credentials


@dataclass(frozen=True, kw_only=True, slots=True)
class Trail:
    """``emails`` has those who still have an account; ``more``: there are older entries."""

    entries: Sequence[AuditEntry]
    emails: Mapping[UUID, str]
    more: bool


@dataclass(frozen=True, kw_only=True)
class Administration:
    """Everything here leaves an audit entry. Raises Forbidden for a caller who is no administrator."""

    people: PeopleStore
    audit: AuditStore
    credentials: Credentials
    ids: IdSource

    async def page(self, actor: Actor, *, limit: int, after: UUID | None) -> Page[Account]:
        require_admin(actor)
        return await self.people.page(actor, self.ids.new_id(), limit=limit, after=after)

    async def by_email(self, actor: Actor, email: str) -> Account:
        """Raises InvalidValue, NotFound."""
        require_admin(actor)
        return await self.people.by_email(actor, self.ids.new_id(), parse_email(email))

    async def find(self, actor: Actor, account_id: UUID) -> Account:
        """Raises NotFound."""
        require_admin(actor)
        return await self.people.find(actor, self.ids.new_id(), account_id)

    async def set_role(self, actor: Actor, account_id: UUID, role: UserRole) -> Account:
        """Raises NotFound."""
        require_admin(actor)
        return await self.people.set_role(actor, self.ids.new_id(), account_id, role)

    async def remove_second_factor(self, actor: Actor, account_id: UUID) -> Account:
        """For whoever has lost their device and their recovery codes. Raises NotFound."""
        require_admin(actor)
        return await self.people.remove_second_factor(actor, self.ids.new_id(), account_id)

    async def send_reset(self, actor: Actor, account_id: UUID) -> None:
        """Raises NotFound, Unavailable."""
        require_admin(actor)
        account = await self.find(actor, account_id)
        await self.credentials.send_reset(actor, account.email)

    async def trail(self, actor: Actor, *, limit: int, since: datetime | None = None) -> Trail:
        """The newest entries. That they were read is one more, which comes after them."""
        require_admin(actor)
        page = await self.audit.entries(limit=limit, after=None, since=since)
        people = {id for entry in page.items for id in (entry.actor_id, entry.subject_id) if id is not None}
        emails = await self.audit.emails(people)
        await self.record(actor, Deed.AUDIT_READ)
        return Trail(entries=page.items, emails=emails, more=page.next_after is not None)

    async def record(self, actor: Actor, deed: Deed, detail: str = "") -> None:
        require_admin(actor)
        await self.audit.record(actor, self.ids.new_id(), deed, detail=detail)


def require_admin(actor: Actor) -> None:
    """Raises Forbidden."""
    if actor.caller is not None:
        require_role(actor.caller, UserRole.ADMIN)
