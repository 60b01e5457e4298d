from __future__ import annotations

import asyncio
from fractions import Fraction
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.http.driving import (
    FakeClock,
    World,
    answer_all,
    completed,
    refusal,
    sample_answer,
    shipped_content,
    start,
)

from credcore.questions import MultipleChoice

ROLES = [role.id for role in shipped_content().bank.roles]


async def test_the_eight_roles_are_listed_with_weights_that_add_up(world: World) -> None:
    async with world.client() as anonymous:
        items = (await anonymous.get("/roles")).json()["items"]
    assert len(items) == 8
    assert all(sum(Fraction(str(d["weight"])) for d in role["domains"]) == 1 for role in items)


@pytest.mark.parametrize(("form", "total"), [("standard", 10), ("screener", 5), ("deep-dive", 20)])
async def test_a_form_has_its_number_of_questions_and_delivers_the_first(
    student: httpx.AsyncClient, form: str, total: int
) -> None:
    begun = await start(student, form=form)
    assert (begun["totalQuestions"], begun["answered"], begun["status"]) == (total, 0, "in_progress")
    following = (await student.get(f"/assessments/{begun['assessmentId']}/next")).json()
    assert following["question"] == begun["question"]
    assert begun["question"]["position"] == 1


async def test_the_answer_to_a_start_says_where_the_assessment_is(student: httpx.AsyncClient) -> None:
    answer = await student.post("/assessments/start", json={"role": "data-analyst"})
    found = await student.get(answer.headers["location"])
    assert found.json() == answer.json()


@pytest.mark.parametrize("role", ROLES)
async def test_strong_answers_beat_weak_ones_beat_off_topic_ones(student: httpx.AsyncClient, role: str) -> None:
    strong, weak, off_topic = [
        (await completed(student, quality, role=role))["overallScore"] for quality in ("strong", "weak", "off-topic")
    ]
    assert strong > weak > off_topic
    assert strong >= 90
    assert off_topic <= 15


@pytest.mark.parametrize("form", ["standard", "screener", "deep-dive"])
@pytest.mark.parametrize("quality", ["strong", "weak"])
async def test_a_profile_can_be_recomputed_from_its_own_answers(
    student: httpx.AsyncClient, form: str, quality: str
) -> None:
    profile = await completed(student, quality, form=form)
    scored = [answer for answer in profile["answers"] if answer["weight"] is not None]
    overall, total_weight = Fraction(0), Fraction(0)
    for domain in profile["domainBreakdown"]:
        items = [answer for answer in scored if answer["domain"] == domain["domain"]]
        score = 100 * _weighted(items, "points") / sum(item["weight"] for item in items)
        assert abs(score - Fraction(str(domain["score"]))) <= Fraction(1, 20)
        overall += Fraction(str(domain["weight"])) * score
        total_weight += Fraction(str(domain["weight"]))
    overall /= total_weight
    assert abs(overall - Fraction(str(profile["overallScore"]))) <= Fraction(1, 20)
    assert profile["scoreBand"] == ("low" if overall < 50 else "mid" if overall < 75 else "high")
    sure = sum(item["weight"] * Fraction(str(item["grader"]["reliability"])) for item in scored if item["grader"])
    confidence = sure / sum(item["weight"] for item in scored)
    assert abs(confidence - Fraction(str(profile["confidenceScore"]))) <= Fraction(1, 2000)


def _weighted(items: list[dict[str, Any]], field: str) -> Fraction:
    return sum((item["weight"] * Fraction(str(item[field])) for item in items), Fraction(0))


async def test_no_key_rubric_weight_or_tag_leaves_before_completion(student: httpx.AsyncClient) -> None:
    begun = await start(student, form="deep-dive")
    asked = await answer_all(student, begun["assessmentId"])
    allowed = {
        *("questionId", "position", "type", "domain", "prompt", "options", "minSelections", "maxSelections"),
        *("maxLength", "timeLimitSeconds", "answerBy"),
    }
    assert all(question.keys() <= allowed for question in asked)
    assert all(option.keys() == {"optionId", "text"} for question in asked for option in question.get("options", []))


async def test_the_key_never_leaves_not_even_in_a_profile(student: httpx.AsyncClient) -> None:
    profile = await completed(student, "weak", form="screener")
    for answer in profile["answers"]:
        question = shipped_content().bank.by_id[answer["questionId"]]
        if isinstance(question, MultipleChoice):
            assert answer["feedback"] is None
            assert answer["criteria"] == []


