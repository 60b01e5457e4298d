"""Who may call what: one table, complete by construction. A route without its row, or a row without somebody, fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tests.http.access_stage import PARTNERS, Caller, Who, caller
from tests.http.driving import PASSWORD, World, refusal, sample_answer

from credcore_http.app import calls
from credcore_http.calls import Call

NEW = "seven brass kettles under a bridge"
ROLE = "backend-developer"

Expected = Mapping[Who, int]
Arguments = Mapping[str, Any]
CODES = {401: "unauthenticated", 403: "forbidden", 404: "not-found"}


def everybody(status: int, **others: int) -> Expected:
    return {who: others.get(who.name, status) for who in Who}


def people(status: int, **others: int) -> Expected:
    """Calls about one's own account: for people, whatever their role."""
    return everybody(status, **{"ANONYMOUS": 401, **{who.name: 403 for who in PARTNERS}, **others})


def owners(status: int, **others: int) -> Expected:
    """Calls about one thing: whose it is has it, and for all others it is not there."""
    return everybody(404, **{"ANONYMOUS": 401, "OWNER": status, "PARTNER": status, "NO_SCOPE": 403, **others})


def admins(status: int) -> Expected:
    return everybody(403, ANONYMOUS=401, ADMIN=status)


TABLE: Mapping[str, Expected] = {
    # Accounts: anybody may try.
    "getMetrics": everybody(200),
    "register": everybody(201),
    "login": everybody(200),
    "refresh": everybody(200),
    "logout": everybody(204),
    "resetPassword": everybody(401),
    "issueToken": everybody(200),
    "getKeys": everybody(200),
    # One's own account.
    "getMe": people(200),
    "changeMe": people(200),
    "changePassword": people(204),
    "exportMe": people(200),
    "eraseMe": people(204),
    "listSessions": people(200),
    "endSession": people(204),
    "beginSecondFactor": people(200),
    "confirmSecondFactor": people(404),
    "removeSecondFactor": people(404),
    # Other people's.
    "changeRole": admins(200),
    "sendReset": admins(204),
    # Assessments.
    "listRoles": everybody(200),
    "startAssessment": everybody(201, ANONYMOUS=401, NO_SCOPE=403),
    "listAssessments": everybody(200, ANONYMOUS=401, NO_SCOPE=403),
    "getAssessment": owners(200),
    "getNextQuestion": owners(200),
    "answerQuestion": owners(200),
    "completeAssessment": owners(200),
    # Profiles. What is shared may be read, and nothing else.
    "getProfile": owners(200, ADVISOR=200),
    "listRecommendations": owners(200, ADVISOR=200),
    "openRecommendation": everybody(302),
    "shareProfile": owners(201, PARTNER=403, OTHER_PARTNER=403),
    "listShares": owners(200, PARTNER=403, OTHER_PARTNER=403),
    "revokeShare": owners(204, PARTNER=403, OTHER_PARTNER=403),
    "listSharedProfiles": everybody(403, ANONYMOUS=401, ADVISOR=200, STRANGER=200),
    # The service itself.
    "getLiveness": everybody(200),
    "getReadiness": everybody(200),
}

ARGUMENTS: Mapping[str, Callable[[Caller], Arguments]] = {
    "register": lambda by: {"json": {"email": "new@example.org", "name": "New", "password": PASSWORD}},
    "login": lambda by: {"json": {"email": "owner@example.org", "password": PASSWORD}},
    "refresh": lambda by: {"json": {"refreshToken": by.refresh_token}},
    "logout": lambda by: {"json": {"refreshToken": by.refresh_token}},
    "resetPassword": lambda by: {"json": {"token": "unknown", "newPassword": NEW}},
    "issueToken": lambda by: {"data": {"grant_type": "client_credentials"}, "auth": by.credentials},
    "changeMe": lambda by: {"json": {"name": "Another"}},
    "changePassword": lambda by: {"json": {"currentPassword": PASSWORD, "newPassword": NEW}},
    "eraseMe": lambda by: {"json": {"password": PASSWORD}},
    "confirmSecondFactor": lambda by: {"json": {"code": "000000"}},
    "removeSecondFactor": lambda by: {"json": {"password": PASSWORD, "code": "000000"}},
    "changeRole": lambda by: {"json": {"role": "advisor"}},
    "startAssessment": lambda by: {"json": {"role": ROLE, "form": "screener"}},
    "answerQuestion": lambda by: {"json": sample_answer(by.about.going_on["question"]["questionId"])},
    "listRecommendations": lambda by: {"params": {"assessmentId": by.about.done}},
    "shareProfile": lambda by: {"json": {"advisorEmail": "another@example.org"}},
}
"""What a call needs beside its path; what a route without an entry here needs is nothing."""

DONE = {"completeAssessment", "getProfile", "shareProfile", "listShares", "revokeShare"}
"""Calls about a completed assessment; all others are about one that goes on."""


def path_of(operation_id: str, path: str, by: Caller) -> str:
    values = {
        "assessment_id": by.about.done if operation_id in DONE else by.about.open,
        "recommendation_id": by.about.profile["recommendations"][0]["recommendationId"],
        "share_id": by.about.share_id,
        "session_id": by.session_id,
        "user_id": by.owner_id,
    }
    return path.replace(":str}", "}").format_map(values)


def is_about_something(call: Call) -> bool:
    named = {parameter.name for parameter in call.parameters}
    return bool(named & {"assessmentId", "recommendationId"})


CALLS = {call.operation_id: call for call in calls()}


def test_every_route_has_its_row_and_every_row_everybody() -> None:
    assert set(TABLE) == set(CALLS)
    assert set(ARGUMENTS) <= set(CALLS)
    assert [operation for operation, row in TABLE.items() if set(row) != set(Who)] == []


def test_the_description_says_which_routes_anybody_may_call() -> None:
    open_to_all = {operation for operation, row in TABLE.items() if row[Who.ANONYMOUS] != 401}
    # A reset's own token is what it refuses, whoever calls.
    assert open_to_all | {"resetPassword"} == {id for id, call in CALLS.items() if not call.authenticated}


@pytest.mark.parametrize("who", Who)
@pytest.mark.parametrize("operation_id", TABLE)
async def test_everybody_gets_what_the_table_says(world: World, operation_id: str, who: Who) -> None:
    call = CALLS[operation_id]
    by = await caller(world, who, about_something=is_about_something(call))
    arguments = ARGUMENTS[operation_id](by) if operation_id in ARGUMENTS else {}
    async with by.client as client:
        answer = await client.request(call.method.value, path_of(operation_id, call.path, by), **arguments)
    expected = TABLE[operation_id][who]
    assert answer.status_code == expected, answer.text
    if expected in CODES:
        assert refusal(answer) == (expected, CODES[expected])


@pytest.mark.parametrize("operation_id", [id for id, call in CALLS.items() if call.authenticated])
async def test_nobody_gets_further_with_a_token_that_is_none(world: World, operation_id: str) -> None:
    call = CALLS[operation_id]
    by = await caller(world, Who.ANONYMOUS, about_something=is_about_something(call))
    arguments = ARGUMENTS[operation_id](by) if operation_id in ARGUMENTS else {}
    async with world.client(by.refresh_token) as client:
        answer = await client.request(call.method.value, path_of(operation_id, call.path, by), **arguments)
    assert refusal(answer) == (401, "unauthenticated")
