"""401, then 403, then 404, then 422: whatever else is wrong with a request, on every route, by construction."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.http.access_stage import NOBODYS, Caller, Who, caller
from tests.http.driving import World, refusal
from tests.http.test_access import ARGUMENTS, CALLS, TABLE, is_about_something, path_of

from credcore.memory import MemoryAccounts
from credcore_http.calls import Call

BAD_QUERY = {"limit": "abc", "cursor": "x", "revision": "0", "learnerRef": "", "assessmentId": "not-an-id"}
BAD_KEY = {"Idempotency-Key": "a b"}
NONSENSE = {"nonsense": 1}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a request that is in order otherwise."""

    name: str
    id: str | None = None
    changed: Mapping[str, Any] = field(default_factory=dict)

    def arguments(self, call: Call, by: Caller) -> dict[str, Any]:
        given = dict(ARGUMENTS[call.operation_id](by)) if call.operation_id in ARGUMENTS else {}
        return given | self.changed

    def path(self, call: Call, by: Caller) -> str:
        if self.id is None:
            return path_of(call.operation_id, call.path, by)
        return re.sub(r"\{\w+:str\}", self.id, call.path)


def faults(call: Call) -> Iterator[Fault]:
    """None, each that the call can have, and all at once."""
    named = {parameter.name: parameter.place for parameter in call.parameters}
    query = {name: value for name, value in BAD_QUERY.items() if named.get(name) == "query"}
    every: dict[str, Any] = {"params": query} if query else {}
    yield Fault("nothing")
    if "{" in call.path:
        yield Fault("a malformed id", id="not-an-id")
        yield Fault("an unknown id", id=NOBODYS)
    for name, value in query.items():
        yield Fault(name, changed={"params": {name: value}})
    if call.body is not None:
        yield Fault("nonsense", changed={"json": NONSENSE})
        yield Fault("no object", changed={"json": []})
        every["json"] = NONSENSE
    if "Idempotency-Key" in named:
        yield Fault("key", changed={"headers": BAD_KEY})
        every["headers"] = BAD_KEY
    yield Fault("everything", id="not-an-id" if "{" in call.path else None, changed=every)


def rows(status: int) -> list[tuple[str, Who]]:
    """Every call, and everybody whom the access table refuses it with ``status``."""
    refused = ((call, who) for call, row in TABLE.items() for who, expected in row.items() if expected == status)
    return [(call, who) for call, who in refused if CALLS[call].authenticated]


async def _refusals(world: World, operation_id: str, who: Who, *, dead: bool = False) -> dict[str, tuple[int, str]]:
    """What each fault of the call is answered with."""
    call = CALLS[operation_id]
    by = await caller(world, who, about_something=is_about_something(call))
    if dead:
        _end(world, by)
    answers = {}
    async with by.client as client:
        for fault in faults(call):
            asked = client.build_request(call.method.value, fault.path(call, by), **fault.arguments(call, by))
            answers[fault.name] = refusal(await client.send(asked))
    return answers


def _end(world: World, by: Caller) -> None:
    """Their token still verifies, and counts no more: the account is gone, or its tokens were made useless."""
    subject = world.tokens.verify(by.client.headers["authorization"].removeprefix("Bearer ")).id
    if subject in world.state.partners:
        world.state.partners[subject] += 1
    else:
        del world.state.accounts[subject]


@pytest.mark.parametrize("who", [who for who in Who if who is not Who.ANONYMOUS])
@pytest.mark.parametrize("operation_id", [id for id, call in CALLS.items() if call.authenticated])
async def test_a_token_that_counts_no_more_is_told_nothing_else(world: World, operation_id: str, who: Who) -> None:
    answers = await _refusals(world, operation_id, who, dead=True)
    assert answers == dict.fromkeys(answers, (401, "unauthenticated"))


@pytest.mark.parametrize(("operation_id", "who"), rows(401))
async def test_without_a_token_nothing_else_is_told(world: World, operation_id: str, who: Who) -> None:
    answers = await _refusals(world, operation_id, who)
    assert answers == dict.fromkeys(answers, (401, "unauthenticated"))


@pytest.mark.parametrize(("operation_id", "who"), rows(403))
async def test_whoever_can_never_do_it_is_told_that_alone(world: World, operation_id: str, who: Who) -> None:
    answers = await _refusals(world, operation_id, who)
    assert answers == dict.fromkeys(answers, (403, "forbidden"))


@pytest.mark.parametrize(("operation_id", "who"), rows(404))
async def test_what_is_not_there_is_told_before_the_shape(world: World, operation_id: str, who: Who) -> None:
    answers = await _refusals(world, operation_id, who)
    assert answers == dict.fromkeys(answers, (404, "not-found"))


async def test_only_a_refusal_asks_for_the_account_by_itself(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    admit = MemoryAccounts.admit

    async def counted(self: MemoryAccounts, by: object) -> None:
        asked.append(by)
        await admit(self, by)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(MemoryAccounts, "admit", counted)
    by = await caller(world, Who.OWNER, about_something=True)
    async with by.client as client:
        await client.get(f"/assessments/{by.about.open}/next")
        await client.post(f"/assessments/{by.about.open}/answer", **ARGUMENTS["answerQuestion"](by))
        assert asked == []
        assert refusal(await client.get("/assessments/not-an-id/next")) == (404, "not-found")
        assert len(asked) == 1
