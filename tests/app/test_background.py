"""What goes on beside the serving."""

from __future__ import annotations

import asyncio

import pytest

from credcore_app.background import beside

PATIENCE = 30.0


async def test_work_that_a_defect_ended_is_written_down_and_begun_again(caplog: pytest.LogCaptureFixture) -> None:
    begun = 0
    going_on = asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun < 3:
            raise LookupError("a defect")
        going_on.set()
        await asyncio.Event().wait()

    async with asyncio.timeout(PATIENCE), beside(work, "some-work", rest=0.001):
        await going_on.wait()
    assert begun == 3
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]


async def test_it_ends_with_its_block_and_not_before_it_has_undone_what_it_had_begun() -> None:
    begun = asyncio.Event()
    undone = []

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            undone.append(True)

    async with asyncio.timeout(PATIENCE), beside(work, "some-work"):
        await begun.wait()
    assert undone == [True]
