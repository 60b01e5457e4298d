"""An AI provider that stays away, for minutes or for a day: what it is asked meanwhile, and what becomes of the essays.

The queue is the adapter's, the breaker and the worker are the real ones, and time is moved by hand.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from builders import DOMAINS, FakeClock, conclusion, grade, ids
from credcore.breaker import BreakerPolicy, CallResult
from credcore.grading import Flag, GradingTask, Judgement
from credcore.grading_ports import GraderAway, NoAiGrade
from credcore.services.grading import LONGEST_WAIT, GradingWorker, QueuePolicy
from credcore.services.judging import Judges
from credcore_openai.gate import Gate

ESSAYS = [f"{domain}-essay-{number}" for domain in DOMAINS for number in (2, 3)]
WORKER = QueuePolicy(first_retry=timedelta(seconds=10))
STEP = timedelta(seconds=1)


@dataclass
class Provider:
    """Behind a breaker, and away until ``back``. ``asked`` is when it was, whatever it said."""

    clock: FakeClock
    back: datetime
    asked: list[datetime] = field(default_factory=list)
    unusable: bool = False

    def __post_init__(self) -> None:
        self.gate = Gate(lambda: self.clock.now.timestamp(), BreakerPolicy(), lambda state: None)

    async def judge(self, task: GradingTask) -> Judgement:
        with self.gate.passage() as passage:
            self.asked.append(self.clock.now)
            if self.clock.now < self.back:
                passage.came_to(CallResult.FAILURE)
            else:
                passage.came_to(CallResult.SUCCESS)
                if self.unusable:
                    raise NoAiGrade("not-json")
                return grade(task).judgement
        raise GraderAway("ai-grader:status-500", retry_after_seconds=max(1, self.gate.wait))


def offline(task: GradingTask) -> Judgement:
    return grade(task).judgement


def worker_of(stores, provider: Provider) -> GradingWorker:
    judges = Judges(ai=provider, offline=offline)
    return GradingWorker(
        queue=stores.queue, grader=judges, fallback=judges.fallback, ids=ids, now=provider.clock, policy=WORKER
    )


async def handed_in(stores, clock: FakeClock, assessments: int) -> list[tuple[object, object]]:
    partner = await stores.partner()
    begun = [await stores.begin(partner, ESSAYS, ai_consent=True) for _ in range(assessments)]
    for one in begun:
        await stores.answer(partner, one.id, *ESSAYS)
    return [(partner, one.id) for one in begun]


async def pending(stores, of: list[tuple[object, object]]) -> int:
    found = [await stores.assessments.find(caller, id) for caller, id in of]
    return sum(overview.pending_grades for overview in found)


async def work_until(
    worker: GradingWorker, clock: FakeClock, over: Callable[[], Awaitable[bool]], step: timedelta = STEP
) -> None:
    while not await over():
        while await worker.work():
            pass
        clock.now += step


async def grades_of(stores, caller, assessment_id) -> list[frozenset[Flag]]:
    completed = await stores.profiles.conclude(caller, assessment_id, conclusion)
    return [frozenset(answer.flags) for answer in completed.profile.answers if answer.question_id in ESSAYS]


async def test_ten_minutes_without_the_provider_cost_it_a_handful_of_calls_and_nobody_an_ai_grade(
    stores, clock: FakeClock
) -> None:
    of = await handed_in(stores, clock, 3)
    began = clock.now
    provider = Provider(clock, back=began + timedelta(minutes=10))
    worker = worker_of(stores, provider)

    async def back() -> bool:
        return clock.now >= provider.back

    await work_until(worker, clock, back)
    opened = provider.asked[4]
    assert len([at for at in provider.asked if at <= opened]) == 5
    probes = [at for at in provider.asked if at > opened]
    assert len(probes) == 4  # after 30, 60, 120 and 240 s
    assert await pending(stores, of) == len(ESSAYS) * 3

    async def drained() -> bool:
        return not await pending(stores, of)

    await work_until(worker, clock, drained)
    assert clock.now - provider.back <= timedelta(seconds=300 + 2)
    for caller, id in of:
        assert await grades_of(stores, caller, id) == [frozenset()] * len(ESSAYS)


async def test_hours_without_the_provider_are_waited_out_too(stores, clock: FakeClock) -> None:
    of = await handed_in(stores, clock, 1)
    provider = Provider(clock, back=clock.now + LONGEST_WAIT - timedelta(hours=1))
    worker = worker_of(stores, provider)

    async def drained() -> bool:
        return not await pending(stores, of)

    await work_until(worker, clock, drained, step=timedelta(minutes=5))
    assert await grades_of(stores, *of[0]) == [frozenset()] * len(ESSAYS)


async def test_after_a_day_without_the_provider_the_offline_grade_stands_and_says_so(stores, clock: FakeClock) -> None:
    of = await handed_in(stores, clock, 1)
    began = clock.now
    provider = Provider(clock, back=began + timedelta(days=99))
    worker = worker_of(stores, provider)

    async def drained() -> bool:
        return not await pending(stores, of)

    await work_until(worker, clock, drained, step=timedelta(minutes=5))
    assert LONGEST_WAIT <= clock.now - began <= LONGEST_WAIT + timedelta(minutes=15)
    assert await grades_of(stores, *of[0]) == [frozenset({Flag.PROVISIONAL})] * len(ESSAYS)


async def test_an_answer_that_gets_no_usable_reply_ends_offline_at_once(stores, clock: FakeClock) -> None:
    of = await handed_in(stores, clock, 1)
    worker = worker_of(stores, Provider(clock, back=clock.now, unusable=True))
    while await worker.work():
        pass
    assert await pending(stores, of) == 0
    assert await grades_of(stores, *of[0]) == [frozenset({Flag.PROVISIONAL})] * len(ESSAYS)
