"""Register, log in, stay logged in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from credcore.account_ports import StolenPasswords
from credcore.accounts import (
    NOWHERE,
    Account,
    Caller,
    Origin,
    UserRole,
    parse_email,
    parse_name,
    parse_password,
    refresh_outcome,
    successor,
    token_hash,
)
from credcore.errors import InvalidCredentials, InvalidValue, SecondFactorRequired, Unauthenticated
from credcore.passwords import Owner
from credcore.ports import IdSource
from credcore.rights import require_person
from credcore.services.attempts import Attempts, TokenUse
from credcore.services.new_passwords import NewPasswords, matches
from credcore.services.second_factor import SecondFactors
from credcore.sign_in_ports import AccountStore, PasswordHasher, RefreshTokenStore, StoredPassword


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """An account with a refresh token for it. The access token is the business of whoever speaks HTTP."""

    account: Account
    refresh_token: str
    session_id: UUID

    @property
    def caller(self) -> Caller:
        return self.account.caller_in(self.session_id)


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """``server_key`` (32 secret bytes, the same in all processes) makes the successors of refresh tokens.

    Without ``factors`` nobody gets in whose account asks for a second one. Without ``attempts`` nobody counts how often
    tokens are used.
    """

    store: AccountStore
    tokens: RefreshTokenStore
    hasher: PasswordHasher
    ids: IdSource
    server_key: bytes
    password_min_length: int = 15
    stolen: StolenPasswords | None = None
    factors: SecondFactors | None = None
    attempts: Attempts | None = None

    @property
    def new_passwords(self) -> NewPasswords:
        return NewPasswords(hasher=self.hasher, stolen=self.stolen, min_length=self.password_min_length)

    async def register(
        self,
        *,
        email: str,
        name: str,
        password: str,
        ai_consent: bool = False,
        role: UserRole = UserRole.STUDENT,
        origin: Origin = NOWHERE,
    ) -> SignedIn:
        """Raises InvalidValue, EmailTaken."""
        account = Account(
            id=self.ids.new_id(),
            email=parse_email(email),
            name=parse_name(name),
            role=role,
            ai_consent=ai_consent,
            created_at=datetime.fromtimestamp(0, UTC),
        )
        hashed = await self.new_passwords.hashed(password, Owner(email=account.email, name=account.name))
        return await self._sign_in(await self.store.add(account, hashed), origin)

    async def login(self, *, email: str, password: str, code: str | None = None, origin: Origin = NOWHERE) -> SignedIn:
        """Takes as long, and says the same, for an unknown address and a wrong password.

        ``code``: a one-time or recovery code, for an account that asks for one.

        Raises:
            InvalidCredentials; SecondFactorRequired, RateLimited once the password was right.
        """
        stored = await self._stored(email)
        right = await matches(self.hasher, stored.password_hash if stored else None, password)
        if stored is None or not right:
            raise InvalidCredentials
        await self._require_second_factor(stored, code)
        if self.hasher.needs_rehash(stored.password_hash):
            anew = await self.hasher.hash(parse_password(password, min_length=1))
            await self.store.replace_password_hash(stored.account.id, stored.password_hash, anew)
        return await self._sign_in(stored.account, origin)

    async def refresh(self, refresh_token: str) -> SignedIn:
        """The account with the token that follows ``refresh_token``.

        A new successor counts for the account; the same one again does not, so that a lost answer can be asked for as
        often as it takes. What is refused counts for the token alone: a dead one must not shut its owner out.

        Raises:
            Unauthenticated, RateLimited.
        """
        following = successor(refresh_token, self.server_key)
        limit = self.attempts.of(TokenUse.REFRESH) if self.attempts else None
        try:
            presented = await self.tokens.present(
                token_hash(refresh_token), token_hash(following), refresh_outcome, limit
            )
        except Unauthenticated:
            await self._refuse(refresh_token)
            raise
        return SignedIn(account=presented.account, refresh_token=following, session_id=presented.family_id)

    async def logout(self, refresh_token: str) -> UUID | None:
        """Ends the token's whole family: the session given. An unknown token is no error.

        Ending one counts for the account; a token that ends nothing counts by itself. Raises RateLimited.
        """
        limit = self.attempts.of(TokenUse.LOGOUT) if self.attempts else None
        ended = await self.tokens.revoke_family_of(token_hash(refresh_token), limit)
        if ended is None:
            await self._refuse(refresh_token)
        return ended

    async def me(self, caller: Caller) -> Account:
        require_person(caller)
        return await self.store.of(caller)

    async def admit(self, caller: Caller) -> None:
        """Raises Unauthenticated unless the caller, person or partner, stands."""
        await self.store.admit(caller)

    async def _refuse(self, token: str) -> None:
        if self.attempts is not None:
            await self.attempts.refuse(token)

    async def _stored(self, email: str) -> StoredPassword | None:
        try:
            return await self.store.by_email(parse_email(email))
        except InvalidValue:
            return None

    async def _require_second_factor(self, stored: StoredPassword, code: str | None) -> None:
        if not stored.account.second_factor:
            return
        if self.factors is None or code is None or not await self.factors.accepts(stored, code):
            raise SecondFactorRequired

    async def _sign_in(self, account: Account, origin: Origin) -> SignedIn:
        token, session_id = self.ids.new_secret(), self.ids.new_id()
        await self.tokens.open_family(session_id, account.id, token_hash(token), origin, account.epoch)
        return SignedIn(account=account, refresh_token=token, session_id=session_id)
