"""Access tokens: JWTs in the shape of RFC 9068, signed with Ed25519, verified without asking anybody."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from credcore.accounts import Caller, CallerKind, Scope, UserRole
from credcore.errors import Unauthenticated
from credcore_http.wire.accounts import JsonWebKey, JsonWebKeySet

ALGORITHM = "EdDSA"
TYPE = "at+jwt"
OWN_CLIENT = "credcore"
"""RFC 9068 wants a client named (2.2): whoever signs in with a password uses this API itself."""
LEEWAY = timedelta(seconds=30)
REQUIRED = ("exp", "iat", "nbf", "aud", "iss", "sub", "jti")


class EndedSessions:
    """Sessions whose access tokens count no more, though they have not expired.

    What ends in this process counts here at once; what ends in another, when the store was asked again.
    """

    def __init__(self) -> None:
        self._here: set[UUID] = set()
        self._stored: frozenset[UUID] = frozenset()

    def __contains__(self, session_id: UUID | None) -> bool:
        return session_id in self._here or session_id in self._stored

    def add(self, session_id: UUID) -> None:
        self._here.add(session_id)

    def take(self, stored: Iterable[UUID]) -> None:
        """What the store knows by now: all that ended within the lifetime of an access token."""
        self._stored = frozenset(stored)
        self._here -= self._stored


@dataclass(frozen=True, kw_only=True)
class AccessTokens:
    """``private_keys`` by key id, newest last: the newest signs, all verify."""

    private_keys: Mapping[str, Ed25519PrivateKey]
    issuer: str
    audience: str
    lifetime: timedelta
    now: Callable[[], datetime]
    ended: EndedSessions = field(default_factory=EndedSessions)

    def issue(self, caller: Caller, client_id: str = OWN_CLIENT) -> str:
        kid, key = list(self.private_keys.items())[-1]
        now = self.now()
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(caller.id),
            "client_id": client_id,
            "jti": str(uuid4()),
            "iat": now,
            "nbf": now,
            "exp": now + self.lifetime,
            "scope": " ".join(sorted(caller.scopes)),
            "kind": caller.kind,
            "epoch": caller.epoch,
        }
        if caller.role is not None:
            claims["role"] = caller.role
        if caller.session_id is not None:
            claims["sid"] = str(caller.session_id)
        return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"typ": TYPE, "kid": kid})

    def verify(self, token: str) -> Caller:
        """Who the token says is calling. Whether their account still stands is asked with the call's own query.

        Raises:
            Unauthenticated: whatever is wrong with it; which, is nobody's business.
        """
        try:
            header = jwt.get_unverified_header(token)
            if header.get("typ") != TYPE:
                raise Unauthenticated
            claims = jwt.decode(
                token,
                self.private_keys[header["kid"]].public_key(),
                algorithms=[ALGORITHM],
                audience=self.audience,
                issuer=self.issuer,
                leeway=LEEWAY,
                options={"require": list(REQUIRED), "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
            self._check_times(claims["exp"], claims["nbf"])
            caller = _caller(claims)
            if caller.session_id in self.ended:
                raise Unauthenticated
            return caller
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError):
            raise Unauthenticated from None

    def key_set(self) -> JsonWebKeySet:
        """The public keys, for whoever wants to verify a token without us (RFC 8037)."""
        return JsonWebKeySet(keys=tuple(_public(kid, key.public_key()) for kid, key in self.private_keys.items()))

    def _check_times(self, expires: float, not_before: float) -> None:
        # PyJWT asks the system's clock; ours is an argument.
        now = self.now().timestamp()
        leeway = LEEWAY.total_seconds()
        if now >= expires + leeway or now < not_before - leeway:
            raise Unauthenticated


def _caller(claims: Mapping[str, object]) -> Caller:
    role, epoch, session_id = claims.get("role"), claims["epoch"], claims.get("sid")
    if not isinstance(epoch, int):
        raise TypeError("epoch")
    return Caller(
        id=UUID(str(claims["sub"])),
        kind=CallerKind(str(claims["kind"])),
        epoch=epoch,
        role=UserRole(str(role)) if role is not None else None,
        scopes=frozenset(Scope(scope) for scope in str(claims.get("scope", "")).split()),
        session_id=UUID(str(session_id)) if session_id is not None else None,
    )


def _public(kid: str, key: Ed25519PublicKey) -> JsonWebKey:
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return JsonWebKey(kty="OKP", crv="Ed25519", x=x, kid=kid, use="sig", alg=ALGORITHM)
