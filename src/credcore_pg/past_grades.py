"""Grades as they were made: to be taken again, to be explained, to be computed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from credcore.grading import Grade, GradingTask, Judgement
from credcore.grading_ports import Basis
from credcore.questions import Essay
from credcore.responses import Text
from credcore_pg.codec import answer_of, question_of
from credcore_pg.database import Database
from credcore_pg.grades import GRADE_COLUMNS, grade_of

_JUDGED_BEFORE = f"""
SELECT assessment_id, question_id, {GRADE_COLUMNS} FROM grade
WHERE answer_hash = $1 AND prompt_hash = $2 AND model = $3 AND question_id = $4 AND question_version = $5
    AND rubric_hash = $6 AND answer_hash <> '' AND superseded_at IS NULL
ORDER BY graded_at, grade_id LIMIT 1
"""  # noqa: S608 - nothing but a constant goes in

_EXPLAINED = f"""
SELECT grade.assessment_id, grade.question_id, {GRADE_COLUMNS}, grade.superseded_at, question.body, response.answer,
    assessment.ai_consent, assessment.ai_consent_version, assessment.started_at
FROM grade
JOIN response USING (assessment_id, question_id)
JOIN assessment USING (assessment_id)
JOIN question ON question.question_id = grade.question_id AND question.version = grade.question_version
WHERE grade_id = $1
"""  # noqa: S608 - nothing but a constant goes in

_OF_ASSESSMENT = """
SELECT grade_id FROM grade JOIN form_item USING (assessment_id, question_id)
WHERE assessment_id = $1 ORDER BY position, graded_at, grade_id
"""


@dataclass(frozen=True, kw_only=True)
class StoredGrade:
    """A grade with what it judged; ``superseded_at`` None while it stands.

    ``task.ai_consent`` is what was said at the start, ``started_at``, to the text of ``consent_version``.
    """

    grade: Grade
    task: GradingTask
    superseded_at: datetime | None
    started_at: datetime
    consent_version: str | None


@dataclass(frozen=True)
class PostgresPastGrades:
    database: Database

    async def judged_before(self, basis: Basis) -> tuple[UUID, Judgement] | None:
        row = await self.database.row(
            _JUDGED_BEFORE,
            basis.answer_hash,
            basis.prompt_hash,
            basis.model,
            basis.question_id,
            basis.question_version,
            basis.rubric_hash,
        )
        grade = grade_of(row) if row else None
        return None if grade is None else (grade.id, grade.judgement)

    async def find(self, grade_id: UUID) -> StoredGrade | None:
        row = await self.database.row(_EXPLAINED, grade_id)
        grade = grade_of(row) if row else None
        if row is None or grade is None:
            return None
        question, answer = question_of(row["body"]), answer_of(row["answer"])
        assert isinstance(question, Essay)  # nothing else is graded
        assert isinstance(answer, Text)
        task = GradingTask(
            assessment_id=grade.assessment_id, question=question, answer=answer.text, ai_consent=row["ai_consent"]
        )
        return StoredGrade(
            grade=grade,
            task=task,
            superseded_at=row["superseded_at"],
            started_at=row["started_at"],
            consent_version=row["ai_consent_version"],
        )

    async def of_assessment(self, assessment_id: UUID) -> Sequence[UUID]:
        """All its grades, superseded ones too, in form order; none where there is no such assessment."""
        return [row["grade_id"] for row in await self.database.rows(_OF_ASSESSMENT, assessment_id)]
