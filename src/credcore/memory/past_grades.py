"""Grades that may be taken again, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from credcore.grading import Grade, Judgement
from credcore.grading_ports import Basis
from credcore.memory.state import MemoryState


@dataclass(frozen=True)
class MemoryPastGrades:
    state: MemoryState

    async def judged_before(self, basis: Basis) -> tuple[UUID, Judgement] | None:
        found = [
            grade
            for row in self.state.assessments.values()
            for grade in row.grades.values()
            if _basis_of(grade) == basis
        ]
        first = min(found, key=lambda grade: (grade.graded_at, grade.id), default=None)
        return None if first is None else (first.id, first.judgement)


def _basis_of(grade: Grade) -> Basis | None:
    call = grade.judgement.call
    if call is None:
        return None
    return Basis(
        question_id=grade.question_id,
        question_version=grade.question_version,
        rubric_hash=grade.rubric_hash,
        answer_hash=grade.answer_hash,
        model=call.model,
        prompt_hash=call.prompt_hash,
    )
