"""Whatever comes in wrong gets its code from the contract's table and changes nothing.

Over a real server and PostgreSQL; before and after each request every row of every table is compared.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest
from tests.faults.taking import Taker, taker
from tests.faults.test_mixed_faults_on_server import published
from tests.http.driving import PASSWORD, refusal, sample_answer, shipped_content

from credcore.questions import Essay, MultipleChoice
from running import running_server

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")
JSON = {"content-type": "application/json"}
NOBODYS = "019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11"
Refusal = tuple[int, str]
INVALID, MALFORMED, NOT_FOUND = (422, "validation-failed"), (400, "malformed-body"), (404, "not-found")
NOT_IN_FORM, TOO_LARGE = (422, "question-not-in-form"), (413, "payload-too-large")
COUNTS_TRIES = "rate_limit"
"""The one table in which a refused request leaves a trace, by intention."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Assessments of one learner at every stage, and one of somebody else's; ids, and question ids."""

    begun: str
    mcq: str
    at_essay: str
    essay: str
    at_interest: str
    interest: str
    answered: str
    not_drawn: str
    expired: str
    completed: str
    foreign: str


@dataclass(frozen=True, kw_only=True)
class Bad:
    """A request that has to be refused. ``body`` is sent as JSON, or as it is where it is bytes."""

    what: str
    call: str
    body: object
    refused: Refusal
    headers: dict[str, str] | None = None

    async def send(self, client: httpx.AsyncClient) -> httpx.Response:
        method, path = self.call.split(" ")
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        if method == "GET":
            return await client.get(path)
        return await client.request(method, path, content=content, headers=JSON | (self.headers or {}))


def bad_answers(at: Stage) -> Iterator[Bad]:
    def to(id: str, what: str, body: object, refused: Refusal, **headers: str) -> Bad:
        return Bad(what=what, call=f"POST /assessments/{id}/answer", body=body, refused=refused, headers=headers)

    right = sample_answer(at.mcq)
    yield to(at.begun, "a wrong option id", {"questionId": at.mcq, "optionId": "zz"}, INVALID)
    yield to(at.begun, "a number for an option", {"questionId": at.mcq, "optionId": 1}, INVALID)
    yield to(at.begun, "an essay for a choice", {"questionId": at.mcq, "text": "An essay."}, INVALID)
    yield to(at.begun, "a selection for a choice", {"questionId": at.mcq, "optionIds": ["a"]}, INVALID)
    yield to(at.begun, "no answer in it", {"questionId": at.mcq}, INVALID)
    yield to(at.begun, "two kinds at once", right | {"text": "An essay."}, INVALID)
    yield to(at.begun, "an unknown field", right | {"colour": "red"}, INVALID)
    yield to(at.begun, "no question", {"optionId": "a"}, INVALID)
    yield to(at.begun, "a question of another form", sample_answer(at.not_drawn), NOT_IN_FORM)
    yield to(at.begun, "a question that there is not", {"questionId": "no-such-question", "text": "x"}, NOT_IN_FORM)
    yield to(at.begun, "a megabyte", json.dumps(right | {"text": "x" * 1_000_000}).encode(), TOO_LARGE)
    yield to(at.begun, "invalid UTF-8", b'{"questionId": "\xff\xfe", "text": "x"}', MALFORMED)
    yield to(at.begun, "a body that is cut", json.dumps(right).encode()[:-3], MALFORMED)
    yield to(at.begun, "a form", b"questionId=x", (415, "malformed-body"), **{"content-type": "text/plain"})
    yield to(at.begun, "a refused answer under a key", right | {"colour": "red"}, INVALID, **{"Idempotency-Key": "k"})
    yield to(at.at_essay, "NUL in a text", {"questionId": at.essay, "text": "a\u0000b"}, INVALID)
    yield to(at.at_essay, "half a character", {"questionId": at.essay, "text": "\ud83d"}, INVALID)
    yield to(at.at_essay, "a text too long", {"questionId": at.essay, "text": "x" * 19_999}, INVALID)
    yield to(at.at_essay, "a choice for an essay", {"questionId": at.essay, "optionId": "a"}, INVALID)
    for chosen in ([], ["zz"], ["a", "a"], ["a", "b", "c", "d"], "a", [1]):
        yield to(at.at_interest, f"a selection of {chosen}", {"questionId": at.interest, "optionIds": chosen}, INVALID)
    other = sample_answer(at.answered, "weak")
    yield to(at.at_interest, "a second different answer", other, (409, "already-answered"))
    yield to(at.expired, "an answer past the end", right, (410, "assessment-expired"))
    yield to(at.completed, "a new answer after completion", right, (409, "assessment-completed"))
    for id in (at.foreign, NOBODYS, "not-an-id", f"{at.begun}0"):
        yield to(id, f"an answer to {id}", right, NOT_FOUND)


