"""Accounts on the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from credcore.account_ports import Plain, Session
from credcore.accounts import Account, UserRole
from credcore_http.wire.base import Inbound, Outbound, Time

EXPORT_FORMAT = "credcore-export-1"


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


class AccountPatch(Inbound):
    name: str | msgspec.UnsetType = msgspec.UNSET
    ai_consent: bool | msgspec.UnsetType = msgspec.UNSET


class PasswordChange(Inbound):
    current_password: str
    new_password: str


class Reset(Inbound):
    token: str
    new_password: str


class Erasure(Inbound):
    password: str


class FactorConfirmation(Inbound):
    code: str


class FactorRemoval(Inbound):
    password: str
    code: str


class RoleChange(Inbound):
    role: UserRole


class FactorEnrolment(Outbound):
    secret: str
    otpauth_uri: str


class RecoveryCodes(Outbound):
    recovery_codes: tuple[str, ...]


class SessionView(Outbound):
    """``current``: the one that the request's access token belongs to."""

    session_id: UUID
    started_at: Time
    last_used_at: Time
    address: str | None
    user_agent: str | None
    current: bool


class SessionList(Outbound):
    items: tuple[SessionView, ...]
    next_cursor: str | None


class Export(Outbound):
    """``held``: entries by section, as docs/export.md describes them."""

    format: str
    exported_at: Time
    held: dict[str, list[dict[str, Any]]]  # Any: JSON


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
    created_at: Time


class JsonWebKey(Outbound):
    kty: str
    crv: str
    x: str
    kid: str
    use: str
    alg: str


class JsonWebKeySet(Outbound):
    keys: tuple[JsonWebKey, ...]


def to_session(session: Session, current: UUID | None) -> SessionView:
    return SessionView(
        session_id=session.id,
        started_at=session.started_at,
        last_used_at=session.refreshed_at,
        address=session.address,
        user_agent=session.agent,
        current=session.id == current,
    )


def to_export(held: Mapping[str, Sequence[Mapping[str, Plain]]], now: datetime) -> Export:
    return Export(
        format=EXPORT_FORMAT,
        exported_at=now,
        held={_camel(section): [_camelled(entry) for entry in entries] for section, entries in held.items()},
    )


def _camelled(value: Plain) -> Any:  # Any: JSON
    match value:
        case Mapping():
            return {_camel(name): _camelled(entry) for name, entry in value.items()}
        case list() | tuple():
            return [_camelled(entry) for entry in value]
    return value


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda letter: letter.group(1).upper(), name)


def to_user(account: Account) -> User:
    return User(
        user_id=account.id,
        email=account.email,
        name=account.name,
        role=account.role,
        ai_consent=account.ai_consent,
        created_at=account.created_at,
    )
