"""Passwords, second factors and sessions in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from credcore.account_ports import Session
from credcore.accounts import ABSOLUTE_LIFETIME, IDLE_LIFETIME, Account, Caller
from credcore.audit import Actor, Deed
from credcore.errors import NotFound
from credcore.memory.accounts import stored_password
from credcore.memory.administration import leave_entry, require_standing
from credcore.memory.state import FamilyRow, MemoryState
from credcore.second_factor import SecondFactor
from credcore.sign_in_ports import StoredPassword


@dataclass(frozen=True)
class MemoryPasswords:
    state: MemoryState

    async def of(self, caller: Caller) -> StoredPassword:
        return stored_password(self.state, self.state.account(caller))

    async def change(self, caller: Caller, password_hash: str) -> None:
        self.state.account(caller)
        self._set(caller.id, password_hash, keep=caller.session_id)

    async def open_reset(
        self, actor: Actor, entry_id: UUID, email: str, token_hash: bytes, lifetime: timedelta
    ) -> bool:
        require_standing(self.state, actor)
        for account in self.state.accounts.values():
            if account.email == email.lower():
                now = self.state.clock()
                self.state.secrets[account.id].reset = (token_hash, now, now + lifetime)
                leave_entry(self.state, actor, entry_id, Deed.RESET_ISSUED, subject_id=account.id)
                return True
        return False

    async def reset_of(self, token_hash: bytes) -> Account | None:
        for account_id, secrets in self.state.secrets.items():
            if secrets.reset and secrets.reset[0] == token_hash and self.state.clock() < secrets.reset[2]:
                return self.state.accounts[account_id]
        return None

    async def spend_reset(self, token_hash: bytes, password_hash: str) -> bool:
        account = await self.reset_of(token_hash)
        if account is None:
            return False
        self._set(account.id, password_hash, keep=None)
        return True

    def _set(self, account_id: UUID, password_hash: str, *, keep: UUID | None) -> None:
        now = self.state.clock()
        secrets, account = self.state.secrets[account_id], self.state.accounts[account_id]
        secrets.password_hash, secrets.password_set_at, secrets.reset = password_hash, now, None
        self.state.accounts[account_id] = replace(account, epoch=account.epoch + 1)
        for family_id, family in self.state.families.items():
            if family.account_id == account_id and family_id != keep:
                family.revoked_at = family.revoked_at or now


@dataclass(frozen=True)
class MemorySecondFactors:
    state: MemoryState

    async def begin(self, caller: Caller, secret: str) -> bool:
        account = self.state.account(caller)
        if account.second_factor:
            return False
        self.state.secrets[caller.id].second_factor = SecondFactor(secret=secret, confirmed=False, last_step=0)
        return True

    async def confirm(self, caller: Caller, step: int, recovery_hashes: Sequence[bytes]) -> bool:
        account, secrets = self.state.account(caller), self.state.secrets[caller.id]
        factor = secrets.second_factor
        if factor is None or factor.confirmed:
            return False
        secrets.second_factor = replace(factor, confirmed=True, last_step=step)
        secrets.recovery = dict.fromkeys(recovery_hashes)
        self.state.accounts[caller.id] = replace(account, second_factor=True)
        return True

    async def spend_step(self, account_id: UUID, step: int) -> bool:
        secrets = self.state.secrets.get(account_id)
        if secrets is None or secrets.second_factor is None or step <= secrets.second_factor.last_step:
            return False
        secrets.second_factor = replace(secrets.second_factor, last_step=step)
        return True

    async def spend_recovery(self, account_id: UUID, code_hash: bytes) -> bool:
        secrets = self.state.secrets.get(account_id)
        if secrets is None or secrets.recovery.get(code_hash, self) is not None:
            return False
        secrets.recovery[code_hash] = self.state.clock()
        return True

    async def remove(self, caller: Caller) -> None:
        account, secrets = self.state.account(caller), self.state.secrets[caller.id]
        secrets.second_factor, secrets.recovery = None, {}
        self.state.accounts[caller.id] = replace(account, second_factor=False)


@dataclass(frozen=True)
class MemorySessions:
    state: MemoryState

    async def live(self, caller: Caller) -> Sequence[Session]:
        self.state.account(caller)
        own = [
            _session(id, family)
            for id, family in self.state.families.items()
            if family.account_id == caller.id and self._is_live(family)
        ]
        return sorted(own, key=lambda session: session.id, reverse=True)

    async def end(self, caller: Caller, session_id: UUID) -> None:
        self.state.account(caller)
        family = self.state.families.get(session_id)
        if family is None or family.account_id != caller.id or not self._is_live(family):
            raise NotFound("session")
        family.revoked_at = self.state.clock()

    async def ended(self, within: timedelta) -> Sequence[UUID]:
        since = self.state.clock() - within
        return [id for id, family in self.state.families.items() if family.revoked_at and family.revoked_at >= since]

    def _is_live(self, family: FamilyRow) -> bool:
        now = self.state.clock()
        fresh = now < family.refreshed_at + IDLE_LIFETIME and now < family.started_at + ABSOLUTE_LIFETIME
        return family.revoked_at is None and fresh


def _session(id: UUID, family: FamilyRow) -> Session:
    return Session(
        id=id,
        started_at=family.started_at,
        refreshed_at=family.refreshed_at,
        address=family.origin.address,
        agent=family.origin.agent,
    )
