"""Accounts and refresh tokens in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from credcore.accounts import NOWHERE, Account, Caller, Origin, RefreshOutcome, RefreshToken
from credcore.consent import CONSENT_VERSION
from credcore.errors import EmailTaken, Unauthenticated
from credcore.memory.rate_limits import hit
from credcore.memory.state import FamilyRow, MemoryState, SecretsRow, TokenRow
from credcore.rate_limits import DemandOf, require_admitted
from credcore.sign_in_ports import Presented, StoredPassword


@dataclass(frozen=True)
class MemoryAccounts:
    state: MemoryState

    async def add(self, account: Account, password_hash: str) -> Account:
        email = account.email.lower()
        if any(other.email == email for other in self.state.accounts.values()):
            raise EmailTaken
        now = self.state.clock()
        stored = replace(account, email=email, created_at=now)
        self.state.accounts[account.id] = stored
        self.state.secrets[account.id] = SecretsRow(
            password_hash=password_hash,
            password_set_at=now,
            consent_at=now if account.ai_consent else None,
            consent_version=CONSENT_VERSION if account.ai_consent else None,
        )
        return stored

    async def by_email(self, email: str) -> StoredPassword | None:
        for account in self.state.accounts.values():
            if account.email == email.lower():
                return stored_password(self.state, account)
        return None

    async def of(self, caller: Caller) -> Account:
        return self.state.account(caller)

    async def admit(self, caller: Caller) -> None:
        self.state.admit(caller)

    async def replace_password_hash(self, account_id: UUID, old_hash: str, new_hash: str) -> None:
        secrets = self.state.secrets.get(account_id)
        if secrets is not None and secrets.password_hash == old_hash:
            secrets.password_hash = new_hash


def stored_password(state: MemoryState, account: Account) -> StoredPassword:
    secrets = state.secrets[account.id]
    return StoredPassword(account=account, password_hash=secrets.password_hash, second_factor=secrets.second_factor)


@dataclass(frozen=True)
class MemoryRefreshTokens:
    state: MemoryState

    async def open_family(
        self,
        family_id: UUID,
        account_id: UUID,
        token_hash: bytes,
        origin: Origin = NOWHERE,
        epoch: int | None = None,
    ) -> None:
        account = self.state.accounts.get(account_id)
        if account is None or epoch not in (None, account.epoch):
            raise Unauthenticated
        if family_id in self.state.families:
            return
        now = self.state.clock()
        self.state.families[family_id] = FamilyRow(
            account_id=account_id, started_at=now, origin=origin, refreshed_at=now
        )
        self.state.tokens[token_hash] = TokenRow(family_id=family_id, issued_at=now)

    async def present(
        self,
        token_hash: bytes,
        successor_hash: bytes,
        decide: Callable[[RefreshToken, datetime], RefreshOutcome],
        limit: DemandOf | None = None,
    ) -> Presented:
        token = self.state.tokens.get(token_hash)
        family = self.state.families[token.family_id] if token else None
        account = self.state.accounts.get(family.account_id) if family else None
        if token is None or family is None or account is None:
            raise Unauthenticated
        now = self.state.clock()
        match decide(self._seen(token, family), now):
            case RefreshOutcome.ROTATE:
                self._count(family, limit)
                token.spent_at, token.successor = now, successor_hash
                family.refreshed_at = now
                self.state.tokens[successor_hash] = TokenRow(family_id=token.family_id, issued_at=now)
            case RefreshOutcome.SAME_AGAIN:
                pass
            case RefreshOutcome.REVOKE_FAMILY:
                family.revoked_at = now
                raise Unauthenticated
            case RefreshOutcome.REFUSE:
                raise Unauthenticated
        return Presented(account=account, family_id=token.family_id)

    async def revoke_family_of(self, token_hash: bytes, limit: DemandOf | None = None) -> UUID | None:
        token = self.state.tokens.get(token_hash)
        if token is None or self.state.families[token.family_id].revoked_at is not None:
            return None
        family = self.state.families[token.family_id]
        self._count(family, limit)
        family.revoked_at = self.state.clock()
        return token.family_id

    def _count(self, family: FamilyRow, limit: DemandOf | None) -> None:
        if limit is not None:
            require_admitted(hit(self.state, [limit(family.account_id)]))

    def _seen(self, token: TokenRow, family: FamilyRow) -> RefreshToken:
        following = self.state.tokens.get(token.successor) if token.successor else None
        return RefreshToken(
            family_id=token.family_id,
            issued_at=token.issued_at,
            family_started_at=family.started_at,
            spent_at=token.spent_at,
            successor_spent=following is not None and following.spent_at is not None,
            family_revoked=family.revoked_at is not None,
        )
