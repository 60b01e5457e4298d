"""Complete an assessment: wait for what is being judged, and always end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from credcore.accounts import Caller, Scope
from credcore.assessment_ports import Completed, Conclusion, ProfileStore
from credcore.bank import Bank
from credcore.errors import GradesPending
from credcore.grading import Flag, Grade, GradingTask, Judgement, grade_of
from credcore.grading_ports import GradingQueue
from credcore.judged_answers import Record, ungraded
from credcore.ports import IdSource
from credcore.profile import build_profile
from credcore.questions import Essay
from credcore.recommendation import recommend
from credcore.responses import Text
from credcore.rights import require_scope
from credcore.services.grading import GradingWorker

COMPLETE_TIMEOUT = timedelta(seconds=20)


@dataclass(frozen=True, kw_only=True)
class Completion:
    """``fallback`` judges, without waiting for anything, what has no grade when ``timeout`` is over."""

    profiles: ProfileStore
    queue: GradingQueue
    worker: GradingWorker
    fallback: Callable[[GradingTask], Judgement]
    bank: Callable[[], Bank]
    ids: IdSource
    timeout: timedelta = COMPLETE_TIMEOUT

    async def complete(self, caller: Caller, assessment_id: UUID) -> Completed:
        """The profile and its bundle; the same again on every later call, and for concurrent ones.

        Essays that nobody holds are judged here and now; for those a worker holds it waits. Whatever has no grade
        after ``timeout`` is judged by the fallback; what ended its workers time and again at once, for review.

        Raises:
            NothingToScore: no scored question was answered.
        """
        require_scope(caller, Scope.ASSESSMENTS_WRITE)
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                return await self._once_graded(caller, assessment_id)
        except TimeoutError:
            return await self.profiles.conclude(caller, assessment_id, self._conclude_anyway)

    async def _once_graded(self, caller: Caller, assessment_id: UUID) -> Completed:
        while True:
            try:
                return await self.profiles.conclude(caller, assessment_id, self._conclude)
            except GradesPending:
                if not await self.worker.work(assessment_id):
                    await self.queue.wait(timedelta(milliseconds=100))

    def _conclude(self, record: Record, now: datetime) -> Conclusion:
        """What is dead is judged now: nobody comes back to it. Raises GradesPending for the others."""
        return self._concluded(record, [id for id in ungraded(record) if id in record.dead], now)

    def _conclude_anyway(self, record: Record, now: datetime) -> Conclusion:
        return self._concluded(record, ungraded(record), now)

    def _concluded(self, record: Record, to_judge: Sequence[str], now: datetime) -> Conclusion:
        made = [self._fallback_grade(record, question_id, now) for question_id in to_judge]
        whole = replace(record, grades={**record.grades, **{grade.question_id: grade for grade in made}})
        bank = self.bank()
        profile = build_profile(whole, bank.role(record.assessment.role), completed_at=now)
        bundle = recommend(whole, profile, bank, self.ids.new_id)
        return Conclusion(profile=profile, bundle=bundle, grades=tuple(made))

    def _fallback_grade(self, record: Record, question_id: str, now: datetime) -> Grade:
        question, response = record.questions[question_id], record.responses[question_id]
        assert isinstance(question, Essay)  # what `ungraded` gives
        assert isinstance(response.answer, Text)
        task = GradingTask(
            assessment_id=record.assessment.id,
            question=question,
            answer=response.answer.text,
            ai_consent=record.assessment.ai_consent,
        )
        judgement = self.fallback(task)
        if question_id in record.dead:
            judgement = replace(judgement, flags=judgement.flags | {Flag.NEEDS_REVIEW})
        return grade_of(task, judgement, grade_id=self.ids.new_id(), now=now)
