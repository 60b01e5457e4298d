"""No test sleeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from architecture.sleeps import sleeps

TESTS = Path(__file__).parents[1]
SLOW_ON_PURPOSE = {
    "app/serving_app.py": "a request that is still under way when the server is told to stop",
    "faults/grading_process.py": "a grader that takes as long as grading does, to be killed in the middle of it",
    "faults/test_grading_campaign.py": "how long a worker is frozen: past its lease",
    "faults/test_outage.py": "a provider that thinks, so that several calls are under way at once",
    "faults/test_server_kills.py": "the moment of a kill is left to chance",
    "openai/provider.py": "a provider that sends a byte at a time",
}
"""What is slow because slowness is what is tested, and why."""


def test_no_test_sleeps() -> None:
    assert sleeps(TESTS, SLOW_ON_PURPOSE) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("async def test():\n    await asyncio.sleep(0.1)", 1),
        ("def test():\n    time.sleep(1)", 1),
        ("def test():\n    sleep(seconds)", 1),
        ("def test():\n    for _ in range(9):\n        time.sleep(0.1)", 1),
        ("async def test():\n    await asyncio.sleep(0)", 0),
        ("async def test():\n    while not ready():\n        await asyncio.sleep(0.1)", 0),
        ("QUERY = 'SELECT pg_sleep(30)'", 0),
    ],
)
def test_a_sleep_is_seen_and_asking_again_is_not(tmp_path: Path, source: str, count: int) -> None:
    (tmp_path / "test_it.py").write_text(source, encoding="utf-8")
    assert len(sleeps(tmp_path, {})) == count


def test_whoever_sleeps_no_more_is_no_longer_excused(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("time.sleep(1)", encoding="utf-8")
    assert sleeps(tmp_path, {"test_it.py": "a reason"}) == []
    assert sleeps(tmp_path, {"test_it.py": "a reason", "gone.py": "another"}) == ["gone.py: sleeps no more"]
