"""Servers that speak part of the protocol: what they refuse is left out, once and for all."""

from __future__ import annotations

import pytest
from tests.openai import subject
from tests.openai.conftest import Bench
from tests.openai.provider import completes, fails

from credcore.budget import CallOutcome
from credcore.grading_ports import NoAiGrade

WHOLE = subject.reply()


async def test_a_modern_server_is_bound_to_the_schema(bench: Bench) -> None:
    bench.provider.will(completes(WHOLE))
    await bench.grader.judge(subject.task())
    sent = bench.provider.prompts[0].document
    assert sent["response_format"]["type"] == "json_schema"
    assert sent["response_format"]["json_schema"]["strict"] is True
    assert sent["temperature"] == 0
    assert sent["reasoning_effort"] == "none"
    assert sent["max_completion_tokens"] == 1500
    assert "max_tokens" not in sent
    assert "tools" not in sent


@pytest.mark.parametrize(
    ("message", "gone"),
    [
        ("Invalid parameter: 'response_format' of type 'json_schema' is not supported", "response_format"),
        ("Unsupported value: 'temperature' does not support 0 with this model", "temperature"),
        ("Unrecognized request argument supplied: reasoning_effort", "reasoning_effort"),
    ],
)
async def test_what_a_server_refuses_is_left_out_once_and_remembered(bench: Bench, message: str, gone: str) -> None:
    bench.provider.will(fails(400, message=message), completes(WHOLE))
    assert (await bench.grader.judge(subject.task())).points == 10
    assert (await bench.grader.judge(subject.task())).points == 10
    first, *later = (request.document for request in bench.provider.prompts)
    assert gone in first
    assert len(later) == 2
    for sent in later:
        if gone == "response_format":
            assert sent[gone] == {"type": "json_object"}
        else:
            assert gone not in sent


async def test_a_server_may_refuse_all_three_in_a_row_and_it_counts_as_one_prompt(bench: Bench) -> None:
    bench.provider.will(
        fails(400, message="response_format is not allowed"),
        fails(422, message="reasoning_effort: extra fields not permitted"),
        fails(400, message="temperature must be 1"),
        completes(WHOLE),
    )
    assert (await bench.grader.judge(subject.task())).points == 10
    lines = await bench.lines()
    assert {outcome: line.calls for outcome, line in lines.items()} == {CallOutcome.ANSWERED: 1}


async def test_a_refusal_that_names_nothing_of_the_kind_is_final(bench: Bench) -> None:
    bench.provider.will(fails(400, message="This model's maximum context length was exceeded."))
    with pytest.raises(NoAiGrade):
        await bench.grader.judge(subject.task())
    assert len(bench.provider.prompts) == 1
