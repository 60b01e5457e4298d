"""Assessments and responses in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from credcore.accounts import Caller
from credcore.assessment import Assessment, Status
from credcore.assessment_ports import Delivery, Overview
from credcore.memory.state import AssessmentRow, Job, MemoryState
from credcore.ports import Page
from credcore.responses import AnswerContext, Response, ResponseStatus


@dataclass(frozen=True)
class MemoryAssessments:
    """``AssessmentStore`` and ``ResponseStore`` over one state."""

    state: MemoryState

    async def seen(self, caller: Caller, learner_ref: str | None) -> Sequence[str]:
        self.state.admit(caller)
        own = (row.assessment for _, row in sorted(self.state.assessments.items()))
        return [
            item.question_id
            for assessment in own
            if assessment.owner_id == caller.id and assessment.learner_ref == learner_ref
            for item in assessment.items
        ]

    async def start(self, caller: Caller, assessment: Assessment, lifetime: timedelta) -> Delivery:
        self.state.admit(caller)
        if assessment.id not in self.state.assessments:
            now = self.state.clock()
            begun = replace(
                assessment,
                owner_id=caller.id,
                started_at=now,
                expires_at=now + lifetime,
                ai_consent_version=self._agreed_to(assessment, caller),
            )
            drawn = {i.question_id: self.state.questions[i.question_id, i.question_version] for i in begun.items}
            self.state.assessments[assessment.id] = AssessmentRow(assessment=begun, questions=drawn)
        return await self.deliver_next(caller, assessment.id)

    async def deliver_next(self, caller: Caller, assessment_id: UUID) -> Delivery:
        row = self.state.owned(caller, assessment_id)
        due = self._delivery(row)
        if due.item is not None and row.assessment.status(due.now) is Status.IN_PROGRESS:
            row.delivered.setdefault(due.item.question_id, due.now)
        return self._delivery(row)

    async def find(self, caller: Caller, assessment_id: UUID) -> Overview:
        row = self.state.owned(caller, assessment_id)
        asked = self._delivery(row)
        in_progress = row.assessment.status(asked.now) is Status.IN_PROGRESS
        return replace(self._overview(row), asked=asked if in_progress and asked.delivered_at else None)

    async def page(
        self, caller: Caller, *, limit: int, after: UUID | None, learner_ref: str | None = None
    ) -> Page[Overview]:
        self.state.admit(caller)
        own = sorted(
            (
                id
                for id, row in self.state.assessments.items()
                if row.assessment.owner_id == caller.id and learner_ref in (None, row.assessment.learner_ref)
            ),
            reverse=True,
        )
        rest = [id for id in own if after is None or id < after]
        shown = rest[:limit]
        return Page(
            items=tuple(self._overview(self.state.assessments[id]) for id in shown),
            next_after=shown[-1] if len(rest) > limit else None,
        )

    async def respond(
        self,
        caller: Caller,
        assessment_id: UUID,
        question_id: str,
        decide: Callable[[AnswerContext, datetime], Response],
    ) -> tuple[Response, int]:
        row = self.state.owned(caller, assessment_id)
        now = self.state.clock()
        standing = row.responses.get(question_id)
        context = AnswerContext(
            completed_at=row.assessment.completed_at,
            expires_at=row.assessment.expires_at,
            answered=len(row.responses),
            question=row.questions.get(question_id),
            delivered_at=row.delivered.get(question_id),
            standing=standing,
        )
        response = decide(context, now)
        if response is not standing:
            row.responses[question_id] = response
            if response.status is ResponseStatus.PENDING:
                row.jobs[question_id] = Job(due_at=now)
                self.state.wake.set()
        return response, len(row.assessment.items)

    def _agreed_to(self, assessment: Assessment, caller: Caller) -> str | None:
        if not assessment.ai_consent:
            return None
        said = self.state.secrets.get(caller.id)
        return assessment.ai_consent_version or (said.consent_version if said else None)

    def _delivery(self, row: AssessmentRow) -> Delivery:
        assessment = row.assessment
        item = next((item for item in assessment.items if item.question_id not in row.responses), None)
        return Delivery(
            assessment_id=assessment.id,
            completed_at=assessment.completed_at,
            expires_at=assessment.expires_at,
            now=self.state.clock(),
            answered=len(row.responses),
            total=len(assessment.items),
            item=item,
            question=row.questions[item.question_id] if item else None,
            delivered_at=row.delivered.get(item.question_id) if item else None,
        )

    def _overview(self, row: AssessmentRow) -> Overview:
        return Overview(
            assessment=row.assessment,
            answered=len(row.responses),
            pending_grades=sum(not job.dead for job in row.jobs.values()),
            now=self.state.clock(),
        )