async def test_the_options_order_is_fixed_for_the_assessment(student: httpx.AsyncClient) -> None:
    begun = await start(student, form="screener")
    again = (await student.get(f"/assessments/{begun['assessmentId']}/next")).json()["question"]
    assert again["options"] == begun["question"]["options"]


async def test_the_identical_answer_again_is_answered_the_same_way(student: httpx.AsyncClient) -> None:
    begun = await start(student)
    path = f"/assessments/{begun['assessmentId']}/answer"
    body = sample_answer(begun["question"]["questionId"])
    first = await student.post(path, json=body)
    second_question = (await student.get(f"/assessments/{begun['assessmentId']}/next")).json()["question"]
    await student.post(path, json=sample_answer(second_question["questionId"]))
    repeated = await student.post(path, json=body)
    assert (repeated.status_code, repeated.content) == (200, first.content)


async def test_another_answer_to_an_answered_question_is_refused(student: httpx.AsyncClient) -> None:
    begun = await start(student)
    path = f"/assessments/{begun['assessmentId']}/answer"
    await student.post(path, json=sample_answer(begun["question"]["questionId"], "strong"))
    other = await student.post(path, json=sample_answer(begun["question"]["questionId"], "weak"))
    assert refusal(other) == (409, "already-answered")


async def test_the_same_answer_again_is_fine_in_any_state(student: httpx.AsyncClient, clock: FakeClock) -> None:
    begun = await start(student, form="screener")
    path = f"/assessments/{begun['assessmentId']}/answer"
    body = sample_answer(begun["question"]["questionId"])
    await student.post(path, json=body)
    clock.advance(hours=3)
    assert (await student.post(path, json=body)).status_code == 200
    await student.post(f"/assessments/{begun['assessmentId']}/complete")
    assert (await student.post(path, json=body)).status_code == 200


async def test_an_answer_after_the_limit_and_its_grace_is_kept_and_scores_nothing(
    student: httpx.AsyncClient, clock: FakeClock
) -> None:
    begun = await start(student, form="screener")
    question = begun["question"]
    clock.advance(seconds=question["timeLimitSeconds"] + 6)
    body = sample_answer(question["questionId"])
    late = await student.post(f"/assessments/{begun['assessmentId']}/answer", json=body)
    assert late.json()["status"] == "late"
    profile = (await student.post(f"/assessments/{begun['assessmentId']}/complete")).json()
    [answer] = [answer for answer in profile["answers"] if answer["questionId"] == question["questionId"]]
    assert (answer["status"], answer["points"], answer["grader"]) == ("late", 0, None)


async def test_an_answer_within_the_grace_counts(student: httpx.AsyncClient, clock: FakeClock) -> None:
    begun = await start(student, form="screener")
    clock.advance(seconds=begun["question"]["timeLimitSeconds"] + 5)
    body = sample_answer(begun["question"]["questionId"])
    answer = await student.post(f"/assessments/{begun['assessmentId']}/answer", json=body)
    assert answer.json()["status"] == "scored"


async def test_after_expiry_nothing_more_is_asked_or_answered_but_the_profile_is_made(
    student: httpx.AsyncClient, clock: FakeClock
) -> None:
    begun = await start(student)
    path = f"/assessments/{begun['assessmentId']}"
    await student.post(f"{path}/answer", json=sample_answer(begun["question"]["questionId"]))
    second = (await student.get(f"{path}/next")).json()["question"]
    clock.advance(hours=2)
    assert refusal(await student.get(f"{path}/next")) == (410, "assessment-expired")
    refused = await student.post(f"{path}/answer", json=sample_answer(second["questionId"]))
    assert refusal(refused) == (410, "assessment-expired")
    assert (await student.get(path)).json()["status"] == "expired"
    profile = await student.post(f"{path}/complete")
    assert profile.status_code == 200
    assert (await student.get(path)).json()["status"] == "completed"


async def test_an_answer_after_completion_is_refused(student: httpx.AsyncClient) -> None:
    begun = await start(student)
    path = f"/assessments/{begun['assessmentId']}"
    await student.post(f"{path}/answer", json=sample_answer(begun["question"]["questionId"]))
    second = (await student.get(f"{path}/next")).json()["question"]
    await student.post(f"{path}/complete")
    refused = await student.post(f"{path}/answer", json=sample_answer(second["questionId"]))
    assert refusal(refused) == (409, "assessment-completed")
    assert refusal(await student.get(f"{path}/next")) == (409, "assessment-completed")


