"""Forged, borrowed and worn-out access tokens, all of them refused the same way."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.http.driving import FakeClock, World, refusal

Claims = dict[str, Any]
Forge = Callable[[World, Claims], str]


def _key(world: World) -> Ed25519PrivateKey:
    return world.tokens.private_keys["test"]


def _sign(world: World, claims: Claims, **header: object) -> str:
    return jwt.encode(claims, _key(world), algorithm="EdDSA", headers={"typ": "at+jwt", "kid": "test", **header})


def _without(name: str) -> Forge:
    return lambda world, claims: _sign(world, {k: v for k, v in claims.items() if k != name})


def _with(**changed: object) -> Forge:
    return lambda world, claims: _sign(world, {**claims, **changed})


def _segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _unsigned(world: World, claims: Claims) -> str:
    return f"{_segment({'alg': 'none', 'typ': 'at+jwt', 'kid': 'test'})}.{_segment(claims)}."


def _hmac_with_the_public_key(world: World, claims: Claims) -> str:
    public = _key(world).public_key()
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return jwt.encode(claims, raw, algorithm="HS256", headers={"typ": "at+jwt", "kid": "test"})


def _other_key(world: World, claims: Claims) -> str:
    other = Ed25519PrivateKey.generate()
    return jwt.encode(claims, other, algorithm="EdDSA", headers={"typ": "at+jwt", "kid": "test"})


def _tampered(world: World, claims: Claims) -> str:
    head, _, signature = _sign(world, claims).split(".")
    return f"{head}.{_segment({**claims, 'role': 'admin'})}.{signature}"


FORGERIES: dict[str, Forge] = {
    "alg none": _unsigned,
    "HS256 with the public key": _hmac_with_the_public_key,
    "another environment's key": _other_key,
    "changed after signing": _tampered,
    "unknown kid": lambda world, claims: _sign(world, claims, kid="other"),
    "no kid": lambda world, claims: jwt.encode(claims, _key(world), algorithm="EdDSA", headers={"typ": "at+jwt"}),
    "typ JWT": lambda world, claims: _sign(world, claims, typ="JWT"),
    "no typ": lambda world, claims: _sign(world, claims, typ=None),
    "refresh typ": lambda world, claims: _sign(world, claims, typ="rt+jwt"),
    "unknown critical header": lambda world, claims: _sign(world, claims, crit=["x"], x=1),
    **{f"no {name}": _without(name) for name in ("exp", "iat", "nbf", "aud", "iss", "sub", "jti", "kind", "epoch")},
    "other audience": _with(aud="somebody-else"),
    "other issuer": _with(iss="https://evil.example"),
    "other subject": _with(sub="019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11"),
    "subject that is no id": _with(sub="1 OR 1=1"),
    "older epoch": _with(epoch=0),
    "epoch as text": _with(epoch="1"),
    "unknown kind": _with(kind="root"),
    "unknown role": _with(role="root"),
    "unknown scope": _with(scope="everything"),
    "expired": _with(exp=1_600_000_000),
    "expiry as text": _with(exp="soon"),
    "not yet valid": _with(nbf=4_000_000_000),
    "cut": lambda world, claims: _sign(world, claims)[:-3],
    "no token at all": lambda world, claims: "x",
}


@pytest.fixture
async def claims(world: World, student: httpx.AsyncClient) -> Claims:
    token = student.headers["authorization"].removeprefix("Bearer ")
    return dict(jwt.decode(token, options={"verify_signature": False}))


def test_there_are_enough_forgeries_to_mean_something() -> None:
    assert len(FORGERIES) >= 25


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_token_is_refused(world: World, claims: Claims, forgery: str) -> None:
    async with world.client(FORGERIES[forgery](world, claims)) as forger:
        assert refusal(await forger.get("/users/me")) == (401, "unauthenticated")


async def test_the_claims_as_they_are_are_accepted(world: World, claims: Claims) -> None:
    async with world.client(_sign(world, claims)) as student:
        assert (await student.get("/users/me")).status_code == 200


async def test_a_token_lives_as_long_as_it_says_and_half_a_minute(
    world: World, student: httpx.AsyncClient, clock: FakeClock
) -> None:
    clock.advance(seconds=timedelta(hours=24).total_seconds() + 29)
    assert (await student.get("/users/me")).status_code == 200
    clock.advance(seconds=1)
    assert refusal(await student.get("/users/me")) == (401, "unauthenticated")


@pytest.mark.parametrize("header", ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "bearer x y", ""])
async def test_only_a_bearer_token_identifies(world: World, header: str) -> None:
    async with world.client() as anonymous:
        answer = await anonymous.get("/users/me", headers={"Authorization": header})
    assert refusal(answer) == (401, "unauthenticated")


async def test_a_refresh_token_is_no_access_token(world: World) -> None:
    body = {"email": "b@example.org", "name": "B", "password": "a password of some length"}
    async with world.client() as anonymous:
        tokens = (await anonymous.post("/auth/register", json=body)).json()
    async with world.client(tokens["refreshToken"]) as confused:
        assert refusal(await confused.get("/users/me")) == (401, "unauthenticated")


async def test_published_keys_verify_what_we_sign(world: World, student: httpx.AsyncClient) -> None:
    async with world.client() as anonymous:
        [key] = (await anonymous.get("/.well-known/jwks.json")).json()["keys"]
    token = student.headers["authorization"].removeprefix("Bearer ")
    public = jwt.PyJWK(key)
    options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    verified = jwt.decode(token, public.key, algorithms=["EdDSA"], audience="credcore", options=options)
    assert verified["iss"] == "credcore"
    assert "d" not in key
