"""Work the grading queue: claim, judge, and store grade and end of job together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from credcore.errors import Unavailable
from credcore.grading import GradingTask, Judgement, grade_of
from credcore.grading_ports import Claim, Grader, GraderAway, GradingQueue
from credcore.ports import IdSource

log = logging.getLogger(__name__)


LONGEST_WAIT = timedelta(hours=24)
"""So long after the answer an essay waits for an AI grader that is away: whoever runs the service has a day to see it.
A learner waits for none of it, since completion does not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuePolicy:
    """``lease`` is how long a silent worker keeps a job; it bounds how long a killed worker's job waits for another.

    ``max_attempts`` bounds the tries of a job that fails for its own reasons or ends its workers, ``longest_wait`` how
    long one waits for a grader that is away. What failed is believed in how long to stay away up to ``longest_asked``:
    an essay whose rest is longer would not even be seen to have waited too long. ``poll``: the end of a lease tells
    nobody, so an idle worker looks; it has to be there within a second of it.
    """

    lease: timedelta = timedelta(seconds=20)
    max_attempts: int = 5
    batch: int = 4
    poll: timedelta = timedelta(milliseconds=500)
    first_retry: timedelta = timedelta(seconds=1)
    last_retry: timedelta = timedelta(minutes=5)
    longest_wait: timedelta = LONGEST_WAIT
    longest_asked: timedelta = timedelta(hours=1)

    def retry_after(self, attempt: int) -> timedelta:
        """How long a job rests after its ``attempt``-th failure: doubled each time, up to ``last_retry``."""
        doubled: timedelta = self.first_retry * 2 ** (attempt - 1)
        return min(doubled, self.last_retry)

    def retry_while_away(self, waited: timedelta) -> timedelta:
        """How long a job rests whose grader is away: as long as it has waited so far, twice the last rest."""
        return min(max(waited, self.first_retry), self.last_retry)


@dataclass(frozen=True, kw_only=True)
class GradingWorker:
    """``fallback`` judges a job that is not to be tried again, so that it ends with a grade; without one it stays."""

    queue: GradingQueue
    grader: Grader
    ids: IdSource
    now: Callable[[], datetime]
    policy: QueuePolicy = QueuePolicy()
    fallback: Callable[[GradingTask], Judgement] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Works until ``stop`` is set, and ends what is being judged then. A store that is down is waited for."""
        while not stop.is_set():
            try:
                if not await self.work():
                    await _or(stop, self.queue.wait(self.policy.poll))
            except Unavailable as down:
                log.warning("grading queue unavailable", extra={"dependency": down.what})
                await _or(stop, asyncio.sleep(self.policy.poll.total_seconds()))

    async def work(self, assessment_id: UUID | None = None) -> int:
        """Claims a batch (of one assessment, if given), judges it, and gives how many jobs it held.

        Whatever becomes of one job, the others are judged to their end. Raises Unavailable where the store went down;
        the jobs in hand come back when their leases run out.
        """
        claims = await self.queue.claim(
            limit=self.policy.batch,
            lease=self.policy.lease,
            max_attempts=self.policy.max_attempts,
            assessment_id=assessment_id,
        )
        ended = await asyncio.gather(*(self._grade(claim) for claim in claims), return_exceptions=True)
        for failure in ended:
            if failure is not None:
                raise failure
        return len(claims)

    async def _grade(self, claim: Claim) -> None:
        try:
            async with self._held(claim):
                judgement = await self.grader.judge(claim.task)
        except Unavailable as failure:
            if self.fallback is None or not self._is_over(claim, failure):
                await self._give_back(claim, failure)
                return
            judgement = self.fallback(claim.task)
        grade = grade_of(claim.task, judgement, grade_id=self.ids.new_id(), now=self.now())
        if not await self.queue.finish(claim, grade):
            log.warning("late grade refused", extra={"assessment_id": str(claim.task.assessment_id)})

    def _is_over(self, claim: Claim, failure: Unavailable) -> bool:
        if isinstance(failure, GraderAway):
            return claim.waited >= self.policy.longest_wait
        return claim.attempt >= self.policy.max_attempts

    async def _give_back(self, claim: Claim, failure: Unavailable) -> None:
        tried = not isinstance(failure, GraderAway)
        await self.queue.give_back(claim, after=self._rest(claim, failure), error_code=failure.what[:64], tried=tried)

    def _rest(self, claim: Claim, failure: Unavailable) -> timedelta:
        """Never shorter than what failed asks for, within reason. Whatever a shut grader turns away is due when it
        opens: then all of it is worked at once if the first one gets through, and is turned away again if not."""
        asked = timedelta(seconds=min(failure.retry_after_seconds, self.policy.longest_asked.total_seconds()))
        if not isinstance(failure, GraderAway):
            return max(asked, self.policy.retry_after(claim.attempt))
        return asked if failure.shut else max(asked, self.policy.retry_while_away(claim.waited))

    @asynccontextmanager
    async def _held(self, claim: Claim) -> AsyncIterator[None]:
        """Renews the lease while the judging goes on; a worker that stalls as a whole loses it."""
        renewing = asyncio.create_task(self._renew(claim))
        try:
            yield
        finally:
            renewing.cancel()

    async def _renew(self, claim: Claim) -> None:
        held = True
        while held:
            await asyncio.sleep(self.policy.lease.total_seconds() / 3)
            try:
                held = await self.queue.renew(claim, self.policy.lease)
            except Unavailable as down:  # the next turn comes before the lease runs out
                log.warning("lease not renewed", extra={"dependency": down.what})


async def _or(stop: asyncio.Event, rest: Coroutine[object, object, None]) -> None:
    """Rests, and not a moment longer than until ``stop``."""
    resting, stopping = asyncio.create_task(rest), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({resting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if resting.done():
            resting.result()
    finally:
        resting.cancel()
        stopping.cancel()
