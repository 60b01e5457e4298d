"""The provider's list of models: how long ours has still to live."""

from __future__ import annotations

import json
from datetime import date

import pytest
from tests.openai.conftest import Bench, MakeBench
from tests.openai.provider import Behaviour, fails, hangs, sends

from credcore_openai.models import ModelNotice, read_models

TODAY = date(2026, 11, 22)


def listing(**model: object) -> str:
    return json.dumps({"object": "list", "data": [{"id": "other"}, {"id": "gpt-6-luna", **model}]})


@pytest.mark.parametrize(
    ("shutdown", "problem"),
    [
        (None, None),
        ("2028-01-01", None),
        ("2027-01-14", "the model gpt-6-luna will be shut down on 2027-01-14"),
        ("2026-10-23T00:00:00Z", "the model gpt-6-luna was shut down on 2026-10-23"),
        (1792713600, "the model gpt-6-luna was shut down on 2026-10-23"),
        ("soon", None),
        (10**30, None),
        (True, None),
    ],
)
async def test_a_shutdown_that_is_near_or_past_degrades_readiness(
    bench: Bench, caplog: pytest.LogCaptureFixture, shutdown: object, problem: str | None
) -> None:
    bench.provider.will(sends(200, listing(shutdown_date=shutdown)))
    await bench.grader.check_model()
    assert bench.grader.degraded(TODAY) == ((f"ai grader: {problem}",) if problem else ())
    if problem:
        [warning] = caplog.records
        assert (warning.levelname, warning.message) == ("WARNING", "model of the ai grader")
        assert vars(warning)["shutdown"] == problem[-10:]
    assert [request.path for request in bench.provider.requests] == ["/v1/models"]


async def test_a_model_that_is_not_listed_degrades_readiness(bench: Bench) -> None:
    bench.provider.will(sends(200, '{"data": [{"id": "other"}]}'))
    await bench.grader.check_model()
    assert bench.grader.degraded(TODAY) == ("ai grader: the provider does not list the model gpt-6-luna",)


@pytest.mark.parametrize("does", [fails(404), fails(500), sends(200, "<html>"), sends(200, "[]")])
async def test_a_server_without_a_list_proves_nothing(bench: Bench, does: Behaviour) -> None:
    bench.provider.will(does)
    await bench.grader.check_model()
    assert bench.grader.degraded(TODAY) == ()


async def test_a_list_that_never_comes_is_not_waited_for(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("credcore_openai.grader.MODELS_WITHIN", 0.1)
    async with make_bench() as bench:
        bench.provider.will(hangs)
        await bench.grader.check_model()
        assert bench.grader.notice is None


def test_an_unreadable_list_is_none_at_all() -> None:
    assert read_models(b"\xff", "m") is None
    assert read_models(b'{"data": 7}', "m") is None
    assert read_models(b'{"data": [7, {"id": "m"}]}', "m") == ModelNotice(model="m", listed=True, shutdown=None)
