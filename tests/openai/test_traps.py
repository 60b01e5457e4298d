"""What a server can do to a client, each on a real socket, and what becomes of it: a grade, later, or not at all."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from decimal import Decimal

import pytest
import stamina
from tests.openai import subject
from tests.openai.conftest import Bench, MakeBench
from tests.openai.provider import (
    Behaviour,
    completes,
    completion,
    disconnects,
    dribbles,
    dribbles_an_error,
    fails,
    floods,
    hangs,
    sends,
)

from credcore.breaker import BreakerState
from credcore.budget import CallOutcome
from credcore.errors import Unavailable
from credcore.grading_ports import GraderAway, NoAiGrade
from credcore_openai import CallPolicy

IMPATIENT = CallPolicy(deadline=0.4, attempts=3)
WHOLE = subject.reply()


@dataclass(frozen=True, kw_only=True)
class Trap:
    """``requests`` is how often it is asked in one judging; ``charged`` by outcome; ``error`` starts its code."""

    does: Behaviour
    error: type[Unavailable]
    code: str
    requests: int
    charged: CallOutcome
    state: BreakerState = BreakerState.CLOSED


def again_later(does: Behaviour, code: str, requests: int, charged: CallOutcome, **other: BreakerState) -> Trap:
    """What the answer may be the cause of is a try of the essay's, which has so many; what was turned away is none."""
    error = GraderAway if charged is CallOutcome.REFUSED and code != "status-500" else Unavailable
    return Trap(does=does, error=error, code=f"ai-grader:{code}", requests=requests, charged=charged, **other)


def not_at_all(does: Behaviour, code: str, requests: int, charged: CallOutcome = CallOutcome.UNUSABLE) -> Trap:
    return Trap(does=does, error=NoAiGrade, code=code, requests=requests, charged=charged)


