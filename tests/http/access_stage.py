"""Everybody who can call, each with something of theirs to call about: what the access table is tried on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import httpx
from tests.http.driving import PASSWORD, World, completed, start

from credcore.accounts import Scope, UserRole


class Who(StrEnum):
    ANONYMOUS = "anonymous"
    OWNER = "student, owner"
    OTHER = "other student"
    ADVISOR = "advisor with a share"
    STRANGER = "advisor without a share"
    PARTNER = "partner, owner"
    OTHER_PARTNER = "other partner"
    NO_SCOPE = "partner, owner, without the scope"
    ADMIN = "admin"


NOBODYS = "019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11"
PARTNERS = {Who.PARTNER, Who.OTHER_PARTNER, Who.NO_SCOPE}
ROLES = {Who.ADVISOR: UserRole.ADVISOR, Who.STRANGER: UserRole.ADVISOR, Who.ADMIN: UserRole.ADMIN}


@dataclass(frozen=True, kw_only=True)
class Things:
    """What belongs to one owner: a profile, an assessment that goes on, a share."""

    profile: dict[str, Any]
    going_on: dict[str, Any]
    share_id: str

    @property
    def done(self) -> str:
        return str(self.profile["assessmentId"])

    @property
    def open(self) -> str:
        return str(self.going_on["assessmentId"])


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls, their refresh token and session, and what they call about: the student's, or the partner's things."""

    who: Who
    client: httpx.AsyncClient
    about: Things
    refresh_token: str
    session_id: str
    owner_id: str
    credentials: tuple[str, str]


NOTHING = Things(
    profile={"assessmentId": NOBODYS, "recommendations": [{"recommendationId": NOBODYS}]},
    going_on={"assessmentId": NOBODYS},
    share_id=NOBODYS,
)


async def caller(world: World, who: Who, *, about_something: bool) -> Caller:
    """A stage of its own for one caller, since most calls change something."""
    owner, owner_tokens = await _person(world, "owner@example.org", UserRole.STUDENT)
    partner = await world.platform()
    credentials = (str(partner.client_id), partner.client_secret)
    async with owner, await _platform(world, credentials, frozenset(Scope)) as platform:
        about = NOTHING
        if about_something:
            about = await _things(platform if who in PARTNERS else owner, shared=who not in PARTNERS)
    client, tokens = await _client(world, who, owner_tokens, credentials)
    return Caller(
        who=who,
        client=client,
        about=about,
        refresh_token=tokens["refreshToken"],
        session_id=str(world.tokens.verify(tokens["accessToken"]).session_id),
        owner_id=owner_tokens["userId"],
        credentials=credentials,
    )


async def _client(
    world: World, who: Who, owner: dict[str, str], credentials: tuple[str, str]
) -> tuple[httpx.AsyncClient, dict[str, str]]:
    """Partners and nobody have no session of their own: they get the owner's to try."""
    match who:
        case Who.ANONYMOUS:
            return world.client(), owner
        case Who.OWNER:
            return world.client(owner["accessToken"]), owner
        case Who.PARTNER:
            return await _platform(world, credentials, frozenset(Scope)), owner
        case Who.NO_SCOPE:
            return await _platform(world, credentials, frozenset()), owner
        case Who.OTHER_PARTNER:
            other = await world.platform()
            return await _platform(world, (str(other.client_id), other.client_secret), frozenset(Scope)), owner
    email = "advisor@example.org" if who is Who.ADVISOR else "somebody@example.org"
    return await _person(world, email, ROLES.get(who, UserRole.STUDENT))


async def _person(world: World, email: str, role: UserRole) -> tuple[httpx.AsyncClient, dict[str, str]]:
    signed_in = await world.services.accounts.register(email=email, name="A Person", password=PASSWORD, role=role)
    access = world.tokens.issue(signed_in.caller)
    tokens = {"accessToken": access, "refreshToken": signed_in.refresh_token, "userId": str(signed_in.account.id)}
    return world.client(access), tokens


async def _platform(world: World, credentials: tuple[str, str], scopes: frozenset[Scope]) -> httpx.AsyncClient:
    """A token with ``scopes``; with none of them at all where there are none, which no grant would give."""
    form = {"grant_type": "client_credentials", "scope": " ".join(sorted(scopes))}
    async with world.client() as anonymous:
        answer = await anonymous.post("/auth/token", data=form, auth=credentials)
    token = answer.json()["access_token"]
    if not scopes:
        token = world.tokens.issue(replace(world.tokens.verify(token), scopes=frozenset()))
    return world.client(token)


async def _things(client: httpx.AsyncClient, *, shared: bool) -> Things:
    profile = await completed(client, form="screener")
    share_id = NOBODYS
    if shared:
        body = {"advisorEmail": "advisor@example.org"}
        made = await client.post(f"/profiles/{profile['assessmentId']}/shares", json=body)
        assert made.status_code == 201, made.text
        share_id = made.json()["shareId"]
    return Things(profile=profile, going_on=await start(client, form="screener"), share_id=share_id)
