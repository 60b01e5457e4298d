"""What grading needs of the world: graders, the queue of what waits for them, and what they may cost.

The obligations of every store (``credcore.ports``) hold here as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from credcore.budget import Limits, MonthLine, OverBudget, Reservation, Settlement
from credcore.errors import Unavailable
from credcore.grading import Grade, GradingTask, Judgement


class Grader(Protocol):
    async def judge(self, task: GradingTask) -> Judgement:
        """A judgement of the answer; one that cannot be had raises Unavailable."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A job that this worker holds until ``leased_until``. ``token`` fences it: after another claim it is worthless.

    ``attempt`` counts the claims that were a try, this one included; ``waited`` is the time since the answer came.
    """

    task: GradingTask
    token: UUID
    attempt: int
    leased_until: datetime
    waited: timedelta


SUSPECT_AFTER = 2
"""A job tried so often, and never heard of again after the last claim, may be what ends its workers: from then on it
is claimed alone. One that came back has ended nobody, so that a backlog after an outage is worked at full width."""


class GradingQueue(Protocol):
    """The durable queue of essays to grade. A claim counts as a try unless it is given back as none: a crash counts.

    Where the assessment was erased while a claim held its job, the claim ends as one that lost its token, whether it is
    finished or given back. What was spent on it stays charged, but no longer names the assessment.
    """

    async def claim(
        self, *, limit: int, lease: timedelta, max_attempts: int, assessment_id: UUID | None = None
    ) -> Sequence[Claim]:
        """Up to ``limit`` jobs that are due and not leased, oldest first, each attempt counted.

        A job that was tried ``SUSPECT_AFTER`` times and did not come back from the last is claimed alone, when it is
        the oldest, and never with others: what ends its workers takes others down with it no more often than that.
        A job that was tried ``max_attempts`` times before is not claimed again: it is dead, and stays visible.
        A task's ``ai_consent`` is what the start said, unless the person has withdrawn it since.
        """

    async def finish(self, claim: Claim, grade: Grade) -> bool:
        """Stores the grade and ends the job, both or neither. False where the claim's token no longer holds.

        Where the assessment is completed, its profile gets the next revision with it, if the grade changes anything
        (``credcore.profile.revised``). Earlier revisions and the bundle stay as they were.
        """

    async def give_back(self, claim: Claim, *, after: timedelta, error_code: str, tried: bool = True) -> bool:
        """Makes the job due again once ``after`` has passed. False where the claim's token no longer holds.

        Not ``tried``: the claim no longer counts, as if it had never been made; it brings a dead job back.
        """

    async def renew(self, claim: Claim, lease: timedelta) -> bool:
        """Holds the job for ``lease`` from now, a dead one too. False where the claim's token no longer holds."""

    async def wait(self, at_most: timedelta) -> None:
        """Returns when a job may have become due, and after ``at_most`` anyway."""


class GraderAway(Unavailable):
    """The AI grader cannot be had, whatever the answer: to have asked was no try of this essay's.

    ``shut``: it was not even asked, and will not be before ``retry_after_seconds`` are over; then it may be at once.
    """

    def __init__(self, what: str, *, retry_after_seconds: int = 1, shut: bool = False) -> None:
        super().__init__(what, retry_after_seconds=retry_after_seconds)
        self.shut = shut


class NoAiGrade(Unavailable):
    """The AI grader gives no judgement of this answer, and asking it again would not help.

    ``what`` says why: ``over-budget``, or what was wrong with the reply.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """All that an AI grade depends on: one grade may stand for another that was asked for in the same words."""

    question_id: str
    question_version: str
    rubric_hash: str
    answer_hash: str
    model: str
    prompt_hash: str


class PastGrades(Protocol):
    async def judged_before(self, basis: Basis) -> tuple[UUID, Judgement] | None:
        """The oldest grade there is that an AI call on this basis led to, whoever's answer it was, with its id."""


class Budget(Protocol):
    """What AI calls cost, over all processes. Exact: of any number of reservations at once, those that fit pass."""

    async def reserve(self, reservation: Reservation, limits: Limits) -> OverBudget | None:
        """Charges the reservation, unless it would break a limit: then nothing is charged, and the limit is given.

        Counted are all calls of this assessment, whatever the month, and all dollars of the current month (UTC, the
        store's clock): settled ones as settled, open ones as reserved. An open reservation is never given back by
        itself. Where ``limits`` names no number of prompts, it is the number of essays in the stored assessment.
        Reserving an id again changes nothing and is answered None.
        """

    async def settle(self, reservation_id: UUID, settlement: Settlement) -> None:
        """Puts what the call did cost in the reservation's place, in the month that it was reserved in.

        REFUSED no longer counts as a prompt. The first settlement stands; an unknown id changes nothing.
        """

    async def month(self) -> Sequence[MonthLine]:
        """The current month by model and outcome, sorted by both, open reservations last."""
