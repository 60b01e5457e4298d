"""Working the grading queue: every essay ends with one grade, whatever grader, worker and store do meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credcore.accounts import Caller
from credcore.errors import Unavailable
from credcore.grading import Flag, Grade, GradingTask, Judgement
from credcore.grading_ports import Claim, Grader, GraderAway, GradingQueue
from credcore.services.grading import LONGEST_WAIT, GradingWorker, QueuePolicy
from samples import right_answer
from world import DownGrader, HangingGrader, ScriptedGrader, World, opened, provisional

BATCH_OF_ALL = QueuePolicy(batch=9)
LEASE = BATCH_OF_ALL.lease
BRISK = QueuePolicy(lease=timedelta(milliseconds=9), poll=timedelta(milliseconds=1), batch=9)
"""For tests in which a lease is renewed or a store waited for in earnest."""


@dataclass
class SpyQueue:
    """Passes everything on, counts renewals and pauses, and can be told to be down."""

    queue: GradingQueue
    down_for: int = 0
    renewals_down_for: int = 0
    renewed: list[bool] = field(default_factory=list)
    twice_renewed: asyncio.Event = field(default_factory=asyncio.Event)
    given_back: list[tuple[timedelta, str]] = field(default_factory=list)
    finished: list[Grade] = field(default_factory=list)
    on_wait: asyncio.Event = field(default_factory=asyncio.Event)

    async def claim(
        self, *, limit: int, lease: timedelta, max_attempts: int, assessment_id: UUID | None = None
    ) -> Sequence[Claim]:
        if self.down_for:
            self.down_for -= 1
            raise Unavailable("store")
        return await self.queue.claim(limit=limit, lease=lease, max_attempts=max_attempts, assessment_id=assessment_id)

    async def finish(self, claim: Claim, grade: Grade) -> bool:
        self.finished.append(grade)
        return await self.queue.finish(claim, grade)

    async def give_back(self, claim: Claim, *, after: timedelta, error_code: str, tried: bool = True) -> bool:
        self.given_back.append((after, error_code))
        return await self.queue.give_back(claim, after=after, error_code=error_code, tried=tried)

    async def renew(self, claim: Claim, lease: timedelta) -> bool:
        if self.renewals_down_for:
            self.renewals_down_for -= 1
            raise Unavailable("store")
        self.renewed.append(await self.queue.renew(claim, lease))
        if len(self.renewed) >= 2:
            self.twice_renewed.set()
        return self.renewed[-1]

    async def wait(self, at_most: timedelta) -> None:
        self.on_wait.set()
        await asyncio.sleep(0)


@dataclass
class Essays:
    """A world in which a learner has answered the five essays of a form."""

    world: World
    caller: Caller
    assessment_id: UUID
    ids: list[str]
    spy: SpyQueue

    @property
    def grades(self) -> dict[str, Grade]:
        return self.world.state.assessments[self.assessment_id].grades

    @property
    def jobs(self) -> set[str]:
        return set(self.world.state.assessments[self.assessment_id].jobs)

    def worker(self, grader: object = None) -> GradingWorker:
        return self.world.another_worker(grader or ScriptedGrader(), queue=self.spy)  # type: ignore[arg-type]  # any grader

    def with_fallback(self, grader: Grader) -> GradingWorker:
        return replace(self.worker(grader), fallback=provisional)


@dataclass
class AwayGrader:
    retry_after_seconds: int = 1
    shut: bool = False

    async def judge(self, task: GradingTask) -> Judgement:
        raise GraderAway("grader", retry_after_seconds=self.retry_after_seconds, shut=self.shut)


async def answered(policy: QueuePolicy = BATCH_OF_ALL) -> Essays:
    world = await opened(policy=policy)
    caller = (await world.student()).caller
    assessment_id = await world.started(caller)
    ids = await world.answer_essays(caller, assessment_id)
    return Essays(world, caller, assessment_id, ids, SpyQueue(world.queue))


async def until_idle(worker: GradingWorker) -> int:
    """How many jobs the worker held until there was nothing due."""
    held = 0
    while claimed := await worker.work():
        held += claimed
    return held


async def test_every_essay_is_judged_once_and_the_oldest_first() -> None:
    essays = await answered(QueuePolicy(batch=2))
    grader = ScriptedGrader()
    worker = essays.worker(grader)
    assert [await worker.work() for _ in range(4)] == [2, 2, 1, 0]
    assert [task.question.id for task in grader.asked] == essays.ids
    assert set(essays.grades) == set(essays.ids)
    assert essays.jobs == set()


async def test_a_grade_is_bound_to_the_answer_it_was_made_for() -> None:
    essays = await answered()
    grader = ScriptedGrader(share="0.5")
    await essays.worker(grader).work()
    for task in grader.asked:
        assert task.assessment_id == essays.assessment_id
        assert task.answer == right_answer(task.question).text  # type: ignore[union-attr]  # a text
        assert not task.ai_consent
        grade = essays.grades[task.question.id]
        assert (grade.question_version, grade.rubric_hash) == (task.question.version, task.question.rubric_hash)
        assert (grade.judgement.points, grade.graded_at) == (Decimal(5), essays.world.clock.now)


async def test_a_worker_may_be_asked_for_one_assessment_alone() -> None:
    essays = await answered()
    other = await essays.world.started(essays.caller)
    await essays.world.answer_essays(essays.caller, other)
    assert await essays.worker().work(other) == 5
    assert essays.jobs == set(essays.ids)


async def test_what_cannot_be_judged_now_is_given_back_and_rests_longer_each_time() -> None:
    essays = await answered()
    rests = []
    for _ in range(4):
        assert await until_idle(essays.worker(DownGrader())) == 5
        rests += sorted({after for after, _ in essays.spy.given_back})
        assert {code for _, code in essays.spy.given_back} == {"grader"}
        essays.spy.given_back.clear()
        essays.world.clock.now += rests[-1]
    assert rests == [timedelta(seconds=seconds) for seconds in (1, 2, 4, 8)]
    assert await until_idle(essays.worker()) == 5
    assert set(essays.grades) == set(essays.ids)


async def test_what_was_given_back_twice_is_claimed_together_with_others() -> None:
    essays = await answered()
    for _ in range(2):
        assert await essays.worker(DownGrader()).work() == 5
        essays.world.clock.move(minutes=1)
    worker = essays.worker()
    assert [await worker.work() for _ in range(2)] == [5, 0]


async def test_what_was_claimed_twice_without_an_end_is_claimed_alone() -> None:
    essays = await answered()
    for _ in range(2):
        assert len(await essays.world.queue.claim(limit=9, lease=LEASE, max_attempts=5)) == 5
        essays.world.clock.now += LEASE
    worker = essays.worker()
    assert [await worker.work() for _ in range(6)] == [1, 1, 1, 1, 1, 0]


async def test_a_grader_that_is_away_uses_up_no_tries_for_a_day() -> None:
    essays = await answered(QueuePolicy(batch=9, max_attempts=2))
    away = AwayGrader()
    worker = essays.with_fallback(away)
    began = essays.world.clock.now
    while not essays.grades:
        assert essays.world.clock.now - began < LONGEST_WAIT + timedelta(minutes=6)
        await worker.work()
        essays.world.clock.move(minutes=1)
    assert essays.world.clock.now - began >= LONGEST_WAIT
    assert essays.jobs == set()
    assert {flag for grade in essays.grades.values() for flag in grade.judgement.flags} == {Flag.PROVISIONAL}


async def test_a_grader_that_is_away_is_asked_more_and_more_rarely() -> None:
    essays = await answered(QueuePolicy(batch=9, first_retry=timedelta(seconds=10)))
    rests = []
    for _ in range(7):
        assert await essays.worker(AwayGrader()).work() == 5
        [rest] = {after for after, _ in essays.spy.given_back}
        rests.append(rest.total_seconds())
        essays.spy.given_back.clear()
        essays.world.clock.now += rest
    assert rests == [10, 10, 20, 40, 80, 160, 300]


async def test_what_a_shut_grader_turns_away_is_due_when_it_opens() -> None:
    essays = await answered()
    essays.world.clock.move(minutes=50)
    await essays.worker(AwayGrader(retry_after_seconds=7, shut=True)).work()
    assert {after for after, _ in essays.spy.given_back} == {timedelta(seconds=7)}


async def test_an_essay_is_judged_by_the_first_choice_once_that_is_back_after_hours() -> None:
    essays = await answered(QueuePolicy(batch=9, max_attempts=2))
    for _ in range(20 * 60):
        await essays.with_fallback(AwayGrader()).work()
        essays.world.clock.move(minutes=1)
    essays.world.clock.move(minutes=6)
    assert await essays.with_fallback(ScriptedGrader()).work() == 5
    assert not any(grade.judgement.flags for grade in essays.grades.values())


async def test_a_grader_that_asks_for_more_time_is_given_it() -> None:
    essays = await answered()
    await essays.worker(DownGrader(retry_after_seconds=60)).work()
    assert {after for after, _ in essays.spy.given_back} == {timedelta(seconds=60)}


async def test_a_job_whose_attempts_are_used_up_is_claimed_no_more_and_stays_to_be_seen() -> None:
    essays = await answered(QueuePolicy(batch=9, max_attempts=2))
    for _ in range(2):
        assert await essays.worker(DownGrader()).work() == 5
        essays.world.clock.move(minutes=10)
    assert await essays.worker().work() == 0
    assert essays.jobs == set(essays.ids)
    assert (await essays.world.assessments.find(essays.caller, essays.assessment_id)).pending_grades == 0


async def test_with_a_fallback_the_last_attempt_ends_with_a_grade() -> None:
    essays = await answered(QueuePolicy(batch=9, max_attempts=2))
    grader = DownGrader()
    worker = essays.with_fallback(grader)
    assert await worker.work() == 5
    assert essays.grades == {}
    essays.world.clock.move(minutes=10)
    assert await worker.work() == 5
    assert grader.asked == 10
    assert {flag for grade in essays.grades.values() for flag in grade.judgement.flags} == {Flag.PROVISIONAL}
    assert essays.jobs == set()


async def test_a_worker_that_died_leaves_its_jobs_to_the_next_once_the_lease_is_over() -> None:
    essays = await answered()
    hanging = HangingGrader()
    dying = asyncio.create_task(essays.worker(hanging).work())
    await hanging.started.wait()
    assert await essays.worker().work() == 0
    dying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await dying
    assert await essays.worker().work() == 0
    essays.world.clock.now += BATCH_OF_ALL.lease
    assert await essays.worker().work() == 5
    assert set(essays.grades) == set(essays.ids)


async def test_a_grade_that_comes_after_another_worker_took_over_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    essays = await answered()
    hanging = HangingGrader()
    slow = asyncio.create_task(essays.worker(hanging).work())
    await hanging.started.wait()
    essays.world.clock.now += BATCH_OF_ALL.lease
    await essays.worker(ScriptedGrader(share="0.5")).work()
    before = dict(essays.grades)
    hanging.let_go.set()
    with caplog.at_level(logging.WARNING):
        assert await slow == 5
    assert essays.grades == before
    assert {record.message for record in caplog.records} == {"late grade refused"}


async def test_a_grader_that_takes_long_keeps_its_jobs_while_it_works() -> None:
    essays = await answered(BRISK)
    hanging = HangingGrader()
    working = asyncio.create_task(essays.worker(hanging).work())
    await essays.spy.twice_renewed.wait()
    hanging.let_go.set()
    assert await working == 5
    assert all(essays.spy.renewed)
    assert set(essays.grades) == set(essays.ids)


async def test_a_lease_that_could_not_be_renewed_is_renewed_the_next_time(caplog: pytest.LogCaptureFixture) -> None:
    essays = await answered(BRISK)
    essays.spy.renewals_down_for = len(essays.ids)
    hanging = HangingGrader()
    with caplog.at_level(logging.WARNING):
        working = asyncio.create_task(essays.worker(hanging).work())
        await essays.spy.twice_renewed.wait()
    hanging.let_go.set()
    assert await working == 5
    assert [record.message for record in caplog.records] == ["lease not renewed"] * 5
    assert all(essays.spy.renewed)
    assert set(essays.grades) == set(essays.ids)


async def test_a_lease_that_was_lost_is_not_renewed_again() -> None:
    essays = await answered(BRISK)
    hanging = HangingGrader()
    working = asyncio.create_task(essays.worker(hanging).work())
    await hanging.started.wait()
    essays.world.clock.now += BRISK.lease
    await essays.worker().work()
    await essays.spy.twice_renewed.wait()
    renewals = len(essays.spy.renewed)
    hanging.let_go.set()
    await working
    assert not any(essays.spy.renewed)
    assert renewals <= len(essays.ids)


async def test_a_worker_runs_until_it_is_stopped_and_ends_what_it_holds() -> None:
    essays = await answered()
    hanging, stop = HangingGrader(), asyncio.Event()
    running = asyncio.create_task(essays.worker(hanging).run(stop))
    await hanging.started.wait()
    stop.set()
    hanging.let_go.set()
    await running
    assert set(essays.grades) == set(essays.ids)


@pytest.mark.parametrize("asked", [3601, 10**9, pytest.param(10**300, id="more than a date holds")])
@pytest.mark.parametrize("kind", [AwayGrader, DownGrader, partial(AwayGrader, shut=True)])
async def test_an_absurd_wait_asked_for_parks_no_essay(asked: int, kind: Callable[..., Grader]) -> None:
    essays = await answered()
    await essays.worker(kind(retry_after_seconds=asked)).work()
    essays.world.clock.move(minutes=59)
    assert await essays.worker().work() == 0
    essays.world.clock.move(minutes=1)
    assert await essays.worker().work() == len(essays.ids)


async def test_an_idle_worker_waits_for_work_instead_of_asking_all_the_time() -> None:
    essays = await answered()
    stop = asyncio.Event()
    running = asyncio.create_task(essays.worker().run(stop))
    await essays.spy.on_wait.wait()
    assert set(essays.grades) == set(essays.ids)
    stop.set()
    await running


async def test_an_idle_worker_ends_as_soon_as_it_is_told_to() -> None:
    essays = await answered(QueuePolicy(poll=timedelta(hours=1)))
    stop = asyncio.Event()
    running = asyncio.create_task(essays.worker().run(stop))
    await essays.spy.on_wait.wait()
    stop.set()
    async with asyncio.timeout(30):
        await running


async def test_a_store_that_is_down_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    essays = await answered(BRISK)
    essays.spy.down_for = 3
    stop = asyncio.Event()
    with caplog.at_level(logging.WARNING):
        running = asyncio.create_task(essays.worker().run(stop))
        await essays.spy.on_wait.wait()
    stop.set()
    await running
    assert set(essays.grades) == set(essays.ids)
    assert [record.message for record in caplog.records] == ["grading queue unavailable"] * 3


@given(st.integers(1, 12))
def test_the_rest_after_a_failure_never_shrinks_and_has_an_end(attempt: int) -> None:
    policy = QueuePolicy()
    assert policy.first_retry <= policy.retry_after(attempt) <= policy.retry_after(attempt + 1) <= policy.last_retry


@dataclass
class FlakyQueue(SpyQueue):
    """A store that goes down just when the first grade is to be kept."""

    fails: int = 1

    async def finish(self, claim: Claim, grade: Grade) -> bool:
        if self.fails:
            self.fails -= 1
            raise Unavailable("store")
        return await super().finish(claim, grade)


async def test_a_store_that_goes_down_while_a_grade_is_kept_is_waited_for() -> None:
    essays = await answered(BRISK)
    flaky, stop = FlakyQueue(essays.world.queue), asyncio.Event()
    running = asyncio.create_task(essays.world.another_worker(ScriptedGrader(), queue=flaky).run(stop))
    await asyncio.wait({running, asyncio.create_task(flaky.on_wait.wait())}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await running


async def test_a_store_that_goes_down_while_a_grade_is_kept_is_called_unavailable() -> None:
    essays = await answered()
    flaky = FlakyQueue(essays.world.queue)
    with pytest.raises(Unavailable):
        await essays.world.another_worker(ScriptedGrader(), queue=flaky).work()
