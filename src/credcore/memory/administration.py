"""What administrators do, and the entries it leaves, in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from credcore.accounts import Account, UserRole
from credcore.audit import Actor, AuditEntry, Deed
from credcore.errors import NotFound, Unauthenticated
from credcore.memory.state import MemoryState
from credcore.ports import Page

Kind = TypeVar("Kind", Account, AuditEntry)


def require_standing(state: MemoryState, actor: Actor) -> None:
    """Raises Unauthenticated where an actor with a caller is no standing administrator."""
    if actor.caller is not None and state.account(actor.caller).role is not UserRole.ADMIN:
        raise Unauthenticated


def leave_entry(
    state: MemoryState, actor: Actor, entry_id: UUID, deed: Deed, *, subject_id: UUID | None = None, detail: str = ""
) -> None:
    entry = AuditEntry(
        id=entry_id,
        at=state.clock(),
        actor_id=actor.caller.id if actor.caller else None,
        by_operator=actor.caller is None,
        deed=deed,
        subject_id=subject_id,
        detail=detail,
        address=actor.origin.address,
    )
    state.audit.append(entry)


@dataclass(frozen=True)
class MemoryPeople:
    state: MemoryState

    async def page(self, actor: Actor, entry_id: UUID, *, limit: int, after: UUID | None) -> Page[Account]:
        require_standing(self.state, actor)
        leave_entry(self.state, actor, entry_id, Deed.ACCOUNTS_LISTED)
        found = sorted(self.state.accounts.values(), key=lambda account: account.id, reverse=True)
        return _page_of([account for account in found if after is None or account.id < after], limit)

    async def by_email(self, actor: Actor, entry_id: UUID, email: str) -> Account:
        require_standing(self.state, actor)
        for account in self.state.accounts.values():
            if account.email == email.lower():
                return await self.find(actor, entry_id, account.id)
        raise NotFound("account")

    async def find(self, actor: Actor, entry_id: UUID, account_id: UUID) -> Account:
        require_standing(self.state, actor)
        account = self._account(account_id)
        leave_entry(self.state, actor, entry_id, Deed.ACCOUNT_READ, subject_id=account_id)
        return account

    async def set_role(self, actor: Actor, entry_id: UUID, account_id: UUID, role: UserRole) -> Account:
        require_standing(self.state, actor)
        account = self._account(account_id)
        if account.role is role:
            return account
        changed = replace(account, role=role, epoch=account.epoch + 1)
        self.state.accounts[account_id] = changed
        detail = f"from {account.role} to {role}"
        leave_entry(self.state, actor, entry_id, Deed.ROLE_CHANGED, subject_id=account_id, detail=detail)
        return changed

    async def remove_second_factor(self, actor: Actor, entry_id: UUID, account_id: UUID) -> Account:
        require_standing(self.state, actor)
        account, secrets = self._account(account_id), self.state.secrets[account_id]
        if secrets.second_factor is None:
            return account
        secrets.second_factor, secrets.recovery = None, {}
        changed = replace(account, second_factor=False)
        self.state.accounts[account_id] = changed
        leave_entry(self.state, actor, entry_id, Deed.SECOND_FACTOR_REMOVED, subject_id=account_id)
        return changed

    def _account(self, account_id: UUID) -> Account:
        account = self.state.accounts.get(account_id)
        if account is None:
            raise NotFound("account")
        return account


@dataclass(frozen=True)
class MemoryAudit:
    state: MemoryState

    async def record(
        self, actor: Actor, entry_id: UUID, deed: Deed, *, subject_id: UUID | None = None, detail: str = ""
    ) -> None:
        require_standing(self.state, actor)
        leave_entry(self.state, actor, entry_id, deed, subject_id=subject_id, detail=detail)

    async def entries(self, *, limit: int, after: UUID | None, since: datetime | None = None) -> Page[AuditEntry]:
        recent = (entry for entry in self.state.audit if since is None or entry.at >= since)
        found = sorted(recent, key=lambda entry: entry.id, reverse=True)
        return _page_of([entry for entry in found if after is None or entry.id < after], limit)

    async def emails(self, ids: Collection[UUID]) -> Mapping[UUID, str]:
        return {id: account.email for id, account in self.state.accounts.items() if id in ids}


def _page_of(found: Sequence[Kind], limit: int) -> Page[Kind]:
    shown = tuple(found[:limit])
    return Page(items=shown, next_after=shown[-1].id if len(found) > limit else None)
