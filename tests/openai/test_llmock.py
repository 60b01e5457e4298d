"""Against llmock, a mock of the provider that others wrote: its idea of the protocol, not ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import stamina
from llmock.pytest_plugin import LLMock
from tests.openai import subject
from tests.openai.conftest import MakeBench

from credcore.errors import Unavailable
from credcore.grading_ports import NoAiGrade


@asynccontextmanager
async def _real_waits() -> AsyncIterator[None]:
    with stamina.set_testing(False):
        yield


async def test_a_scripted_reply_is_graded(llmock: LLMock, make_bench: MakeBench) -> None:
    llmock.reply(subject.reply())
    async with make_bench(base_url=llmock.base_url("openai")) as bench:
        judgement = await bench.grader.judge(subject.task())
    assert judgement.points == 10
    assert judgement.call is not None
    assert judgement.call.tokens_in > 0


async def test_a_rate_limit_passes(llmock: LLMock, make_bench: MakeBench) -> None:
    llmock.rate_limit(times=2, retry_after=0.1).reply(subject.reply())
    async with make_bench(base_url=llmock.base_url("openai")) as bench, _real_waits():
        assert (await bench.grader.judge(subject.task())).points == 10
    assert len(llmock.requests) == 3


async def test_an_outage_is_later(llmock: LLMock, make_bench: MakeBench) -> None:
    llmock.outage()
    async with make_bench(base_url=llmock.base_url("openai")) as bench:
        with pytest.raises(Unavailable, match="ai-grader"):
            await bench.grader.judge(subject.task())


async def test_too_long_a_prompt_is_final(llmock: LLMock, make_bench: MakeBench) -> None:
    llmock.context_overflow()
    async with make_bench(base_url=llmock.base_url("openai")) as bench:
        with pytest.raises(NoAiGrade, match="status-400"):
            await bench.grader.judge(subject.task())


async def test_chatter_is_no_grade(llmock: LLMock, make_bench: MakeBench) -> None:
    llmock.reply("Sure! Here is what I think.", times=None)
    async with make_bench(base_url=llmock.base_url("openai")) as bench:
        with pytest.raises(NoAiGrade, match="not-json"):
            await bench.grader.judge(subject.task())