UNKNOWN, REFUSED, OPEN = CallOutcome.UNKNOWN, CallOutcome.REFUSED, BreakerState.OPEN
NAN = WHOLE.replace("10.0", "NaN")
TRAPS = {
    "a body that dribbles": again_later(dribbles(0.05), "timed-out", 1, UNKNOWN),
    "a server that hangs": again_later(hangs, "timed-out", 1, UNKNOWN),
    "a connection lost in the body": again_later(disconnects, "connection", 1, UNKNOWN),
    "an empty body": again_later(sends(200, ""), "no-completion", 2, UNKNOWN),
    "a cut body": again_later(sends(200, json.dumps(completion(WHOLE))[:-40]), "no-completion", 2, UNKNOWN),
    "HTML with 200": again_later(sends(200, "<html>Hi", content_type="text/html"), "no-completion", 2, UNKNOWN),
    "an error with 200": again_later(sends(200, '{"error": {"message": "x"}}'), "no-completion", 2, UNKNOWN),
    "a list with 200": again_later(sends(200, "[1, 2]"), "no-completion", 2, UNKNOWN),
    "brackets without end": again_later(sends(200, "[" * 100_000), "no-completion", 2, UNKNOWN),
    "bytes that are no text": again_later(sends(200, b"\xff\xfe\x00"), "no-completion", 2, UNKNOWN),
    "fifty megabytes": not_at_all(sends(200, b" " * 50_000_000), "oversize", 1, UNKNOWN),
    "a refusal": not_at_all(completes(None, refusal="I can't."), "refused", 1),
    "null content": not_at_all(completes(None), "no-content", 2),
    "empty content": not_at_all(completes(""), "no-content", 2),
    "no choices": not_at_all(completes(None, choices=[]), "no-content", 2),
    "choices null": not_at_all(sends(200, '{"choices": null}'), "no-content", 2),
    "the length reached": not_at_all(completes(WHOLE[:90], finish_reason="length"), "cut-off", 1),
    "a content filter": not_at_all(completes("", finish_reason="content_filter"), "filtered", 1),
    "prose": not_at_all(completes("I would give this answer 9 of 10."), "not-json", 2),
    "cut JSON": not_at_all(completes(WHOLE[:-25]), "not-json", 2),
    "half a surrogate": not_at_all(completes(WHOLE.replace("You explain", "\ud800")), "not-json", 2),
    "a score that is not a number": not_at_all(completes(NAN), "not-a-number", 2),
    "infinite points": not_at_all(completes(WHOLE.replace("4.0", "Infinity", 1)), "not-a-number", 2),
    "a score of 14": not_at_all(completes(subject.reply(score=14)), "out-of-range", 2),
    "a score below 0": not_at_all(completes(subject.reply(score=-1)), "out-of-range", 2),
    "more points than the criterion has": not_at_all(
        completes(subject.reply({"reads": 9, "writes": 0, "limits": 0})), "out-of-range", 2
    ),
    "a score in words": not_at_all(completes(subject.reply(score="7")), "wrong-shape", 2),
    "an enormous number": not_at_all(completes(WHOLE.replace("10.0", "9" * 5000)), "not-json", 2),
    "duplicate keys": not_at_all(completes(WHOLE.replace("{", '{"score": 1, ', 1)), "duplicate-key", 2),
    "a criterion left out": not_at_all(completes(subject.reply({"reads": 1, "writes": 1})), "wrong-criteria", 2),
    "a criterion of its own": not_at_all(completes(subject.reply({**subject.FULL, "style": 1})), "wrong-criteria", 2),
    "500": again_later(fails(500), "status-500", 3, REFUSED),
    "503": again_later(fails(503), "status-503", 3, REFUSED),
    "408": again_later(fails(408), "status-408", 3, REFUSED),
    "429": again_later(fails(429), "status-429", 3, REFUSED),
    "429 for an hour": again_later(fails(429, "retry-after: 3600"), "status-429", 1, REFUSED, state=OPEN),
    "429 without quota": again_later(fails(429, code="insufficient_quota"), "quota", 1, REFUSED, state=OPEN),
    "401": again_later(fails(401), "status-401", 1, REFUSED, state=OPEN),
    "401 in another encoding than it says": again_later(
        fails(401, "content-encoding: gzip"), "status-401", 1, REFUSED, state=OPEN
    ),
    "403": again_later(fails(403), "status-403", 1, REFUSED, state=OPEN),
    "404": again_later(fails(404), "status-404", 1, REFUSED, state=OPEN),
    "302": again_later(fails(302), "status-302", 1, REFUSED, state=OPEN),
    "307": again_later(fails(307, "location: /v1/chat/completions"), "status-307", 1, REFUSED, state=OPEN),
    "500 whose body dribbles": again_later(dribbles_an_error(500, 0.05), "status-500", 3, REFUSED),
    "400 by a content filter": not_at_all(fails(400, code="content_filter"), "filtered", 1, REFUSED),
    "400": not_at_all(fails(400), "status-400", 1, REFUSED),
    "413": not_at_all(fails(413), "status-413", 1, REFUSED),
    "422": not_at_all(fails(422), "status-422", 1, REFUSED),
}


@pytest.mark.parametrize("name", TRAPS)
async def test_every_trap_ends_in_its_outcome(name: str, make_bench: MakeBench) -> None:
    trap = TRAPS[name]
    quick = trap.code.endswith("timed-out")
    async with make_bench(calls=IMPATIENT if quick else CallPolicy(deadline=5)) as bench:
        bench.provider.will(trap.does)
        with pytest.raises(Unavailable) as caught:
            await bench.grader.judge(subject.task())
        assert type(caught.value) is trap.error
        assert caught.value.what == trap.code
        assert len(bench.provider.prompts) == trap.requests
        assert {outcome: line.calls for outcome, line in (await bench.lines()).items()} == {trap.charged: trap.requests}
        assert bench.grader.calls.gate.state is trap.state


async def test_of_an_error_no_more_is_read_than_it_takes_to_understand_it(bench: Bench) -> None:
    taken: list[int] = []
    bench.provider.will(floods(503, taken))
    with pytest.raises(GraderAway):
        await bench.grader.judge(subject.task())
    assert len(taken) >= 2  # the last one may not have noticed yet
    assert max(taken) < 8_000_000  # what sockets and streams hold