async def test_next_gives_null_once_all_are_answered(student: httpx.AsyncClient) -> None:
    begun = await start(student, form="screener")
    await answer_all(student, begun["assessmentId"])
    assert (await student.get(f"/assessments/{begun['assessmentId']}/next")).json() == {
        "answered": 5,
        "totalQuestions": 5,
        "question": None,
    }


async def test_completing_again_gives_the_same_bytes(student: httpx.AsyncClient) -> None:
    profile = await completed(student)
    path = f"/assessments/{profile['assessmentId']}/complete"
    again = await asyncio.gather(*(student.post(path) for _ in range(10)))
    assert {answer.content for answer in again} == {(await student.get(f"/profiles/{profile['assessmentId']}")).content}


async def test_without_a_scored_answer_there_is_nothing_to_score(student: httpx.AsyncClient) -> None:
    begun = await start(student)
    refused = await student.post(f"/assessments/{begun['assessmentId']}/complete")
    assert refusal(refused) == (409, "nothing-to-score")


async def test_profile_and_recommendations_wait_for_completion(student: httpx.AsyncClient) -> None:
    id = (await start(student))["assessmentId"]
    assert refusal(await student.get(f"/profiles/{id}")) == (409, "assessment-not-completed")
    refused = await student.get("/recommendations", params={"assessmentId": id})
    assert refusal(refused) == (409, "assessment-not-completed")


async def test_an_unknown_revision_is_not_found(student: httpx.AsyncClient) -> None:
    id = (await completed(student, form="screener"))["assessmentId"]
    assert (await student.get(f"/profiles/{id}", params={"revision": 1})).status_code == 200
    assert refusal(await student.get(f"/profiles/{id}", params={"revision": 2})) == (404, "not-found")
    assert refusal(await student.get(f"/profiles/{id}", params={"revision": "x"})) == (422, "validation-failed")


async def test_the_bundle_is_two_or_three_courses_of_the_catalogue_with_reasons(student: httpx.AsyncClient) -> None:
    profile = await completed(student, "weak")
    bundle = (await student.get("/recommendations", params={"assessmentId": profile["assessmentId"]})).json()
    assert bundle == {"assessmentId": profile["assessmentId"], "items": profile["recommendations"]}
    assert 2 <= len(bundle["items"]) <= 3
    courses = shipped_content().bank.courses
    for item in bundle["items"]:
        assert item["url"] == courses[item["courseId"]].url
        assert len(item["reason"]) > 20


async def test_the_tracked_link_leads_to_the_course_without_a_token(student: httpx.AsyncClient, world: World) -> None:
    [first, *_] = (await completed(student, form="screener"))["recommendations"]
    async with world.client() as anonymous:
        answer = await anonymous.get(first["openUrl"])
        assert (answer.status_code, answer.headers["location"]) == (302, first["url"])
        unknown = await anonymous.get(f"/recommendations/{first['recommendationId'][:-1]}x/open")
        assert refusal(unknown) == (404, "not-found")


async def test_following_the_link_counts_one_click_each_time_and_says_nothing_beside_where(
    student: httpx.AsyncClient, world: World
) -> None:
    [first, *_] = (await completed(student, form="screener"))["recommendations"]
    clicks = world.services.profiles.store.clicks  # type: ignore[attr-defined]  # the store in memory
    async with world.client() as anonymous:
        for so_far in (1, 2, 3):
            answer = await anonymous.get(first["openUrl"])
            assert answer.content == b""
            assert "content-type" not in answer.headers
            assert answer.headers["cache-control"] == "no-store"
            assert clicks == {UUID(first["recommendationId"]): so_far}
        for method in ("HEAD", "OPTIONS", "POST"):
            await anonymous.request(method, first["openUrl"])
    assert clicks == {UUID(first["recommendationId"]): 3}


async def test_two_forms_in_a_row_share_no_scored_question(student: httpx.AsyncClient) -> None:
    first, second = [
        {answer["questionId"] for answer in (await completed(student))["answers"] if answer["weight"]} for _ in range(2)
    ]
    assert not first & second


async def test_own_assessments_are_listed_newest_first_page_by_page(student: httpx.AsyncClient) -> None:
    ids = [(await start(student, form="screener"))["assessmentId"] for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await student.get("/assessments", params=params)).json()
        seen += [item["assessmentId"] for item in page["items"]]
        cursor = page["nextCursor"]
    assert seen == sorted(ids, reverse=True)
