"""What accounts need of the world beyond signing in (``credcore.sign_in_ports``).

The obligations of every store (``credcore.ports``) hold here as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from credcore.accounts import Account, Caller, UserRole
from credcore.audit import Actor, AuditEntry, Deed
from credcore.erasures import Erasure
from credcore.ports import Page
from credcore.sign_in_ports import StoredPassword

Plain = None | bool | int | float | str | Sequence["Plain"] | Mapping[str, "Plain"]
"""What JSON can hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountChanges:
    """None: stays as it is. ``consent_version`` names the text that was before the person who said ``ai_consent``."""

    name: str | None = None
    ai_consent: bool | None = None
    consent_version: str


class OwnAccountStore(Protocol):
    """What people do with their own accounts."""

    async def change(self, caller: Caller, changes: AccountChanges) -> Account:
        """The account as changed. Consent that is given or withdrawn anew is dated by the store's clock."""

    async def export(self, caller: Caller) -> Mapping[str, Sequence[Mapping[str, Plain]]]:
        """Everything that is held on the person, as one moment saw it: entries by section.

        Left out are secrets only, which would let whoever reads the export act as the person.
        """

    async def erase(self, caller: Caller, mark: bytes) -> None:
        """Nothing remains of the person, nor of what they did; counts without an identity stay.

        With the person's end ``mark`` goes into the ledger of erasures, by which it can be told that they were erased.
        """


class ErasureStore(Protocol):
    """The ledger of erasures, and everybody who might be in it."""

    async def ledger(self) -> Sequence[Erasure]:
        """Oldest first."""

    async def accounts(self, *, limit: int, after: UUID | None) -> Page[UUID]:
        """Everybody's identifier, greatest first."""

    async def erase_again(self, account_id: UUID, erasure: Erasure) -> bool:
        """As ``OwnAccountStore.erase``; ``erasure`` keeps its time. False where there is no such person (any more)."""

    async def enter(self, erasures: Sequence[Erasure]) -> None:
        """Adds those that the ledger lacks; an entry that stands stays as it is."""


class PasswordStore(Protocol):
    """Passwords of accounts that exist. A reset is held by the hash of its token alone, is spent once, and expires."""

    async def of(self, caller: Caller) -> StoredPassword: ...

    async def change(self, caller: Caller, password_hash: str) -> None:
        """The new password; all sessions but the caller's end, and all access tokens issued so far are dead."""

    async def open_reset(
        self, actor: Actor, entry_id: UUID, email: str, token_hash: bytes, lifetime: timedelta
    ) -> bool:
        """False where no account has the address. An earlier reset of it is void. Leaves an audit entry."""

    async def reset_of(self, token_hash: bytes) -> Account | None:
        """The account that the reset is for; None once it is spent, void or too old."""

    async def spend_reset(self, token_hash: bytes, password_hash: str) -> bool:
        """The new password; all sessions end, all access tokens are dead. Of many at once one gets True."""


class SecondFactorStore(Protocol):
    async def begin(self, caller: Caller, secret: str) -> bool:
        """Keeps an unconfirmed secret in place of an earlier one. False where a confirmed one stands."""

    async def confirm(self, caller: Caller, step: int, recovery_hashes: Sequence[bytes]) -> bool:
        """From now on log-in asks for it; ``step`` is spent. False where nothing waits for confirmation."""

    async def spend_step(self, account_id: UUID, step: int) -> bool:
        """Whether ``step`` is later than all that were spent: of many at once one gets True."""

    async def spend_recovery(self, account_id: UUID, code_hash: bytes) -> bool:
        """Whether this recovery code was not spent yet: of many at once one gets True."""

    async def remove(self, caller: Caller) -> None:
        """Neither secret nor recovery codes stay; there may be none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """One sign-in that can still be refreshed. ``id`` is its family's."""

    id: UUID
    started_at: datetime
    refreshed_at: datetime
    address: str | None
    agent: str | None


class SessionStore(Protocol):
    async def live(self, caller: Caller) -> Sequence[Session]:
        """The caller's own, newest (greatest id) first."""

    async def end(self, caller: Caller, session_id: UUID) -> None:
        """Its refresh tokens are dead. Raises NotFound for what is not a live session of the caller's."""

    async def ended(self, within: timedelta) -> Sequence[UUID]:
        """Sessions of anybody that were ended (signed out, ended by their owner, revoked) no longer ago than that."""


class PeopleStore(Protocol):
    """What administrators do, each deed with its audit entry in the same transaction.

    An actor with a caller must be a standing administrator. Raises Unauthenticated otherwise.
    """

    async def page(self, actor: Actor, entry_id: UUID, *, limit: int, after: UUID | None) -> Page[Account]:
        """Accounts, newest (greatest id) first."""

    async def by_email(self, actor: Actor, entry_id: UUID, email: str) -> Account:
        """Raises NotFound."""

    async def find(self, actor: Actor, entry_id: UUID, account_id: UUID) -> Account:
        """Raises NotFound."""

    async def set_role(self, actor: Actor, entry_id: UUID, account_id: UUID, role: UserRole) -> Account:
        """The account as changed; a real change ends its access tokens, since they carry the role. Raises NotFound."""

    async def remove_second_factor(self, actor: Actor, entry_id: UUID, account_id: UUID) -> Account:
        """The account as changed, without recovery codes; where there was no factor, no entry. Raises NotFound."""


class AuditStore(Protocol):
    async def record(
        self, actor: Actor, entry_id: UUID, deed: Deed, *, subject_id: UUID | None = None, detail: str = ""
    ) -> None:
        """An entry for what no other store records by itself."""

    async def entries(self, *, limit: int, after: UUID | None, since: datetime | None = None) -> Page[AuditEntry]:
        """Newest (greatest id) first; with ``since`` none from before."""

    async def emails(self, ids: Collection[UUID]) -> Mapping[UUID, str]:
        """The e-mail addresses of those who have an account, for whoever reads the entries."""


class StolenPasswords(Protocol):
    async def holds(self, password: str) -> bool:
        """Whether the password is on a list of common and stolen ones."""


class OneTimeCodes(Protocol):
    """Time-based one-time codes, RFC 6238."""

    def new_secret(self) -> str:
        """160 random bits, in the base-32 form that authenticator apps take."""

    def uri(self, secret: str, account_name: str) -> str:
        """What an authenticator app reads from a QR code."""

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        """The time step that ``code`` is right for: the current one, or one beside it, for clocks that differ."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """A message to one person: plain text."""

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    async def send(self, mail: Mail) -> None:
        """Raises Unavailable."""

    async def forget(self, to: str) -> None:
        """What still waits to be sent to that address is not sent any more: whoever has it is erased."""
