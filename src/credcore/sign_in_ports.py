"""What signing in needs of the world: accounts by their e-mail, slow hashes, and refresh tokens in families.

The obligations of every store (``credcore.ports``) hold here as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from credcore.accounts import NOWHERE, Account, Caller, Origin, RefreshOutcome, RefreshToken
from credcore.rate_limits import DemandOf
from credcore.second_factor import SecondFactor


class PasswordHasher(Protocol):
    """Slow hashing, off the event loop, in a bounded pool."""

    async def hash(self, password: str) -> str:
        """Raises Unavailable where too many are waiting already."""

    async def verify(self, stored: str | None, password: str) -> bool:
        """Takes as long with ``stored`` None, for an account that does not exist. Raises Unavailable as ``hash``."""

    def needs_rehash(self, stored: str) -> bool: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPassword:
    """``second_factor`` may still be unconfirmed; log-in asks for it where ``account.second_factor`` says so."""

    account: Account
    password_hash: str
    second_factor: SecondFactor | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Presented:
    """The account that a refresh token belongs to, and its family: the sign-in."""

    account: Account
    family_id: UUID


class AccountStore(Protocol):
    async def add(self, account: Account, password_hash: str) -> Account:
        """The account as stored, ``created_at`` by the store's clock. Raises EmailTaken, case folded."""

    async def by_email(self, email: str) -> StoredPassword | None: ...

    async def of(self, caller: Caller) -> Account:
        """The caller's own account. Raises Unauthenticated."""

    async def admit(self, caller: Caller) -> None:
        """Nothing but the check of any caller, person or partner: for what is refused before anything was looked up."""

    async def replace_password_hash(self, account_id: UUID, old_hash: str, new_hash: str) -> None:
        """The same password hashed anew; does nothing where ``old_hash`` no longer stands."""


class RefreshTokenStore(Protocol):
    async def open_family(
        self,
        family_id: UUID,
        account_id: UUID,
        token_hash: bytes,
        origin: Origin = NOWHERE,
        epoch: int | None = None,
    ) -> None:
        """A new family with its first token.

        Raises Unauthenticated where the account is gone, or its epoch is no longer ``epoch``: the password that was
        checked a moment ago may have been changed since.
        """

    async def present(
        self,
        token_hash: bytes,
        successor_hash: bytes,
        decide: Callable[[RefreshToken, datetime], RefreshOutcome],
        limit: DemandOf | None = None,
    ) -> Presented:
        """Does what ``decide(token, now)`` says, under a lock on the family: of a hundred at once one rotates.

        ROTATE spends the token and stores the successor; SAME_AGAIN changes nothing; both give the account.
        REVOKE_FAMILY revokes for good, then raises Unauthenticated; so do REFUSE and an unknown token.

        ``limit``: under the same lock each rotation, and nothing else, counts against this demand of the account, as
        exactly as with ``RateLimits.hit``. Raises RateLimited, and the token stays as it was.
        """

    async def revoke_family_of(self, token_hash: bytes, limit: DemandOf | None = None) -> UUID | None:
        """Ends the family, and says which it was where it had not ended; an unknown token is no error.

        Ending one counts against ``limit``. Raises RateLimited, and the family stands as it did.
        """
