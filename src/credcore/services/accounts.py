"""Register, log in, stay logged in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from credcore.accounts import (
    Account,
    Caller,
    UserRole,
    parse_email,
    parse_name,
    parse_password,
    refresh_outcome,
    successor,
    token_hash,
)
from credcore.errors import InvalidCredentials, InvalidValue
from credcore.ports import AccountStore, IdSource, PasswordHasher, RefreshTokenStore, StoredPassword
from credcore.rights import require_person


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """An account with a refresh token for it. The access token is the business of whoever speaks HTTP."""

    account: Account
    refresh_token: str


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """``server_key`` (32 secret bytes, the same in all processes) makes the successors of refresh tokens."""

    store: AccountStore
    tokens: RefreshTokenStore
    hasher: PasswordHasher
    ids: IdSource
    server_key: bytes
    password_min_length: int = 15

    async def register(
        self,
        *,
        email: str,
        name: str,
        password: str,
        ai_consent: bool = False,
        role: UserRole = UserRole.STUDENT,
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
        checked = parse_password(password, min_length=self.password_min_length)
        stored = await self.store.add(account, await self.hasher.hash(checked))
        return await self._sign_in(stored)

    async def login(self, *, email: str, password: str) -> SignedIn:
        """Takes as long, and says the same, for an unknown address and a wrong password.

        Raises:
            InvalidCredentials.
        """
        stored = await self._stored(email)
        try:
            # Whoever registered under an older, shorter minimum still gets in.
            candidate = parse_password(password, min_length=1)
        except InvalidValue:
            candidate = ""
        right = await self.hasher.verify(stored.password_hash if stored else None, candidate)
        if stored is None or not right:
            raise InvalidCredentials
        if self.hasher.needs_rehash(stored.password_hash):
            anew = await self.hasher.hash(candidate)
            await self.store.replace_password_hash(stored.account.id, stored.password_hash, anew)
        return await self._sign_in(stored.account)

    async def refresh(self, refresh_token: str) -> SignedIn:
        """The account with the token that follows ``refresh_token``. Raises Unauthenticated."""
        following = successor(refresh_token, self.server_key)
        account = await self.tokens.present(token_hash(refresh_token), token_hash(following), refresh_outcome)
        return SignedIn(account=account, refresh_token=following)

    async def logout(self, refresh_token: str) -> None:
        """Ends the token's whole family; an unknown token is no error."""
        await self.tokens.revoke_family_of(token_hash(refresh_token))

    async def me(self, caller: Caller) -> Account:
        require_person(caller)
        return await self.store.of(caller)

    async def _stored(self, email: str) -> StoredPassword | None:
        try:
            return await self.store.by_email(parse_email(email))
        except InvalidValue:
            return None

    async def _sign_in(self, account: Account) -> SignedIn:
        token = self.ids.new_secret()
        await self.tokens.open_family(self.ids.new_id(), account.id, token_hash(token))
        return SignedIn(account=account, refresh_token=token)
