"""A student lets an advisor read a profile, sees who did, and takes it back; nobody learns who has an account."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import httpx
import pytest
from tests.http.driving import PASSWORD, World, completed, refusal, start

from credcore.accounts import UserRole

ADVISOR = "advisor@example.org"


async def advisor(world: World, email: str = ADVISOR, role: UserRole = UserRole.ADVISOR) -> httpx.AsyncClient:
    body = {"email": email, "name": "An Advisor", "password": PASSWORD}
    async with world.client() as anonymous:
        made = await anonymous.post("/auth/register", json=body)
    id = UUID(made.json()["userId"])
    account = replace(world.state.accounts[id], role=role)
    world.state.accounts[id] = account
    return world.client(world.tokens.issue(account.caller))


async def share(client: httpx.AsyncClient, assessment_id: str, email: str = ADVISOR, **headers: str) -> httpx.Response:
    return await client.post(f"/profiles/{assessment_id}/shares", json={"advisorEmail": email}, headers=headers)


async def test_a_shared_profile_is_there_from_the_next_call_on_and_gone_after_it_is_taken_back(
    world: World, student: httpx.AsyncClient
) -> None:
    async with await advisor(world) as reader:
        profile = await completed(student)
        id = profile["assessmentId"]
        assert refusal(await reader.get(f"/profiles/{id}")) == (404, "not-found")
        made = await share(student, id)
        assert made.status_code == 201
        assert made.json().keys() == {"shareId", "advisorEmail", "createdAt"}
        assert (await reader.get(f"/profiles/{id}")).json() == profile
        bundle = await reader.get("/recommendations", params={"assessmentId": id})
        assert bundle.json()["items"] == profile["recommendations"]
        [listed] = (await reader.get("/advisor/profiles")).json()["items"]
        assert listed == {
            "assessmentId": id,
            "studentName": "A. Student",
            "role": profile["role"],
            "completedAt": profile["completedAt"],
            "overallScore": profile["overallScore"],
            "scoreBand": profile["scoreBand"],
            "confidenceScore": profile["confidenceScore"],
            "sharedAt": made.json()["createdAt"],
        }
        assert (await student.delete(f"/profiles/{id}/shares/{made.json()['shareId']}")).status_code == 204
        assert refusal(await reader.get(f"/profiles/{id}")) == (404, "not-found")
        assert refusal(await reader.get("/recommendations", params={"assessmentId": id})) == (404, "not-found")
        assert (await reader.get("/advisor/profiles")).json() == {"items": [], "nextCursor": None}


async def test_an_advisor_reads_and_does_nothing_else(world: World, student: httpx.AsyncClient) -> None:
    async with await advisor(world) as reader:
        id = (await completed(student))["assessmentId"]
        made = (await share(student, id)).json()
        refused = [
            await reader.get(f"/assessments/{id}"),
            await reader.get(f"/assessments/{id}/next"),
            await reader.post(f"/assessments/{id}/complete"),
            await reader.get(f"/profiles/{id}/shares"),
            await share(reader, id, "friend@example.org"),
            await reader.delete(f"/profiles/{id}/shares/{made['shareId']}"),
        ]
        assert {refusal(answer) for answer in refused} == {(404, "not-found")}


async def test_the_student_sees_who_looked_and_when(world: World, student: httpx.AsyncClient) -> None:
    async with await advisor(world) as reader:
        id = (await completed(student))["assessmentId"]
        made = (await share(student, id)).json()
        assert (await student.get(f"/profiles/{id}/shares")).json() == {
            "items": [{**made, "lastViewedAt": None, "views": 0}]
        }
        for _ in range(2):
            world.clock.advance(minutes=1)
            await reader.get(f"/profiles/{id}")
        looked = world.clock().isoformat().replace("+00:00", "Z")
        await student.get(f"/profiles/{id}")
        assert (await student.get(f"/profiles/{id}/shares")).json() == {
            "items": [{**made, "lastViewedAt": looked, "views": 2}]
        }


async def test_no_answer_tells_whether_an_address_has_an_account(world: World, student: httpx.AsyncClient) -> None:
    async with await advisor(world), await advisor(world, "student2@example.org", UserRole.STUDENT):
        id = (await completed(student))["assessmentId"]
        emails = [ADVISOR, "student2@example.org", "nobody@example.org"]
        answers = [await share(student, id, email) for email in emails]
        assert [answer.status_code for answer in answers] == [201] * 3
        assert [answer.json()["advisorEmail"] for answer in answers] == emails
        assert len({tuple(answer.json()) for answer in answers}) == 1
        shown = (await student.get(f"/profiles/{id}/shares")).json()["items"]
        assert [(entry["views"], entry["lastViewedAt"]) for entry in shown] == [(0, None)] * 3


async def test_a_share_that_stands_is_given_again(student: httpx.AsyncClient) -> None:
    id = (await completed(student))["assessmentId"]
    first = await share(student, id)
    again = await share(student, id, " Advisor@Example.ORG ")
    assert (again.status_code, again.json()) == (201, first.json())


async def test_an_idempotency_key_gives_the_first_answer_again(student: httpx.AsyncClient) -> None:
    id = (await completed(student))["assessmentId"]
    key = {"Idempotency-Key": "k1"}
    first, again = await share(student, id, **key), await share(student, id, **key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert refusal(await share(student, id, "other@example.org", **key)) == (422, "idempotency-key-reused")


async def test_an_unfinished_assessment_has_nothing_to_share(student: httpx.AsyncClient) -> None:
    id = (await start(student))["assessmentId"]
    assert refusal(await share(student, id)) == (409, "assessment-not-completed")
    assert (await student.get(f"/profiles/{id}/shares")).json() == {"items": []}


@pytest.mark.parametrize(
    "body", [{}, {"advisorEmail": 7}, {"advisorEmail": "no address"}, {"advisorEmail": ADVISOR, "role": "admin"}]
)
async def test_what_is_not_the_callers_is_not_found_whatever_they_send(
    world: World, student: httpx.AsyncClient, body: dict[str, object]
) -> None:
    id = (await completed(student))["assessmentId"]
    assert refusal(await student.post(f"/profiles/{id}/shares", json=body)) == (422, "validation-failed")
    async with await world.student() as other:
        assert refusal(await other.post(f"/profiles/{id}/shares", json=body)) == (404, "not-found")
        assert refusal(await other.post("/profiles/nonsense/shares", json=body)) == (404, "not-found")


async def test_twenty_advisors_at_a_time_can_read_one_profile(student: httpx.AsyncClient) -> None:
    id = (await completed(student))["assessmentId"]
    for number in range(20):
        assert (await share(student, id, f"a{number}@example.org")).status_code == 201
    answer = await share(student, id)
    assert refusal(answer) == (422, "validation-failed")
    assert answer.json()["errors"][0]["pointer"] == "/advisorEmail"


async def test_a_share_is_taken_back_once(student: httpx.AsyncClient) -> None:
    id = (await completed(student))["assessmentId"]
    path = f"/profiles/{id}/shares/{(await share(student, id)).json()['shareId']}"
    assert (await student.delete(path)).status_code == 204
    assert refusal(await student.delete(path)) == (404, "not-found")
    assert refusal(await student.delete(f"/profiles/{id}/shares/nonsense")) == (404, "not-found")


async def test_an_advisors_list_comes_page_by_page(world: World) -> None:
    async with await advisor(world) as reader:
        shared = []
        for _ in range(3):
            async with await world.student() as one:
                id = (await completed(one))["assessmentId"]
                await share(one, id)
                shared.insert(0, id)
        first = (await reader.get("/advisor/profiles?limit=2")).json()
        rest = (await reader.get("/advisor/profiles", params={"cursor": first["nextCursor"]})).json()
        assert [entry["assessmentId"] for page in (first, rest) for entry in page["items"]] == shared
        assert rest["nextCursor"] is None
        assert refusal(await reader.get("/advisor/profiles?limit=0")) == (422, "validation-failed")


async def test_the_list_is_for_advisors_and_sharing_for_people(world: World, student: httpx.AsyncClient) -> None:
    async with await world.partner() as platform, await advisor(world, role=UserRole.ADMIN) as admin:
        for other in (student, platform, admin):
            assert refusal(await other.get("/advisor/profiles")) == (403, "forbidden")
        id = (await completed(platform))["assessmentId"]
        assert refusal(await share(platform, id)) == (403, "forbidden")
        assert refusal(await platform.get(f"/profiles/{id}/shares")) == (403, "forbidden")
