"""A thing has one path: what the router would fold into it is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from tests.http.driving import World, completed, refusal
from tests.http.sockets import Connection, served

from credcore_http.app import calls

PAGES = ("/schema", "/schema/openapi.json", "/schema/assets/swagger-ui.css")


def other_spellings(path: str) -> Iterable[str]:
    first, _, last = path.rpartition("/")
    yield f"{path}/"
    yield f"{path}//"
    yield f"{first}//{last}"
    yield f"{first}/%2f{last}"
    if first:
        yield f"{first}%2F{last}"


CALLS = sorted({(call.method.value, re.sub(r"\{\w+:str\}", "x", call.path)) for call in calls()})


@pytest.mark.parametrize(("method", "path"), [*CALLS, *(("GET", page) for page in PAGES)])
async def test_a_path_with_a_slash_too_many_is_unknown(world: World, method: str, path: str) -> None:
    async with served(world) as port:
        connection = Connection(port)
        for spelling in other_spellings(path):
            status, body = await connection.send(method, spelling, b"")
            assert (status, b'"code":"not-found"' in body) == (404, True), spelling
        await connection.close()


async def test_an_id_with_a_slash_in_it_leads_to_no_other_call(world: World) -> None:
    async with await world.student() as student:
        id = (await completed(student, form="screener"))["assessmentId"]
        assert (await student.get(f"/assessments/{id}/next")).status_code == 200
        for path in (f"/assessments/{id}%2Fnext", f"/assessments/{id}%2fnext", f"/profiles%2F{id}"):
            assert refusal(await student.get(path)) == (404, "not-found")


async def test_an_unknown_spelling_takes_no_form(world: World) -> None:
    async with world.client() as client:
        answer = await client.post("/auth/token/", data={"grant_type": "client_credentials"})
    assert refusal(answer) == (415, "malformed-body")  # as for any path that takes no form