def other_bad_calls(at: Stage) -> Iterator[Bad]:
    def bad(call: str, body: object, refused: Refusal, **headers: str) -> Bad:
        return Bad(what=f"{call} {body!r:.60}", call=call, body=body, refused=refused, headers=headers)

    for body in (
        {"role": "astronaut"},
        {"role": 7},
        {},
        {"role": "backend-developer", "form": "huge"},
        {"role": "backend-developer", "colour": "red"},
        {"role": "backend-developer", "learnerRef": "l-1"},
        {"role": "back\u0000end"},
    ):
        yield bad("POST /assessments/start", body, INVALID)
    yield bad("POST /assessments/start", {"role": "astronaut"}, INVALID, **{"Idempotency-Key": "another"})
    yield bad(f"POST /assessments/{at.begun}/complete", {}, (409, "nothing-to-score"))
    yield bad(f"GET /assessments/{at.expired}/next", None, (410, "assessment-expired"))
    yield bad(f"GET /profiles/{at.begun}", None, (409, "assessment-not-completed"))
    for path in ("next", "complete"):
        yield bad(f"{'GET' if path == 'next' else 'POST'} /assessments/{at.foreign}/{path}", {}, NOT_FOUND)
    yield bad(f"POST /profiles/{at.completed}/shares", {"advisorEmail": "nowhere"}, INVALID)
    yield bad(f"POST /profiles/{at.foreign}/shares", {"advisorEmail": "an@example.org"}, NOT_FOUND)
    yield bad("PATCH /users/me", {"name": "A\u0000B"}, INVALID)
    yield bad("PATCH /users/me", {"role": "admin"}, INVALID)
    yield bad("DELETE /users/me", {"password": "a wrong one of some length"}, (401, "invalid-credentials"))
    registration = {"email": "ada@example.org", "name": "Ada", "password": PASSWORD}
    yield bad("POST /auth/register", registration, (409, "email-taken"))
    yield bad("POST /auth/register", registration | {"email": "new@example.org", "role": "admin"}, INVALID)


async def until_asked(learner: Taker, kind: str) -> tuple[str, str]:
    """An assessment of which everything is answered up to the first question of that kind, and that question."""
    id = await learner.begin()
    while (question := await asked(learner, id))["type"] != kind:
        await learner.client.post(f"/assessments/{id}/answer", json=sample_answer(question["questionId"]))
    return id, question["questionId"]


async def asked(learner: Taker, id: str) -> dict[str, Any]:
    question: dict[str, Any] = (await learner.client.get(f"/assessments/{id}/next")).json()["question"]
    return question


async def staged(learner: Taker, other: Taker, connection: asyncpg.Connection) -> Stage:
    begun, mcq = await until_asked(learner, "mcq")
    at_essay, essay = await until_asked(learner, "essay")
    at_interest, interest = await until_asked(learner, "interest")
    drawn = await connection.fetch("SELECT question_id FROM form_item WHERE assessment_id = $1", begun)
    answered = await connection.fetchval(
        "SELECT question_id FROM response WHERE assessment_id = $1 AND answer ? 'text' LIMIT 1", at_interest
    )
    bank = shipped_content().bank
    left = {question.id for domain in bank.role("backend-developer").domains for question in asked_in(domain.id)}
    expired = await learner.begin()
    await connection.execute(
        "UPDATE assessment SET started_at = started_at - interval '3 hours', expires_at = now() - interval '1 hour' "
        "WHERE assessment_id = $1",
        expired,
    )
    completed = await learner.begin("screener")
    for _ in range(2):
        question = (await asked(learner, completed))["questionId"]
        await learner.client.post(f"/assessments/{completed}/answer", json=sample_answer(question))
    await learner.complete(completed)
    return Stage(
        begun=begun,
        mcq=mcq,
        at_essay=at_essay,
        essay=essay,
        at_interest=at_interest,
        interest=interest,
        answered=answered,
        not_drawn=min(left - {row["question_id"] for row in drawn}),
        expired=expired,
        completed=completed,
        foreign=await other.begin(),
    )


def asked_in(domain: str) -> list[MultipleChoice | Essay]:
    bank = shipped_content().bank
    return [q for q in bank.by_id.values() if isinstance(q, MultipleChoice | Essay) and q.domain == domain]


async def everything(connection: asyncpg.Connection) -> dict[str, str]:
    """Of each table the hash of all its rows."""
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    names = [row["tablename"] for row in tables if row["tablename"] != COUNTS_TRIES]
    hashed = "SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {} AS t"
    return {name: await connection.fetchval(hashed.format(name)) for name in names}


async def test_a_bad_request_gets_its_code_and_leaves_every_row_as_it_was(clean_dsn: str) -> None:
    await published(clean_dsn)
    connection = await asyncpg.connect(clean_dsn)
    wrong = []
    try:
        async with (
            asyncio.timeout(120),
            running_server("--no-grading", CREDCORE_DATABASE_URL=clean_dsn) as server,
            taker(server, "ada") as learner,
            taker(server, "bob") as other,
        ):
            at = await staged(learner, other, connection)
            before = await everything(connection)
            bad = [*bad_answers(at), *other_bad_calls(at)]
            for request in bad:
                got = refusal(await request.send(learner.client))
                after = await everything(connection)
                changed = [table for table, hashed in after.items() if hashed != before[table]]
                before = after
                if got != request.refused or changed:
                    wrong.append((request.what, got, changed))
            good = await learner.client.post(f"/assessments/{at.begun}/answer", json=sample_answer(at.mcq))
            assert good.status_code == 200
            assert await everything(connection) != before, "a change would have been seen"
    finally:
        await connection.close()
    assert wrong == []
    assert len(bad) > 45
