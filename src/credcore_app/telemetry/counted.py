"""Stores that count the grades that went through them, and do nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from credcore.accounts import Caller
from credcore.assessment_ports import Completed, Conclusion, ProfileStore
from credcore.grading import Grade
from credcore.grading_ports import Claim, GradingQueue
from credcore.judged_answers import Record
from credcore_app.telemetry.instruments import Instruments


@dataclass(frozen=True)
class CountedQueue:
    queue: GradingQueue
    instruments: Instruments

    async def claim(
        self, *, limit: int, lease: timedelta, max_attempts: int, assessment_id: UUID | None = None
    ) -> Sequence[Claim]:
        return await self.queue.claim(limit=limit, lease=lease, max_attempts=max_attempts, assessment_id=assessment_id)

    async def finish(self, claim: Claim, grade: Grade) -> bool:
        finished = await self.queue.finish(claim, grade)
        if finished:
            self.instruments.graded(grade)
        else:
            self.instruments.refused()
        return finished

    async def give_back(self, claim: Claim, *, after: timedelta, error_code: str, tried: bool = True) -> bool:
        given_back = await self.queue.give_back(claim, after=after, error_code=error_code, tried=tried)
        if given_back:
            self.instruments.waits(error_code)
        return given_back

    async def renew(self, claim: Claim, lease: timedelta) -> bool:
        return await self.queue.renew(claim, lease)

    async def wait(self, at_most: timedelta) -> None:
        await self.queue.wait(at_most)


@dataclass(frozen=True)
class CountedProfiles:
    """Completion grades what it cannot wait for."""

    profiles: ProfileStore
    instruments: Instruments

    async def conclude(
        self, caller: Caller, assessment_id: UUID, decide: Callable[[Record, datetime], Conclusion]
    ) -> Completed:
        reached: list[Conclusion] = []

        def deciding(record: Record, now: datetime) -> Conclusion:
            reached.append(decide(record, now))
            return reached[-1]

        completed = await self.profiles.conclude(caller, assessment_id, deciding)
        # Where another completion came first, what was decided here was not stored.
        if reached and reached[-1].profile == completed.profile:
            for grade in reached[-1].grades:
                self.instruments.graded(grade)
        return completed

    async def profile(self, caller: Caller, assessment_id: UUID, revision: int | None = None) -> Completed:
        return await self.profiles.profile(caller, assessment_id, revision)

    async def open_recommendation(self, recommendation_id: UUID) -> str:
        return await self.profiles.open_recommendation(recommendation_id)
