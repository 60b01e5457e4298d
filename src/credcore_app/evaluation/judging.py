"""Rows judged by a grader, several at once, each kept as soon as it is there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from credcore.errors import Unavailable
from credcore.grading import Flag, GraderRef, GradingTask, Judgement
from credcore.grading_ports import Grader, NoAiGrade
from credcore.offline_grader import judge_offline
from credcore_app.evaluation.journal import Journal, Judged, key_of
from credcore_app.fault import Fault

TRIES = 6
LONGEST_REST = 60.0
OVER_BUDGET = "over-budget"
USELESS = frozenset(
    ["ai-grader:quota", *(f"ai-grader:status-{status}" for status in (*range(300, 400), 401, 402, 403, 404))]
)
"""Until somebody acts."""


@dataclass(frozen=True, kw_only=True)
class Judge:
    """A grader under evaluation. ``basis`` names what a grade of a task depends on besides the task itself."""

    ref: GraderRef
    grader: Grader
    basis: Callable[[GradingTask], str]
    at_once: int = 1

    async def judged(self, task: GradingTask) -> Judged:
        """Waits while the grader says so; each try is an assessment of its own to the budget.

        An answer that the grader gives no grade for gets the offline one, as it would in an assessment. Raises Fault
        where going on makes no sense now.
        """
        for attempt in range(1, TRIES + 1):
            began = time.perf_counter()
            try:
                judgement = await self.grader.judge(replace(task, assessment_id=uuid4()))
            except NoAiGrade as reason:
                if reason.what == OVER_BUDGET:
                    raise Fault("the month's budget is used up; raise CREDCORE_MONTHLY_BUDGET_USD to go on") from None
                judgement = judge_offline(task)
            except Unavailable as reason:
                if attempt == TRIES or reason.what in USELESS:
                    raise Fault(f"the grader cannot be had ({reason.what}); the same command goes on later") from None
                await asyncio.sleep(min(LONGEST_REST, reason.retry_after_seconds))
                continue
            return _judged(judgement, (time.perf_counter() - began) * 1000)
        raise AssertionError("the last try returns or raises")


def _judged(judgement: Judgement, milliseconds: float) -> Judged:
    return Judged(
        points=judgement.points,
        grader=judgement.grader.name,
        milliseconds=milliseconds,
        cost_usd=float(judgement.call.cost_usd) if judgement.call else 0.0,
        strengths=judgement.strengths,
        improvements=judgement.improvements,
        for_review=Flag.NEEDS_REVIEW in judgement.flags,
    )


async def judge_all(
    tasks: Sequence[GradingTask], judge: Judge, journal: Journal, on_done: Callable[[], None], *, run: int = 1
) -> list[Judged]:
    """A grade for each task, in their order; those in the journal are taken from it. Raises Fault as ``judged``."""
    room = asyncio.Semaphore(judge.at_once)
    under_way: dict[str, asyncio.Lock] = {}

    async def one(task: GradingTask) -> Judged:
        key = key_of(task, judge.basis(task), run)
        async with room, under_way.setdefault(key, asyncio.Lock()):
            found = journal.find(key)
            if found is None:
                found = await judge.judged(task)
                journal.keep(key, found)
        on_done()
        return found

    working = [asyncio.ensure_future(one(task)) for task in tasks]
    try:
        return list(await asyncio.gather(*working))
    finally:
        for still in working:
            still.cancel()
        await asyncio.gather(*working, return_exceptions=True)
