"""Completion and profiles in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from credcore.accounts import Caller
from credcore.assessment_ports import Completed, Conclusion
from credcore.errors import AssessmentNotCompleted, NotFound
from credcore.grading import Flag
from credcore.judged_answers import Record
from credcore.memory.state import AssessmentRow, MemoryState


@dataclass(frozen=True)
class MemoryProfiles:
    state: MemoryState
    clicks: dict[UUID, int] = field(default_factory=dict)

    async def conclude(
        self, caller: Caller, assessment_id: UUID, decide: Callable[[Record, datetime], Conclusion]
    ) -> Completed:
        row = self.state.owned(caller, assessment_id)
        if row.completed:
            return row.completed[-1]
        now = self.state.clock()
        conclusion = decide(row.record(), now)
        for grade in conclusion.grades:
            row.grades[grade.question_id] = grade
            if Flag.PROVISIONAL not in grade.judgement.flags:
                row.jobs.pop(grade.question_id, None)
        row.assessment = replace(row.assessment, completed_at=now)
        row.completed.append(Completed(profile=conclusion.profile, bundle=conclusion.bundle))
        return row.completed[-1]

    async def profile(self, caller: Caller, assessment_id: UUID, revision: int | None = None) -> Completed:
        return revision_of(self.state.owned(caller, assessment_id), revision)

    async def open_recommendation(self, recommendation_id: UUID) -> str:
        for row in self.state.assessments.values():
            for recommendation in row.completed[0].bundle if row.completed else ():
                if recommendation.id == recommendation_id:
                    self.clicks[recommendation_id] = self.clicks.get(recommendation_id, 0) + 1
                    return recommendation.url
        raise NotFound("recommendation")


def revision_of(row: AssessmentRow, revision: int | None) -> Completed:
    """Raises AssessmentNotCompleted, NotFound."""
    if not row.completed:
        raise AssessmentNotCompleted
    if revision is None:
        return row.completed[-1]
    for completed in row.completed:
        if completed.profile.revision == revision:
            return completed
    raise NotFound("revision")
