"""The offline grader as a grader: rubric in, judgement out. How it judges stands in ``credcore.offline``."""

from __future__ import annotations

from decimal import Decimal

from credcore import offline
from credcore.grading import Flag, GraderRef, GradingTask, Judgement, result_of

OFFLINE = GraderRef(name=offline.NAME, version=offline.VERSION, reliability=Decimal(str(offline.RELIABILITY)))


def judge_offline(task: GradingTask) -> Judgement:
    """Deterministic, within 50 ms for any answer within the length limit, and needs nothing: it cannot fail."""
    essay = task.question
    finding = offline.grade(
        prompt=essay.prompt,
        reference=essay.reference_answer,
        criteria=[
            offline.CriterionSpec(
                id=criterion.id,
                title=criterion.title,
                max_points=criterion.points,
                looks_for=criterion.looks_for,
                terms=criterion.terms,
            )
            for criterion in essay.criteria
        ],
        answer=task.answer,
    )
    found = {result.id: result for result in finding.criteria}
    return Judgement(
        grader=OFFLINE,
        criteria=tuple(result_of(c, found[c.id].points, found[c.id].evidence) for c in essay.criteria),
        strengths=finding.strengths,
        improvements=finding.improvements,
        flags=frozenset(Flag(flag) for flag in finding.flags),
    )


class OfflineGrader:
    """``judge_offline`` behind the port that AI graders have too."""

    async def judge(self, task: GradingTask) -> Judgement:
        return judge_offline(task)
