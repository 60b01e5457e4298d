"""Earlier grades of the same answer, found among those that stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from credcore.assessment import Text
from credcore.budget import answer_hash
from credcore.grading import Flag, Grade, Judgement
from credcore.memory.state import MemoryState
from credcore.ports import Precedent


@dataclass(frozen=True)
class MemoryPrecedents:
    state: MemoryState

    async def find(self, precedent: Precedent) -> Judgement | None:
        found = [grade for grade, text in self._graded() if _matches(precedent, grade, text)]
        latest = max(found, key=lambda grade: grade.graded_at, default=None)
        return latest.judgement if latest else None

    def _graded(self) -> Iterator[tuple[Grade, str]]:
        for row in self.state.assessments.values():
            for question_id, grade in row.grades.items():
                answer = row.responses[question_id].answer
                if isinstance(answer, Text):
                    yield grade, answer.text


def _matches(wanted: Precedent, grade: Grade, text: str) -> bool:
    call = grade.judgement.call
    if call is None or Flag.PROVISIONAL in grade.judgement.flags:
        return False
    had = Precedent(
        question_id=grade.question_id,
        question_version=grade.question_version,
        rubric_hash=grade.rubric_hash,
        model=call.model,
        prompt_hash=call.prompt_hash,
        answer_hash=answer_hash(text),
    )
    return had == wanted
