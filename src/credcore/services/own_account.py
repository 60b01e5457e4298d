"""What people do with their own accounts: change them, see where they are signed in, have everything, leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from credcore.account_ports import AccountChanges, Mailer, OwnAccountStore, PasswordStore, Plain, Session, SessionStore
from credcore.accounts import Account, Caller, parse_name
from credcore.consent import CONSENT_VERSION
from credcore.erasures import erasure_mark
from credcore.errors import InvalidCredentials
from credcore.ports import Page
from credcore.rights import require_person
from credcore.services.new_passwords import matches
from credcore.sign_in_ports import PasswordHasher


@dataclass(frozen=True, kw_only=True)
class OwnAccount:
    """``ledger_key``: see ``credcore.erasures``."""

    store: OwnAccountStore
    passwords: PasswordStore
    sessions_store: SessionStore
    hasher: PasswordHasher
    ledger_key: bytes
    mailer: Mailer

    async def change(self, caller: Caller, *, name: str | None = None, ai_consent: bool | None = None) -> Account:
        """None: stays as it is. Consent is to the text of today. Raises InvalidValue."""
        require_person(caller)
        checked = None if name is None else parse_name(name)
        changes = AccountChanges(name=checked, ai_consent=ai_consent, consent_version=CONSENT_VERSION)
        return await self.store.change(caller, changes)

    async def sessions(self, caller: Caller, *, limit: int, after: UUID | None) -> Page[Session]:
        """Newest (greatest id) first. A person has few: the store gives them all."""
        require_person(caller)
        live = await self.sessions_store.live(caller)
        rest = [session for session in live if after is None or session.id < after]
        shown = tuple(rest[:limit])
        return Page(items=shown, next_after=shown[-1].id if len(rest) > limit else None)

    async def end_session(self, caller: Caller, session_id: UUID) -> None:
        """Raises NotFound."""
        require_person(caller)
        await self.sessions_store.end(caller, session_id)

    async def export(self, caller: Caller) -> Mapping[str, Sequence[Mapping[str, Plain]]]:
        require_person(caller)
        return await self.store.export(caller)

    async def erase(self, caller: Caller, password: str) -> None:
        """Raises InvalidCredentials."""
        require_person(caller)
        stored = await self.passwords.of(caller)
        if not await matches(self.hasher, stored.password_hash, password):
            raise InvalidCredentials
        await self.store.erase(caller, erasure_mark(caller.id, self.ledger_key))
        await self.mailer.forget(stored.account.email)
