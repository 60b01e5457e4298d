"""Requests that nobody sends in good faith, or only once: each gets its refusal, and none a 5xx."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.http.access_stage import Caller, Who, caller
from tests.http.driving import World, completed, refusal, start
from tests.http.sockets import Connection, served
from tests.http.test_access import ARGUMENTS, CALLS, TABLE, is_about_something, path_of

from credcore_http.app import READABLE
from credcore_http.calls import Call

JSON = {"content-type": "application/json"}
LISTS = [call for call in CALLS.values() if "limit" in {parameter.name for parameter in call.parameters}]
TAKES_JSON = [call for call in CALLS.values() if call.body is not None and call.body_type == "application/json"]
PATHS = sorted({call.path for call in CALLS.values()})


async def _allowed(world: World, call: Call) -> Caller:
    """Somebody who can make the call."""
    who = next((who for who, status in TABLE[call.operation_id].items() if status < 400), Who.ANONYMOUS)
    return await caller(world, who, about_something=is_about_something(call))


def ids(calls: list[Call]) -> list[Any]:  # Any: pytest's own
    return [pytest.param(call, id=call.operation_id) for call in calls]


# --- the query --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", ids(LISTS))
async def test_a_list_takes_a_whole_number_of_entries_written_plainly_and_once(world: World, call: Call) -> None:
    by = await _allowed(world, call)
    async with by.client as client:
        for bad in (
            "0",
            "101",
            "-1",
            "",
            "abc",
            "1.0",
            "1e1",
            "+1",
            "%201",
            "0x1",
            "1_0",
            "%EF%BC%91",
            "%D9%A1",
            "%00",
            "null",
        ):
            assert refusal(await client.get(f"{call.path}?limit={bad}")) == (422, "validation-failed"), bad
        for twice in ("limit=1&limit=1", "limit=1&limit=2", "limit=&limit=1"):
            answer = await client.get(f"{call.path}?{twice}")
            assert refusal(answer) == (422, "validation-failed"), twice
            assert answer.json()["errors"] == [{"pointer": "/limit", "detail": "is given more than once"}]
        for good in ("1", "100", "007"):
            assert (await client.get(f"{call.path}?limit={good}")).status_code == 200


@pytest.mark.parametrize("call", ids(LISTS))
async def test_a_cursor_is_what_the_list_gave_or_refused(world: World, call: Call) -> None:
    by = await _allowed(world, call)
    id = by.owner_id
    async with by.client as client:
        for bad in (
            "",
            "x",
            id[:-1],
            f"{id}0",
            id.replace("-", ""),
            f"{{{id}}}",
            f"urn:uuid:{id}",
            f"%20{id}",
            f"{id}%00",
        ):
            assert refusal(await client.get(f"{call.path}?cursor={bad}")) == (422, "validation-failed"), bad
        assert refusal(await client.get(f"{call.path}?cursor={id}&cursor={id}")) == (422, "validation-failed")
        for good in (id, id.upper(), "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"):
            answer = await client.get(f"{call.path}?cursor={good}")
            assert (answer.status_code, list(answer.json())) == (200, ["items", "nextCursor"])


async def test_another_ones_cursor_leads_into_nothing_but_ones_own_list(
    world: World, student: httpx.AsyncClient
) -> None:
    own = [(await start(student, form="screener"))["assessmentId"] for _ in range(2)]
    async with await world.student() as other:
        foreign = (await start(other, form="screener"))["assessmentId"]
    page = (await student.get("/assessments", params={"cursor": foreign})).json()
    assert [item["assessmentId"] for item in page["items"]] == own[::-1]


async def test_what_a_query_asks_beyond_the_call_is_not_heard(student: httpx.AsyncClient) -> None:
    plain = (await student.get("/assessments")).json()
    for query in (
        "role=admin",
        "limit[]=0",
        "Limit=0",
        "nonsense",
        "&&&",
        "a=" + "b" * 10_000,
        "x=1&" * 2_000,
        "%ff=%ff",
    ):
        answer = await student.get(f"/assessments?{query}")
        assert (answer.status_code, answer.json()) == (200, plain), query[:20]


@pytest.mark.parametrize("revision", ["0", "-1", "1.0", "", "latest", "1&revision=1", "9" * 30])
async def test_a_revision_is_a_whole_number_given_once(student: httpx.AsyncClient, revision: str) -> None:
    id = (await completed(student, form="screener"))["assessmentId"]
    assert refusal(await student.get(f"/profiles/{id}?revision={revision}")) == (422, "validation-failed")


@pytest.mark.parametrize("learner", ["%00", "a%00b", "", "x" * 201, "a&learnerRef=a"])
async def test_no_learner_can_have_such_a_reference(world: World, learner: str) -> None:
    async with await world.partner() as partner:
        assert refusal(await partner.get(f"/assessments?learnerRef={learner}")) == (422, "validation-failed")


# --- the path ---------------------------------------------------------------------------------------------------------

NOBODYS = "019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11"
ODD_IDS = {
    "NUL": "%00",
    "an id and NUL": f"{NOBODYS}%00",
    "a line break": f"{NOBODYS}%0d%0aX-Evil:%201",
    "bad UTF-8": "%ff%fe",
    "half a pair": "%ed%a0%80",
    "a right-to-left override": "%e2%80%ae",
    "dots": "..",
    "encoded dots": "%2e%2e",
    "dots that climb": "..%2f..%2fetc%2fpasswd",
    "a backslash": "..%5c..%5cetc",
    "a parameter": f"{NOBODYS};a=b",
    "no dashes": NOBODYS.replace("-", ""),
    "braces": f"%7B{NOBODYS}%7D",
    "a URN": f"urn:uuid:{NOBODYS}",
    "SQL": "1'%20OR%20'1'='1",
    "a template": "%7B%7B7*7%7D%7D",
    "a percent alone": "%",
    "a percent and no digits": "%zz",
    "a long one": "a" * 60_000,
    "a longer one": "a" * 100_000,
}


async def test_an_id_that_is_none_names_nothing_whatever_it_holds(world: World) -> None:
    async with await world.student() as student:
        token = f"Authorization: {student.headers['authorization']}"
    async with served(world) as port:
        connection = Connection(port)
        for name, id in ODD_IDS.items():
            for path in (
                f"/assessments/{id}",
                f"/assessments/{id}/next",
                f"/profiles/{id}",
                f"/recommendations/{id}/open",
            ):
                status, body = await connection.send("GET", path, b"", token)
                expected = 431 if len(id) > 65_536 else 404
                assert status == expected, f"{name}: {status} {body[:200]!r}"
        await connection.close()


# --- the method -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
async def test_what_a_path_knows_is_the_same_whoever_says_it(world: World, path: str) -> None:
    known = {call.method.value for call in CALLS.values() if call.path == path} | {"OPTIONS"}
    plain = path.replace("{", "").replace(":str}", "")
    async with world.client() as client:
        asked = await client.options(plain)
        assert (asked.status_code, asked.content) == (204, b"")
        assert set(asked.headers["allow"].split(", ")) == known
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"} - known:
            answer = await client.request(method, plain)
            if method == "HEAD" and path in READABLE:
                assert answer.status_code in {200, 503}
                continue
            assert answer.status_code == 405, method
            assert set(answer.headers["allow"].split(", ")) == known, method


async def test_no_header_makes_another_method_of_it(student: httpx.AsyncClient) -> None:
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        answer = await student.get("/users/me", headers={name: "DELETE"})
        assert (answer.status_code, answer.json()["role"]) == (200, "student")


# --- the body ---------------------------------------------------------------------------------------------------------

NO_OBJECTS = (
    b"null",
    b"[]",
    b"[{}]",
    b'"x"',
    b"1",
    b"1.0",
    b"true",
    b'{"nonsense": 1}',
    b'{"": 1}',
    b'{"a`/b~c` ": 1}',
)


@pytest.mark.parametrize("call", ids(TAKES_JSON))
async def test_a_document_of_another_shape_is_refused_at_its_place(world: World, call: Call) -> None:
    by = await _somebody(world, call)
    async with by.client as client:
        path = path_of(call.operation_id, call.path, by)
        for body in NO_OBJECTS:
            answer = await client.request(call.method.value, path, content=body, headers=JSON)
            assert refusal(answer) == (422, "validation-failed"), body
            [error] = answer.json()["errors"]
            assert error["detail"]
            assert error["pointer"].startswith("/") if body.startswith(b"{") else error["pointer"] == "", body
        if call.body_required:
            missing = await client.request(call.method.value, path, content=b"", headers=JSON)
            assert refusal(missing) == (422, "validation-failed")


async def _somebody(world: World, call: Call) -> Caller:
    """Who is allowed; and where a second factor is taken off or confirmed, somebody who has begun with one."""
    if call.operation_id not in {"confirmSecondFactor", "removeSecondFactor"}:
        return await _allowed(world, call)
    by = await caller(world, Who.OWNER, about_something=False)
    await world.services.second_factors.begin(world.tokens.verify(by.client.headers["authorization"][7:]))
    return by


@pytest.mark.parametrize("call", ids(TAKES_JSON))
async def test_no_value_of_another_type_is_taken_for_the_one_that_is_asked_for(world: World, call: Call) -> None:
    by = await _somebody(world, call)
    fields: dict[str, Any] = {**(call.body_example or {}), **_given(call, by)}
    async with by.client as client:
        for name, value in fields.items():
            others = (
                [None, 1, 1.0, -0.0, True, [], {}, "x" * 30_000] if isinstance(value, str) else ["true", 1, 0.0, {}]
            )
            for other in others:
                body = {**fields, name: other}
                answer = await client.request(call.method.value, path_of(call.operation_id, call.path, by), json=body)
                if (call.operation_id, answer.status_code) == ("logout", 204) and isinstance(other, str):
                    continue  # a token that is unknown: that it opens nothing is not said
                assert 400 <= answer.status_code < 500, (name, str(other)[:20], answer.text[:200])


def _given(call: Call, by: Caller) -> dict[str, Any]:
    return dict(ARGUMENTS[call.operation_id](by).get("json", {})) if call.operation_id in ARGUMENTS else {}


@pytest.mark.parametrize("call", ids([call for call in CALLS.values() if call.body is None]))
async def test_a_body_that_nobody_asked_for_is_judged_like_any_other_and_not_heard(world: World, call: Call) -> None:
    by = await _allowed(world, call)
    arguments = ARGUMENTS[call.operation_id](by) if call.operation_id in ARGUMENTS else {}
    async with by.client as client:

        async def ask(content: bytes, **headers: str) -> httpx.Response:
            path = path_of(call.operation_id, call.path, by)
            return await client.request(call.method.value, path, content=content, headers=headers, **arguments)

        assert refusal(await ask(b"{", **JSON)) == (400, "malformed-body")
        assert refusal(await ask(b"{}", **{"content-type": "text/plain"})) == (415, "malformed-body")
        assert refusal(await ask(b" " * 70_000, **JSON)) == (413, "payload-too-large")
        heard = await ask(b'{"role": "admin", "assessmentId": "x"}', **JSON)
        assert heard.status_code == next(status for status in TABLE[call.operation_id].values() if status < 400)


@pytest.mark.parametrize(
    ("name", "pointer"),
    [("", "/"), ("a/b~c", "/a~1b~0c"), ("a`b` ", "/a`b` "), ("a\\nb", "/a\nb"), ("$.role", "/$.role")],
)
async def test_a_field_that_is_not_known_is_pointed_at_whatever_its_name(
    student: httpx.AsyncClient, name: str, pointer: str
) -> None:
    body = f'{{"role": "backend-developer", "{name}": 1}}'
    answer = await student.post("/assessments/start", content=body, headers=JSON)
    assert refusal(answer) == (422, "validation-failed")
    assert answer.json()["errors"] == [{"pointer": pointer, "detail": "is not known here"}]
