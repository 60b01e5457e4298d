"""The same answer to the same question is judged once: its grade is taken again, without a call.

Nothing of anybody else is shown by that: whoever gets the grade wrote the same answer, and the evidence quotes it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from credcore.grading import CriterionResult, GradingTask, Judgement
from credcore.grading_ports import Basis, Grader, PastGrades

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ReusingGrader:
    """``basis`` says what the AI would be asked. ``recomputed`` gives the criteria that a stored judgement comes to
    with this very answer: a grade is taken again only where that is the same, down to the evidence."""

    ai: Grader
    past: PastGrades
    basis: Callable[[GradingTask], Basis]
    recomputed: Callable[[Judgement, GradingTask], tuple[CriterionResult, ...]]

    async def judge(self, task: GradingTask) -> Judgement:
        """Raises as the AI grader does."""
        found = await self.past.judged_before(self.basis(task))
        if found is not None:
            grade_id, judgement = found
            if self.recomputed(judgement, task) == judgement.criteria:
                log.info("grade reused", extra={"assessment_id": str(task.assessment_id), "grade_id": str(grade_id)})
                return _taken_again(grade_id, judgement)
        return await self.ai.judge(task)


def _taken_again(grade_id: UUID, judgement: Judgement) -> Judgement:
    """With its provenance, and without its price: that was paid once."""
    assert judgement.call is not None  # what past grades are found by
    first = judgement.call.reused_from or grade_id
    free = replace(judgement.call, tokens_in=0, tokens_out=0, cost_usd=Decimal(0), reused_from=first)
    return replace(judgement, call=free)