@pytest.mark.parametrize("does", [dribbles(0.01), hangs], ids=["dribble", "hang"])
async def test_the_deadline_is_one_by_the_wall_clock(does: Behaviour, make_bench: MakeBench) -> None:
    async with make_bench(calls=IMPATIENT) as bench:
        bench.provider.will(does)
        before = time.monotonic()
        with pytest.raises(Unavailable):
            await bench.grader.judge(subject.task())
        assert time.monotonic() - before < 2


async def test_nobody_listening_is_tried_again_and_costs_nothing(make_bench: MakeBench) -> None:
    async with make_bench(base_url="http://127.0.0.1:1/v1") as bench:
        with pytest.raises(Unavailable, match="ai-grader:connection"):
            await bench.grader.judge(subject.task())
        assert {outcome: line.calls for outcome, line in (await bench.lines()).items()} == {REFUSED: 3}


async def test_retry_after_is_honoured_within_the_call(bench: Bench) -> None:
    bench.provider.will(fails(429, "retry-after: 0.3"), completes(WHOLE))
    with stamina.set_testing(False):
        before = time.monotonic()
        judgement = await bench.grader.judge(subject.task())
    assert judgement.points == 10
    assert 0.3 <= time.monotonic() - before < 1.3


async def test_a_long_retry_after_goes_back_to_the_queue_with_its_time(bench: Bench) -> None:
    bench.provider.will(fails(429, "retry-after: 90"))
    with pytest.raises(Unavailable) as caught:
        await bench.grader.judge(subject.task())
    assert caught.value.retry_after_seconds == 90
    with pytest.raises(Unavailable, match="breaker-open") as refused:
        await bench.grader.judge(subject.task())
    assert 85 <= refused.value.retry_after_seconds <= 90
    assert len(bench.provider.prompts) == 1


async def test_a_passing_failure_is_only_a_delay(bench: Bench) -> None:
    bench.provider.will(fails(500), fails(503), completes(WHOLE))
    assert (await bench.grader.judge(subject.task())).points == 10


async def test_rubbish_once_is_asked_again_once(bench: Bench) -> None:
    bench.provider.will(completes("So, well."), completes(WHOLE))
    assert (await bench.grader.judge(subject.task())).points == 10
    assert bench.seen.outcomes == ["not-json", "answered"]


async def test_without_usage_an_estimate_is_charged(bench: Bench) -> None:
    bench.provider.will(completes(WHOLE, usage=...))
    judgement = await bench.grader.judge(subject.task())
    assert judgement.call is not None
    sent = len(bench.provider.prompts[0].body)
    assert sent / 6 < judgement.call.tokens_in < sent / 2
    assert len(WHOLE) / 6 < judgement.call.tokens_out < len(WHOLE) / 2
    (line,) = (await bench.lines()).values()
    assert (line.tokens_in, line.tokens_out) == (judgement.call.tokens_in, judgement.call.tokens_out)
    assert line.cost_usd == judgement.call.cost_usd > 0


async def test_the_servers_own_usage_is_charged_to_the_token(bench: Bench) -> None:
    bench.provider.will(completes(WHOLE, usage={"prompt_tokens": 1234, "completion_tokens": 321}))
    await bench.grader.judge(subject.task())
    (line,) = (await bench.lines()).values()
    assert line.cost_usd == Decimal("0.0002839")  # 1234 at $0.10 and 321 at $0.50 for a million


async def test_nothing_reserved_is_less_than_what_is_charged(bench: Bench) -> None:
    bench.provider.will(hangs)
    judging = asyncio.ensure_future(bench.grader.judge(subject.task()))
    while not bench.provider.prompts:
        await asyncio.sleep(0)
    (line,) = (await bench.lines()).values()
    assert line.outcome is None
    assert line.tokens_in > len(bench.provider.prompts[0].body) / 2
    judging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await judging
    assert (await bench.lines()).keys() == {None}  # still charged: it may have been answered
    assert bench.grader.calls.gate.state is BreakerState.CLOSED


async def test_a_gateway_that_fences_its_json_is_understood(bench: Bench) -> None:
    bench.provider.will(completes(f"```json\n{WHOLE}\n```"))
    assert (await bench.grader.judge(subject.task())).points == 10
