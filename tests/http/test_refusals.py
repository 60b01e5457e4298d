"""Whatever comes in wrong gets its code from the contract's table, and changes nothing."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from tests.http.driving import PASSWORD, World, answer_all, refusal, sample_answer, start

JSON = {"content-type": "application/json"}
ELSEWHERE = "019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/role"),
        ({"role": 7}, "/role"),
        ({"role": None}, "/role"),
        ({"role": ""}, "/role"),
        ({"role": "astronaut"}, "/role"),
        ({"role": "backend-developer", "colour": "red"}, "/colour"),
        ({"role": "backend-developer", "form": "huge"}, "/form"),
        ({"role": "backend-developer", "experienceLevel": 3}, "/experienceLevel"),
        ({"role": "backend-developer", "learnerRef": "l-1"}, "/learnerRef"),
        ({"role": "backend-developer", "aiConsent": True}, "/aiConsent"),
        ({"role": "back\u0000end"}, "/role"),
        ([], ""),
        ("backend-developer", ""),
    ],
)
async def test_a_start_that_is_not_in_shape_names_the_field(
    student: httpx.AsyncClient, body: Any, pointer: str
) -> None:
    answer = await student.post("/assessments/start", json=body)
    assert refusal(answer) == (422, "validation-failed")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (await student.get("/assessments")).json()["items"] == []


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("text", "an essay", "/optionId"),
        ("optionIds", ["a"], "/optionId"),
        ("optionId", "z", "/optionId"),
        ("optionId", 1, "/optionId"),
        ("optionId", "\ud800", "/optionId"),
    ],
)
async def test_a_multiple_choice_question_takes_one_of_its_options(
    student: httpx.AsyncClient, field: str, value: object, pointer: str
) -> None:
    begun = await start(student, form="screener")
    body = json.dumps({"questionId": begun["question"]["questionId"], field: value})
    answer = await student.post(f"/assessments/{begun['assessmentId']}/answer", content=body, headers=JSON)
    assert refusal(answer) == (422, "validation-failed")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await student.get(f"/assessments/{begun['assessmentId']}")).json()["answered"] == 0


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("form", "must be one of standard, screener, deep-dive"),
        ("experienceLevel", "must be one of beginner, intermediate, advanced"),
    ],
)
async def test_a_field_with_few_values_names_them_and_never_repeats_what_came(
    student: httpx.AsyncClient, field: str, said: str
) -> None:
    answer = await student.post("/assessments/start", json={"role": "backend-developer", field: "canary"})
    assert answer.json()["errors"] == [{"pointer": f"/{field}", "detail": said}]
    assert "canary" not in answer.text


async def _asked(student: httpx.AsyncClient, kind: str) -> tuple[str, dict[str, Any]]:
    """Path for answers, and the first question of that kind."""
    begun = await start(student)
    path = f"/assessments/{begun['assessmentId']}"
    while (question := (await student.get(f"{path}/next")).json()["question"])["type"] != kind:
        await student.post(f"{path}/answer", json=sample_answer(question["questionId"]))
    return f"{path}/answer", question


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\u0000b", (422, "validation-failed")),
        ("\ud83d", (422, "validation-failed")),
        ("x" * 19_999, (422, "validation-failed")),
        ("x" * 100_000, (413, "payload-too-large")),
        ("", (200, None)),
        ("\u202e\u200b\U0001f9d1\u200d\U0001f4bb '; DROP TABLE response; --", (200, None)),
    ],
)
async def test_an_essay_takes_any_storable_text_within_its_length(
    student: httpx.AsyncClient, text: str, expected: tuple[int, str | None]
) -> None:
    path, question = await _asked(student, "essay")
    body = json.dumps({"questionId": question["questionId"], "text": text})
    answer = await student.post(path, content=body, headers=JSON)
    if expected[1] is None:
        assert (answer.status_code, answer.json()["status"]) == (200, "pending")
    else:
        assert refusal(answer) == expected


@pytest.mark.parametrize("chosen", [[], ["zz"], ["a", "a"], ["a", "b", "c", "d"], "a", [1]])
async def test_an_interest_question_takes_its_number_of_its_options(student: httpx.AsyncClient, chosen: Any) -> None:
    path, question = await _asked(student, "interest")
    answer = await student.post(path, json={"questionId": question["questionId"], "optionIds": chosen})
    assert refusal(answer) == (422, "validation-failed")
    assert answer.json()["errors"][0]["pointer"].startswith("/optionIds")


@pytest.mark.parametrize("extra", [{}, {"optionId": "a", "text": "b"}, {"optionId": None}])
async def test_an_answer_is_of_exactly_one_kind(student: httpx.AsyncClient, extra: dict[str, Any]) -> None:
    begun = await start(student)
    body = {"questionId": begun["question"]["questionId"], **extra}
    answer = await student.post(f"/assessments/{begun['assessmentId']}/answer", json=body)
    assert refusal(answer) == (422, "validation-failed")


async def test_a_question_of_another_form_is_refused(student: httpx.AsyncClient) -> None:
    begun = await start(student, form="screener")
    other = await start(student, form="screener", role="data-engineer")
    body = sample_answer(other["question"]["questionId"])
    answer = await student.post(f"/assessments/{begun['assessmentId']}/answer", json=body)
    assert refusal(answer) == (422, "question-not-in-form")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/assessments/{}"),
        ("GET", "/assessments/{}/next"),
        ("POST", "/assessments/{}/answer"),
        ("POST", "/assessments/{}/complete"),
        ("GET", "/profiles/{}"),
        ("GET", "/recommendations?assessmentId={}"),
    ],
)
@pytest.mark.parametrize("body", [{}, {"nonsense": 1}])
async def test_what_is_not_the_callers_is_not_found_before_anything_else_is_said(
    world: World, student: httpx.AsyncClient, method: str, path: str, body: dict[str, Any]
) -> None:
    foreign = (await start(student))["assessmentId"]
    async with await world.student() as other:
        for id in (foreign, ELSEWHERE, "not-an-id", foreign.replace("-", "")):
            answer = await other.request(method, path.format(id), json=body if method == "POST" else None)
            assert refusal(answer) == (404, "not-found")


@pytest.mark.parametrize(
    ("content", "headers", "expected"),
    [
        (b"{", JSON, (400, "malformed-body")),
        (b'{"role": "\xff"}', JSON, (400, "malformed-body")),
        (b"[" * 20_000, JSON, (400, "malformed-body")),
        (b'{"role": "a", "role": "b"}', JSON, (400, "malformed-body")),
        (b'{"role": NaN}', JSON, (400, "malformed-body")),
        (b'{"role": ' + b"9" * 5_000 + b"}", JSON, (400, "malformed-body")),
        (b"role=backend-developer", {"content-type": "application/x-www-form-urlencoded"}, (415, "malformed-body")),
        (b"{}", {"content-type": "text/plain"}, (415, "malformed-body")),
        (b"{}", {"content-type": "application/json; charset=latin-1"}, (415, "malformed-body")),
        (b" " * 1_000_000, JSON, (413, "payload-too-large")),
    ],
)
async def test_syntax_is_refused_before_anybody_asks_who_calls(
    world: World, content: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    async with world.client() as anonymous:
        answer = await anonymous.post("/assessments/start", content=content, headers=headers)
    assert refusal(answer) == expected


@pytest.mark.parametrize("path", ["/auth/register", "/auth/login", "/auth/refresh", "/auth/logout"])
async def test_no_body_at_all_lacks_its_first_field(world: World, path: str) -> None:
    async with world.client() as anonymous:
        assert refusal(await anonymous.post(path)) == (422, "validation-failed")


async def test_without_a_token_nothing_of_the_bodys_shape_is_said(world: World) -> None:
    async with world.client() as anonymous:
        answer = await anonymous.post("/assessments/start", json={"nonsense": 1})
    assert refusal(answer) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"email": "no-at-sign", "name": "A", "password": PASSWORD}, "/email"),
        ({"email": "a@b", "name": "A", "password": PASSWORD}, "/email"),
        ({"email": "a@example.org", "name": " ", "password": PASSWORD}, "/name"),
        ({"email": "a@example.org", "name": "A\nB", "password": PASSWORD}, "/name"),
        ({"email": "a@example.org", "name": "\u200b", "password": PASSWORD}, "/name"),
        ({"email": "a@example.org", "name": "A\u202eB", "password": PASSWORD}, "/name"),
        ({"email": "a\u200b@example.org", "name": "A", "password": PASSWORD}, "/email"),
        ({"email": "a@example.org", "name": "A", "password": "short"}, "/password"),
        ({"email": "a@example.org", "name": "A", "password": "x" * 129}, "/password"),
        ({"email": "a@example.org", "name": "A", "password": PASSWORD, "role": "admin"}, "/role"),
        ({"email": "a@example.org", "name": "A", "password": PASSWORD, "aiConsent": "yes"}, "/aiConsent"),
    ],
)
async def test_a_registration_out_of_range_names_the_field_and_registers_nobody(
    world: World, body: dict[str, Any], pointer: str
) -> None:
    async with world.client() as anonymous:
        answer = await anonymous.post("/auth/register", json=body)
    assert refusal(answer) == (422, "validation-failed")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert world.state.accounts == {}


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=x", "limit=1&limit=2", "cursor=x", "limit=-1", "limit="],
)
async def test_a_page_out_of_range_is_refused(student: httpx.AsyncClient, query: str) -> None:
    assert refusal(await student.get(f"/assessments?{query}")) == (422, "validation-failed")


async def test_unknown_paths_and_methods_are_problems_too(student: httpx.AsyncClient) -> None:
    assert refusal(await student.get("/nothing/here")) == (404, "not-found")
    wrong_method = await student.delete("/roles")
    assert refusal(wrong_method) == (405, "method-not-allowed")
    assert "GET" in wrong_method.headers["allow"]


async def test_the_state_is_told_before_the_kind_of_answer(student: httpx.AsyncClient) -> None:
    begun = await start(student, form="screener")
    await answer_all(student, begun["assessmentId"])
    await student.post(f"/assessments/{begun['assessmentId']}/complete")
    answer = await student.post(
        f"/assessments/{begun['assessmentId']}/answer", json={"questionId": "no-such-question", "text": "x"}
    )
    assert refusal(answer) == (409, "assessment-completed")


async def test_a_defect_says_nothing_but_its_request_id(world: World, student: httpx.AsyncClient) -> None:
    object.__setattr__(world.services, "bank", _broken)
    answer = await student.get("/roles", headers={"X-Request-Id": "find-me-17"})
    assert refusal(answer) == (500, "internal")
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] == "find-me-17"


def _broken() -> Any:
    raise RuntimeError("secret detail")


@pytest.mark.parametrize("digits", ["000000001000000", "000000001" + "0" * 30, "1" + "0" * 5_000])
async def test_a_limit_of_many_digits_is_out_of_range_too(student: httpx.AsyncClient, digits: str) -> None:
    assert refusal(await student.get(f"/assessments?limit={digits}")) == (422, "validation-failed")


async def test_the_shape_of_a_revision_is_told_before_the_state(student: httpx.AsyncClient) -> None:
    id = (await start(student))["assessmentId"]
    assert refusal(await student.get(f"/profiles/{id}?revision=0")) == (422, "validation-failed")


async def test_a_malformed_idempotency_key_is_told_to_the_owner_alone(world: World, student: httpx.AsyncClient) -> None:
    id = (await start(student))["assessmentId"]
    async with await world.student() as other:
        answer = await other.post(f"/assessments/{id}/complete", headers={"Idempotency-Key": "a b"})
    assert refusal(answer) == (404, "not-found")
