"""The scopes and roles that the description names are those that are asked for: no more, no fewer, on every call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from tests.http.access_stage import Who, caller
from tests.http.driving import PASSWORD, World
from tests.http.test_access import ARGUMENTS, CALLS, TABLE, is_about_something, path_of
from tests.http.test_description import DOCUMENT, OPERATIONS

from credcore.accounts import Scope, UserRole

SCHEMES = DOCUMENT["components"]["securitySchemes"]
CALLED_WITH_A_TOKEN = [case for case in OPERATIONS if case.values[2]["security"]]
SETS = [frozenset[Scope](), *(frozenset({scope}) for scope in Scope), *(frozenset(Scope) - {scope} for scope in Scope)]


def test_the_scopes_that_there_are_are_described() -> None:
    described = SCHEMES["partner"]["flows"]["clientCredentials"]["scopes"]
    assert set(described) == set(Scope)
    assert all(described.values())
    assert SCHEMES["partner"]["flows"]["clientCredentials"]["tokenUrl"] in DOCUMENT["paths"]


def test_whatever_is_required_is_a_scheme_and_a_call_for_anybody_requires_none() -> None:
    for case in OPERATIONS:
        operation = case.values[2]
        required = [name for way in operation["security"] for name in way]
        assert set(required) <= set(SCHEMES)
        assert bool(required) == CALLS[operation["operationId"]].authenticated


async def _is_forbidden(world: World, token: str, method: str, path: str) -> bool:
    """Asked about nothing that there is: 403 comes before that is told."""
    async with world.client(token) as client:
        answer = await client.request(method.upper(), path.replace("{", "").replace("}", ""), json={"nonsense": 1})
    return answer.status_code == 403


@pytest.mark.parametrize(("method", "path", "operation"), CALLED_WITH_A_TOKEN)
async def test_a_partner_needs_exactly_the_scopes_that_are_named(
    world: World, method: str, path: str, operation: dict[str, Iterable[dict[str, list[str]]]]
) -> None:
    named = [set(way["partner"]) for way in operation["security"] if "partner" in way]
    made = await world.platform()
    full = await world.services.clients.grant(str(made.client_id), made.client_secret, None)
    for scopes in SETS:
        token = world.tokens.issue(replace(full.caller, scopes=scopes))
        lets_in = any(required <= scopes for required in named)
        assert await _is_forbidden(world, token, method, path) is not lets_in, sorted(scopes)


@pytest.mark.parametrize(("method", "path", "operation"), CALLED_WITH_A_TOKEN)
async def test_a_person_needs_exactly_the_role_that_is_named(
    world: World, method: str, path: str, operation: dict[str, Iterable[dict[str, list[str]]]]
) -> None:
    [named] = [set(way["bearer"]) for way in operation["security"] if "bearer" in way]
    for role in UserRole:
        email = f"{role}@example.org"
        signed_in = await world.services.accounts.register(email=email, name="A", password=PASSWORD, role=role)
        lets_in = not named or role in named
        assert await _is_forbidden(world, world.tokens.issue(signed_in.caller), method, path) is not lets_in, role


@pytest.mark.parametrize(
    ("operation_id", "scope"), [(id, call.access.scope) for id, call in CALLS.items() if call.access.scope]
)
async def test_the_named_scope_alone_is_enough(world: World, operation_id: str, scope: Scope) -> None:
    call = CALLS[operation_id]
    by = await caller(world, Who.PARTNER, about_something=is_about_something(call))
    full = world.tokens.verify(by.client.headers["authorization"].removeprefix("Bearer "))
    arguments = ARGUMENTS[operation_id](by) if operation_id in ARGUMENTS else {}
    async with by.client, world.client(world.tokens.issue(replace(full, scopes=frozenset({scope})))) as client:
        answer = await client.request(call.method.value, path_of(operation_id, call.path, by), **arguments)
    assert answer.status_code == TABLE[operation_id][Who.PARTNER], answer.text
