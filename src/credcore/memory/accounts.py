"""Accounts and refresh tokens in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from credcore.accounts import Account, Caller, RefreshOutcome, RefreshToken
from credcore.errors import EmailTaken, Unauthenticated
from credcore.memory.state import MemoryState
from credcore.ports import StoredPassword


@dataclass(frozen=True)
class MemoryAccounts:
    state: MemoryState
    _hashes: dict[UUID, str] = field(default_factory=dict)

    async def add(self, account: Account, password_hash: str) -> Account:
        email = account.email.lower()
        if any(other.email == email for other in self.state.accounts.values()):
            raise EmailTaken
        stored = replace(account, email=email, created_at=self.state.clock())
        self.state.accounts[account.id] = stored
        self._hashes[account.id] = password_hash
        return stored

    async def by_email(self, email: str) -> StoredPassword | None:
        for account in self.state.accounts.values():
            if account.email == email.lower():
                return StoredPassword(account=account, password_hash=self._hashes[account.id])
        return None

    async def of(self, caller: Caller) -> Account:
        self.state.admit(caller)
        account = self.state.accounts.get(caller.id)
        if account is None:
            raise Unauthenticated
        return account

    async def replace_password_hash(self, account_id: UUID, old_hash: str, new_hash: str) -> None:
        if self._hashes.get(account_id) == old_hash:
            self._hashes[account_id] = new_hash


@dataclass(slots=True)
class _Family:
    account_id: UUID
    started_at: datetime
    revoked: bool = False


@dataclass(slots=True)
class _Token:
    family_id: UUID
    issued_at: datetime
    spent_at: datetime | None = None
    successor: bytes | None = None


@dataclass(frozen=True)
class MemoryRefreshTokens:
    state: MemoryState
    _families: dict[UUID, _Family] = field(default_factory=dict)
    _tokens: dict[bytes, _Token] = field(default_factory=dict)

    async def open_family(self, family_id: UUID, account_id: UUID, token_hash: bytes) -> None:
        if account_id not in self.state.accounts:
            raise Unauthenticated
        now = self.state.clock()
        self._families[family_id] = _Family(account_id, now)
        self._tokens[token_hash] = _Token(family_id, now)

    async def present(
        self,
        token_hash: bytes,
        successor_hash: bytes,
        decide: Callable[[RefreshToken, datetime], RefreshOutcome],
    ) -> Account:
        token = self._tokens.get(token_hash)
        family = self._families[token.family_id] if token else None
        account = self.state.accounts.get(family.account_id) if family else None
        if token is None or family is None or account is None:
            raise Unauthenticated
        now = self.state.clock()
        match decide(self._seen(token, family), now):
            case RefreshOutcome.ROTATE:
                token.spent_at, token.successor = now, successor_hash
                self._tokens[successor_hash] = _Token(token.family_id, now)
            case RefreshOutcome.SAME_AGAIN:
                pass
            case RefreshOutcome.REVOKE_FAMILY:
                family.revoked = True
                raise Unauthenticated
            case RefreshOutcome.REFUSE:
                raise Unauthenticated
        return account

    async def revoke_family_of(self, token_hash: bytes) -> None:
        if token := self._tokens.get(token_hash):
            self._families[token.family_id].revoked = True

    def _seen(self, token: _Token, family: _Family) -> RefreshToken:
        following = self._tokens.get(token.successor) if token.successor else None
        return RefreshToken(
            family_id=token.family_id,
            issued_at=token.issued_at,
            family_started_at=family.started_at,
            spent_at=token.spent_at,
            successor_spent=following is not None and following.spent_at is not None,
            family_revoked=family.revoked,
        )
