"""``GET /metrics``: what is counted, by which labels, and by whom."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.faults.honest_model import ModelServer, grades
from tests.faults.taking import taker
from tests.openai.provider import fails

from credcore.breaker import BreakerState
from credcore.errors import Unavailable
from credcore_app.telemetry import CONTENT_TYPE, AiInstruments, CountedQueue, Exposition, Instruments
from credcore_http.edge import AccessLine
from credcore_pg import QueueState
from running import Server, free_port, running_server
from world import opened

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]
KEY = "sk-test-0123456789abcdefghij"
MODEL = "gpt-6-luna"
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}")


def read(text: str) -> Figures:
    families = text_string_to_metric_families(text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def of(figures: Figures, name: str, **labels: str) -> float:
    """The sum over all samples of the name that have these labels."""
    return sum(v for (found, has), v in figures.items() if found == name and labels.items() <= dict(has).items())


async def no_queue() -> QueueState:
    raise Unavailable("database")


async def small_queue() -> QueueState:
    return QueueState(waiting=3, held=2, dead=1, oldest_seconds=61.5)


def line(method: str = "GET", route: str | None = "/roles", status: int | None = 200) -> AccessLine:
    return AccessLine(method=method, route=route, status=status, milliseconds=30, request_id="r", trace_id="t")


async def shown(instruments: Instruments) -> Figures:
    return read((await Exposition(instruments, small_queue)()).decode())


async def test_requests_are_counted_by_method_route_and_status_and_timed() -> None:
    instruments = Instruments()
    for status in (200, 200, 404):
        instruments.request(line(status=status))
    figures = await shown(instruments)
    assert of(figures, "credcore_http_requests_total", method="GET", route="/roles", status="200") == 2
    assert of(figures, "credcore_http_requests_total") == 3
    assert of(figures, "credcore_http_request_duration_seconds_bucket", route="/roles", le="0.025") == 0
    assert of(figures, "credcore_http_request_duration_seconds_bucket", route="/roles", le="0.05") == 3


async def test_what_a_client_makes_up_makes_no_series_of_its_own() -> None:
    instruments = Instruments()
    for number in range(50):
        instruments.request(line(method=f"M{number}", route=None, status=405))
    instruments.request(line(status=None))
    figures = await shown(instruments)
    assert of(figures, "credcore_http_requests_total", method="other", route="other", status="405") == 50
    assert len([key for key in figures if key[0] == "credcore_http_requests_total"]) == 2


async def test_refusals_for_too_many_requests_are_counted_apart() -> None:
    instruments = Instruments()
    instruments.request(line(route="/auth/login", status=429))
    instruments.request(line(route="/auth/login", status=401))
    assert of(await shown(instruments), "credcore_rate_limited_total", route="/auth/login") == 1


async def test_calls_to_the_model_are_counted_with_what_they_take() -> None:
    instruments = Instruments()
    ai = AiInstruments(instruments, MODEL)
    ai.called(outcome="answered", seconds=0.3, cost_usd=Decimal("0.0002"), tokens_in=1000, tokens_out=200)
    ai.called(outcome="timed-out", seconds=15, cost_usd=Decimal("0.001"), tokens_in=1100, tokens_out=1500)
    figures = await shown(instruments)
    assert of(figures, "credcore_ai_calls_total", model=MODEL, outcome="timed-out") == 1
    assert of(figures, "credcore_ai_tokens_total", model=MODEL, direction="out") == 1700
    assert of(figures, "credcore_ai_cost_usd_total", model=MODEL) == pytest.approx(0.0012)
    assert of(figures, "credcore_ai_call_duration_seconds_sum", model=MODEL) == pytest.approx(15.3)


async def test_the_breaker_shows_from_the_start_and_its_openings_add_up() -> None:
    instruments = Instruments()
    ai = AiInstruments(instruments, MODEL)
    seen = []
    for state in (None, BreakerState.OPEN, BreakerState.OPEN, BreakerState.CLOSED):
        if state is not None:
            ai.breaker_changed(state)
        figures = await shown(instruments)
        assert ("credcore_ai_breaker_open", frozenset({("model", MODEL)})) in figures
        open_now = of(figures, "credcore_ai_breaker_open")
        seen.append((open_now, of(figures, "credcore_ai_breaker_openings_total")))
    assert seen == [(0, 0), (1, 1), (1, 2), (0, 2)]


async def test_only_an_essay_that_went_back_to_the_queue_counts_as_given_back() -> None:
    instruments = Instruments()
    world = await opened()
    id = await world.started(caller := (await world.student()).caller)
    await world.answer_essays(caller, id)
    queue = CountedQueue(world.queue, instruments)
    [slow] = await queue.claim(limit=1, lease=timedelta(seconds=20), max_attempts=5, assessment_id=id)
    for _ in range(3):
        await queue.give_back(slow, after=timedelta(minutes=1), error_code="away")
    assert of(await shown(instruments), "credcore_grading_retries_total", reason="away") == 1


async def test_the_queue_is_told_as_it_is_now() -> None:
    figures = await shown(Instruments())
    told = {state: of(figures, "credcore_grading_jobs", state=state) for state in ("waiting", "held", "dead")}
    assert told == {"waiting": 3, "held": 2, "dead": 1}
    assert of(figures, "credcore_grading_oldest_job_seconds") == 61.5
    assert of(figures, "credcore_database_up") == 1


async def test_a_database_that_is_down_hides_nothing_but_the_queue() -> None:
    instruments = Instruments()
    instruments.request(line())
    figures = read((await Exposition(instruments, no_queue)()).decode())
    assert of(figures, "credcore_http_requests_total") == 1
    assert ("credcore_database_up", frozenset()) in figures
    assert of(figures, "credcore_database_up") == 0
    assert not [key for key in figures if key[0].startswith("credcore_grading_jobs")]


# --- the running server -----------------------------------------------------------------------------------------------


async def scraped(server: Server, port: int | None = None) -> str:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port or server.port}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == CONTENT_TYPE
    return answer.text


@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_a_whole_assessment_shows_in_the_figures_and_nobody_in_their_labels() -> None:
    provider = ModelServer(script=[grades])
    listening = await provider.start()
    settings = {"CREDCORE_OPENAI_API_KEY": KEY, "CREDCORE_OPENAI_BASE_URL": provider.base_url}
    try:
        async with asyncio.timeout(120), running_server(**settings) as server, taker(server, "ada") as learner:
            id = await learner.begin()
            await learner.answer_all(id)
            await learner.complete(id)
            text = await scraped(server)
    finally:
        await provider.stop(listening)
    figures = read(text)
    assert of(figures, "credcore_grades_total", grader=MODEL, provisional="false") == 5
    assert of(figures, "credcore_ai_calls_total", model=MODEL, outcome="answered") == 5
    assert of(figures, "credcore_ai_cost_usd_total") == pytest.approx(0.001)
    answers = "/assessments/{assessment_id}/answer"
    assert of(figures, "credcore_http_requests_total", method="POST", route=answers, status="200") == 10
    assert not ID.search(text)
    assert "ada" not in text


@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_a_provider_that_refuses_us_shows_as_an_open_breaker_and_waiting_essays() -> None:
    provider = ModelServer(script=[fails(401)])
    listening = await provider.start()
    settings = {
        "CREDCORE_OPENAI_API_KEY": KEY,
        "CREDCORE_OPENAI_BASE_URL": provider.base_url,
        "CREDCORE_COMPLETE_TIMEOUT_SECONDS": "0.5",
    }
    try:
        async with asyncio.timeout(120), running_server(**settings) as server, taker(server, "ada") as learner:
            id = await learner.begin()
            await learner.answer_all(id)
            await learner.complete(id)
            figures = read(await scraped(server))
    finally:
        await provider.stop(listening)
    assert of(figures, "credcore_ai_breaker_open") == 1
    assert of(figures, "credcore_ai_breaker_openings_total") == 1
    assert of(figures, "credcore_grades_total", grader="offline", provisional="true") == 5
    assert of(figures, "credcore_grading_jobs") == 5
    assert of(figures, "credcore_grading_retries_total", reason="ai-grader:breaker-open") >= 1


@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_of_several_processes_each_tells_what_all_have_counted() -> None:
    # A connection each time: whichever process takes it.
    anew = {"Connection": "close"}
    async with (
        asyncio.timeout(120),
        running_server("--workers", "2") as server,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", headers=anew) as client,
    ):
        for _ in range(40):
            await client.get("/roles")
        texts = [(await client.get("/metrics")).text for _ in range(10)]
    seen = {of(read(text), "credcore_http_requests_total", route="/roles") for text in texts}
    assert seen == {40}


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("options", [(), ("--workers", "2")])
async def test_with_an_address_of_their_own_the_figures_are_not_on_the_apis_port(options: tuple[str, ...]) -> None:
    port = free_port()
    settings = {"CREDCORE_METRICS_ADDRESS": f"127.0.0.1:{port}"}
    async with asyncio.timeout(120), running_server(*options, **settings) as server:
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{server.port}/metrics")).status_code == 404
            assert (await client.get(f"http://127.0.0.1:{port}/roles")).status_code == 404
        figures = read(await scraped(server, port))
    assert of(figures, "credcore_http_requests_total", route="/metrics", status="404") == 1


@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_a_worker_apart_tells_its_own_figures_on_its_address() -> None:
    port = free_port()
    async with asyncio.timeout(120), running_server("--no-grading") as server, taker(server, "ada") as learner:
        apart = Server(server.folder, server.port, {"CREDCORE_METRICS_ADDRESS": f"127.0.0.1:{port}"})
        worker = await apart.beside("worker")
        id = await learner.begin()
        await learner.answer_all(id)
        while (await learner.state(id))["pendingGrades"]:
            await asyncio.sleep(0.1)
        figures = read(await scraped(server, port))
        assert of(figures, "credcore_grades_total", grader="offline") == 5
        assert of(read(await scraped(server)), "credcore_grades_total") == 0
        worker.terminate()
        assert await worker.wait() == 0
