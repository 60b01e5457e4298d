"""The grading queue in memory: the same claims, counts and fences as the durable one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from credcore.accounts import Account
from credcore.assessment_ports import Completed
from credcore.grading import Grade, GradingTask
from credcore.grading_ports import SUSPECT_AFTER, Claim
from credcore.memory.state import AssessmentRow, Job, MemoryState
from credcore.profile import revised
from credcore.questions import Essay
from credcore.responses import Text


def _revise(row: AssessmentRow) -> None:
    """A grade that comes after completion gives the profile its next revision."""
    if row.completed:
        latest = row.completed[-1]
        after = revised(latest.profile, row.record())
        if after is not None:
            row.completed.append(Completed(profile=after, bundle=latest.bundle))


def _is_suspect(job: Job) -> bool:
    return job.attempts >= SUSPECT_AFTER and job.error_code is None


@dataclass(frozen=True)
class MemoryQueue:
    state: MemoryState

    async def claim(
        self, *, limit: int, lease: timedelta, max_attempts: int, assessment_id: UUID | None = None
    ) -> Sequence[Claim]:
        self._bury(max_attempts)
        due = [found for found in self._jobs(assessment_id) if self._is_due(found[2])]
        due.sort(key=lambda found: found[2].due_at)
        if due and _is_suspect(due[0][2]):
            chosen = due[:1]
        else:
            chosen = [found for found in due[:limit] if not _is_suspect(found[2])]
        return [self._lease(row, question_id, job, lease) for row, question_id, job in chosen]

    async def finish(self, claim: Claim, grade: Grade) -> bool:
        row, job = self._held(claim)
        if row is None or job is None:
            self._forget(claim)
            return False
        row.grades[grade.question_id] = grade
        del row.jobs[grade.question_id]
        _revise(row)
        self.state.wake.set()
        return True

    async def give_back(self, claim: Claim, *, after: timedelta, error_code: str, tried: bool = True) -> bool:
        _, job = self._held(claim)
        if job is None:
            self._forget(claim)
            return False
        job.attempts -= 0 if tried else 1
        job.dead = job.dead and tried
        job.token, job.leased_until, job.error_code = None, None, error_code
        job.due_at = self.state.clock() + after
        return True

    async def renew(self, claim: Claim, lease: timedelta) -> bool:
        _, job = self._held(claim)
        if job is None:
            return False
        job.dead, job.leased_until = False, self.state.clock() + lease
        return True

    async def wait(self, at_most: timedelta) -> None:
        self.state.wake.clear()
        try:
            async with asyncio.timeout(at_most.total_seconds()):
                await self.state.wake.wait()
        except TimeoutError:
            return

    def _jobs(self, assessment_id: UUID | None) -> Iterator[tuple[AssessmentRow, str, Job]]:
        for id, row in self.state.assessments.items():
            if assessment_id is None or id == assessment_id:
                for question_id, job in row.jobs.items():
                    yield row, question_id, job

    def _bury(self, max_attempts: int) -> None:
        """What is due once more after its last attempt is dead."""
        for _, _, job in self._jobs(None):
            job.dead = job.dead or (self._is_due(job) and job.attempts >= max_attempts)

    def _is_due(self, job: Job) -> bool:
        if job.dead:
            return False
        now = self.state.clock()
        return job.due_at <= now and (job.leased_until is None or job.leased_until <= now)

    def _lease(self, row: AssessmentRow, question_id: str, job: Job, lease: timedelta) -> Claim:
        job.attempts += 1
        job.error_code = None
        job.token = self.state.ids.new_id()
        now = self.state.clock()
        job.leased_until = now + lease
        question, response = row.questions[question_id], row.responses[question_id]
        answer = response.answer
        assert isinstance(question, Essay)  # jobs are made for nothing else
        assert isinstance(answer, Text)
        owner = self.state.accounts.get(row.assessment.owner_id)
        return Claim(
            task=GradingTask(
                assessment_id=row.assessment.id,
                question=question,
                answer=answer.text,
                ai_consent=_consents(row, owner),
                learner_name=owner.name if owner else None,
            ),
            token=job.token,
            attempt=job.attempts,
            leased_until=job.leased_until,
            waited=now - response.answered_at,
        )

    def _held(self, claim: Claim) -> tuple[AssessmentRow | None, Job | None]:
        """The job, if the claim's token still holds it: nobody has claimed it since."""
        row = self.state.assessments.get(claim.task.assessment_id)
        job = row.jobs.get(claim.task.question.id) if row else None
        if job is None or job.token != claim.token:
            return row, None
        return row, job

    def _forget(self, claim: Claim) -> None:
        if claim.task.assessment_id not in self.state.assessments:
            self.state.forget_ai_calls([claim.task.assessment_id])


def _consents(row: AssessmentRow, owner: Account | None) -> bool:
    """As it is now: a person may have withdrawn it since the start. A partner has no account."""
    return row.assessment.ai_consent and (owner is None or owner.ai_consent)
