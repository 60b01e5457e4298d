from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.http.driving import FakeClock, World, answer_all, refusal, start

from credcore.errors import Unavailable
from credcore.memory import MemoryIdempotency
from credcore_http import idempotency

START = {"role": "backend-developer", "form": "screener"}


def _key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


async def test_the_same_key_and_body_give_the_first_answer_again(student: httpx.AsyncClient) -> None:
    first = await student.post("/assessments/start", json=START, headers=_key("k1"))
    again = await student.post("/assessments/start", json=START, headers=_key("k1"))
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert len((await student.get("/assessments")).json()["items"]) == 1


async def test_the_same_key_with_another_body_or_path_is_refused(student: httpx.AsyncClient) -> None:
    first = (await student.post("/assessments/start", json=START, headers=_key("k1"))).json()
    other = await student.post("/assessments/start", json={**START, "role": "data-analyst"}, headers=_key("k1"))
    assert refusal(other) == (422, "idempotency-key-reused")
    path = f"/assessments/{first['assessmentId']}/complete"
    assert refusal(await student.post(path, json=START, headers=_key("k1"))) == (422, "idempotency-key-reused")


async def test_two_callers_may_use_the_same_key(world: World, student: httpx.AsyncClient) -> None:
    async with await world.student() as other:
        first = await student.post("/assessments/start", json=START, headers=_key("k1"))
        second = await other.post("/assessments/start", json=START, headers=_key("k1"))
    assert first.json()["assessmentId"] != second.json()["assessmentId"]


async def test_of_many_at_once_one_starts_and_the_others_get_its_answer_or_wait(student: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(student.post("/assessments/start", json=START, headers=_key("k1")) for _ in range(20))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert all(refusal(a) == (409, "request-in-progress") for a in answers if a.status_code == 409)
    assert len((await student.get("/assessments")).json()["items"]) == 1


async def test_a_refused_request_leaves_its_key_free(student: httpx.AsyncClient) -> None:
    begun = await start(student, form="screener")
    path = f"/assessments/{begun['assessmentId']}/complete"
    assert refusal(await student.post(path, headers=_key("k1"))) == (409, "nothing-to-score")
    await answer_all(student, begun["assessmentId"])
    assert (await student.post(path, headers=_key("k1"))).status_code == 200


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "\u00e4"])
async def test_a_key_is_visible_ascii_within_its_length(student: httpx.AsyncClient, key: str) -> None:
    headers = [(b"idempotency-key", key.encode())]
    answer = await student.post("/assessments/start", json=START, headers=headers)
    assert refusal(answer) == (422, "validation-failed")


async def test_where_it_is_not_known_what_happened_the_next_try_finds_the_first_ones_work(
    world: World, student: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = type(world.services.assessments.store).find

    async def down(*arguments: object) -> None:
        raise Unavailable("store")

    monkeypatch.setattr(type(world.services.assessments.store), "find", down)
    lost = await student.post("/assessments/start", json=START, headers=_key("k1"))
    assert refusal(lost) == (503, "unavailable")
    monkeypatch.setattr(type(world.services.assessments.store), "find", find)
    again = await student.post("/assessments/start", json=START, headers=_key("k1"))
    assert again.status_code == 201
    assert len((await student.get("/assessments")).json()["items"]) == 1


async def test_a_key_names_the_same_request_whichever_case_its_id_is_written_in(student: httpx.AsyncClient) -> None:
    begun = await start(student, form="screener")
    await answer_all(student, begun["assessmentId"])
    first = await student.post(f"/assessments/{begun['assessmentId']}/complete", headers=_key("k1"))
    again = await student.post(f"/assessments/{begun['assessmentId'].upper()}/complete", headers=_key("k1"))
    assert (again.status_code, again.content) == (200, first.content)


@dataclass
class Stalled:
    """A first request that has begun, and does not get on."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    renewed: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture
def stalled(world: World, monkeypatch: pytest.MonkeyPatch) -> Stalled:
    """The first start stalls, those after it do not."""
    stalled, store = Stalled(), type(world.services.assessments.store)
    find, renew = store.find, MemoryIdempotency.renew

    async def first_stalls(*arguments: Any) -> Any:  # Any: passed on
        if not stalled.begun.is_set():
            stalled.begun.set()
            await stalled.go_on.wait()
        return await find(*arguments)

    async def told(*arguments: Any) -> bool:  # Any: passed on
        held = await renew(*arguments)
        stalled.renewed.set()
        return held

    monkeypatch.setattr(store, "find", first_stalls)
    monkeypatch.setattr(MemoryIdempotency, "renew", told)
    return stalled


def _begin(student: httpx.AsyncClient) -> asyncio.Task[httpx.Response]:
    return asyncio.create_task(student.post("/assessments/start", json=START, headers=_key("k1")))


async def test_however_long_the_first_request_runs_its_key_is_its_own(
    student: httpx.AsyncClient, clock: FakeClock, stalled: Stalled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "RENEWED_EVERY", timedelta())
    first = _begin(student)
    await stalled.begun.wait()
    for _ in range(5):
        clock.advance(seconds=9)
        stalled.renewed.clear()
        await stalled.renewed.wait()
        waits = await _begin(student)
        assert refusal(waits) == (409, "request-in-progress")
        assert waits.headers["retry-after"] == "1"
    stalled.go_on.set()
    assert (await first).status_code == 201
    assert (await _begin(student)).headers["idempotency-replayed"] == "true"


async def test_the_key_of_a_request_that_was_killed_is_free_after_ten_seconds(
    student: httpx.AsyncClient, clock: FakeClock, stalled: Stalled
) -> None:
    killed = _begin(student)
    await stalled.begun.wait()
    clock.advance(seconds=9.9)
    assert refusal(await _begin(student)) == (409, "request-in-progress")
    clock.advance(seconds=0.1)
    took_over = await _begin(student)
    stalled.go_on.set()
    assert (await killed).json()["assessmentId"] == took_over.json()["assessmentId"]
    assert (await _begin(student)).content == took_over.content
    assert len((await student.get("/assessments")).json()["items"]) == 1


async def test_a_straggler_that_fails_leaves_the_key_to_whoever_took_over(
    student: httpx.AsyncClient, clock: FakeClock, stalled: Stalled
) -> None:
    straggler = _begin(student)
    await stalled.begun.wait()
    clock.advance(seconds=10)
    took_over = await _begin(student)
    straggler.cancel()
    with pytest.raises(asyncio.CancelledError):
        await straggler
    again = await _begin(student)
    assert (again.content, again.headers["idempotency-replayed"]) == (took_over.content, "true")


@pytest.mark.parametrize(
    ("fails", "times", "said"), [(Unavailable("database"), 3, ""), (RuntimeError("a defect"), 1, "not renewed")]
)
async def test_a_lease_that_cannot_be_renewed_now_is_tried_again_and_the_request_goes_on(
    student: httpx.AsyncClient,
    stalled: Stalled,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fails: Exception,
    times: int,
    said: str,
) -> None:
    tries = asyncio.Semaphore(0)

    async def fail(*arguments: object) -> bool:
        tries.release()
        raise fails

    monkeypatch.setattr(idempotency, "RENEWED_EVERY", timedelta())
    monkeypatch.setattr(MemoryIdempotency, "renew", fail)
    first = _begin(student)
    for _ in range(times):
        await tries.acquire()
    stalled.go_on.set()
    assert (await first).status_code == 201
    assert said in caplog.text
    assert bool(said) == bool(caplog.records)
