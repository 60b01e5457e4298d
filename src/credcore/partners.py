"""Partner platforms: whom their clients speak for, and what a token of theirs is good for (OAuth 2.0, RFC 6749)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from credcore.accounts import Caller, Scope
from credcore.errors import Refused
from credcore.text import legible_line

OVERLAP = timedelta(hours=24)
"""After a rotation the secrets before go on working for this long, unless told otherwise: time to roll it out."""


class InvalidClient(Refused):
    """No such client, a wrong or expired secret, or one of them is disabled; which, is not said."""


class InvalidScope(Refused):
    """A scope was asked for that the client does not have."""


class PartnerNameTaken(Refused):
    """There is a partner of that name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """One program of a partner's. ``secrets`` is how many of its secrets are good now."""

    id: UUID
    scopes: frozenset[Scope]
    created_at: datetime
    disabled_at: datetime | None
    secrets: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Partner:
    """A platform that calls for its own learners. Whatever its clients start belongs to the partner."""

    id: UUID
    name: str
    created_at: datetime
    disabled_at: datetime | None
    clients: tuple[Client, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """What a client proves itself with: shown once, the secret is stored as a hash alone."""

    client_id: UUID
    client_secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """A client that has proved itself. ``caller`` has the scopes that were granted."""

    client_id: UUID
    caller: Caller


def parse_partner_name(text: str) -> str:
    return legible_line(text, "/name", max_length=200)


def parse_scopes(text: str) -> frozenset[Scope]:
    """Scopes as OAuth writes them, separated by spaces (RFC 6749, 3.3). Raises InvalidScope."""
    try:
        scopes = frozenset(Scope(word) for word in text.split(" ") if word)
    except ValueError:
        raise InvalidScope from None
    if not scopes:
        raise InvalidScope
    return scopes


def granted(allowed: frozenset[Scope], asked: str | None) -> frozenset[Scope]:
    """All that the client has unless it asks for less. Raises InvalidScope where it asks for more."""
    if asked is None:
        return allowed
    scopes = parse_scopes(asked)
    if not scopes <= allowed:
        raise InvalidScope
    return scopes


def written(scopes: Iterable[Scope]) -> str:
    """The scopes as OAuth writes them: what ``parse_scopes`` reads."""
    return " ".join(sorted(scopes))
