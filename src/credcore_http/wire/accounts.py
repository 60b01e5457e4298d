"""Accounts on the wire."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from credcore.accounts import Account, UserRole
from credcore_http.wire.base import Inbound, Outbound


class Registration(Inbound):
    email: str
    name: str
    password: str
    ai_consent: bool = False


class Login(Inbound):
    email: str
    password: str
    totp: str | None = None


class RefreshRequest(Inbound):
    refresh_token: str


class Tokens(Outbound):
    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


class Registered(Outbound):
    user_id: UUID
    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


class User(Outbound):
    user_id: UUID
    email: str
    name: str
    role: UserRole
    ai_consent: bool
    created_at: datetime


class JsonWebKey(Outbound):
    kty: str
    crv: str
    x: str
    kid: str
    use: str
    alg: str


class JsonWebKeySet(Outbound):
    keys: tuple[JsonWebKey, ...]


def to_user(account: Account) -> User:
    return User(
        user_id=account.id,
        email=account.email,
        name=account.name,
        role=account.role,
        ai_consent=account.ai_consent,
        created_at=account.created_at,
    )
