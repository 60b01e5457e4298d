"""People and partners: who calls, what a valid e-mail and password is, how refresh tokens follow each other."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from credcore.errors import InvalidValue
from credcore.text import legible_line, storable

PASSWORD_MAX_LENGTH = 128
"""Characters: room for any phrase; what is longer only costs time to hash."""
OVERLAP = timedelta(seconds=10)
"""A spent refresh token gives the same successor again for this long: the answer may have been lost on its way."""
IDLE_LIFETIME = timedelta(days=14)
ABSOLUTE_LIFETIME = timedelta(days=30)
"""A sign-in ends when it rested for two weeks, and after a month whatever was done with it (ASVS 7.3.1 and 7.3.2)."""


class CallerKind(StrEnum):
    USER = "user"
    PARTNER = "partner"


class UserRole(StrEnum):
    STUDENT = "student"
    ADVISOR = "advisor"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a partner's token may be good for."""

    ASSESSMENTS_WRITE = "assessments:write"
    PROFILES_READ = "profiles:read"
    RECOMMENDATIONS_READ = "recommendations:read"


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who calls, as their access token says. ``epoch`` must still be the account's: stores check it in each query.

    ``session_id`` is the sign-in (the family of refresh tokens) that the access token was issued with.
    """

    id: UUID
    kind: CallerKind
    epoch: int
    role: UserRole | None = None
    scopes: frozenset[Scope] = frozenset()
    session_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """``second_factor``: log-in asks for a one-time code."""

    id: UUID
    email: str
    name: str
    role: UserRole
    ai_consent: bool
    created_at: datetime
    epoch: int = 1
    second_factor: bool = False

    @property
    def caller(self) -> Caller:
        return Caller(id=self.id, kind=CallerKind.USER, epoch=self.epoch, role=self.role)

    def caller_in(self, session_id: UUID) -> Caller:
        return replace(self.caller, session_id=session_id)

    @property
    def lacks_second_factor(self) -> bool:
        """Whoever sees other people's data should have one, and is reminded until they do."""
        return self.role is not UserRole.STUDENT and not self.second_factor


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a request came from: the client's address, and the program that it says it is. Neither is proof."""

    address: str | None = None
    agent: str | None = None


NOWHERE = Origin()


def parse_email(text: str, pointer: str = "/email") -> str:
    """The address in the form it is stored and looked up in: NFC, lower case.

    Checks the shape alone (RFC 5321 lengths, one ``@``, a dot in the domain); only a mail that arrives proves more.
    """
    address = legible_line(text, pointer, max_length=254, joined=False).lower()
    local, at, domain = address.rpartition("@")
    plain = not any(character.isspace() or character in '<>(),;:"[]\\@' for character in local + domain)
    labels = domain.split(".")
    if not (at and local and plain and len(local) <= 64 and len(labels) >= 2 and all(labels)):
        raise InvalidValue(pointer, "is not an e-mail address")
    return address


def parse_name(text: str, pointer: str = "/name") -> str:
    """A name as people read it: any script, in NFC, and nothing in it that cannot be seen."""
    return legible_line(text, pointer, max_length=200)


def parse_password(text: str, *, min_length: int, pointer: str = "/password") -> str:
    """A password as it is hashed: NFKC, so that the same characters typed elsewhere give the same bytes.

    Length is the only rule of composition (NIST SP 800-63B-4, 3.1.1.2), counted in characters after normalisation.
    """
    storable(text, pointer, max_length=4 * PASSWORD_MAX_LENGTH)
    password = unicodedata.normalize("NFKC", text)
    return storable(password, pointer, min_length=min_length, max_length=PASSWORD_MAX_LENGTH)


def token_hash(token: str) -> bytes:
    """What is stored of an opaque token. It has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def successor(token: str, server_key: bytes) -> str:
    """The refresh token that follows ``token``: always the same one, so that asking twice cannot fork a family."""
    return hmac.new(server_key, token.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class RefreshToken:
    """One refresh token and its family, as stored. ``spent_at`` None: it is the family's newest."""

    family_id: UUID
    issued_at: datetime
    family_started_at: datetime
    spent_at: datetime | None
    successor_spent: bool
    family_revoked: bool


class RefreshOutcome(StrEnum):
    ROTATE = "rotate"
    SAME_AGAIN = "same-again"
    REVOKE_FAMILY = "revoke-family"
    REFUSE = "refuse"


def refresh_outcome(token: RefreshToken, now: datetime) -> RefreshOutcome:
    """What presenting ``token`` at ``now`` leads to. Sources: RFC 9700, 4.14.2, and FAPI 2.0 on lost answers."""
    too_old = now >= token.family_started_at + ABSOLUTE_LIFETIME
    if token.family_revoked or too_old:
        return RefreshOutcome.REFUSE
    if token.spent_at is None:
        idle = now >= token.issued_at + IDLE_LIFETIME
        return RefreshOutcome.REFUSE if idle else RefreshOutcome.ROTATE
    if now < token.spent_at + OVERLAP and not token.successor_spent:
        return RefreshOutcome.SAME_AGAIN
    return RefreshOutcome.REVOKE_FAMILY
