"""Who judges an essay: the AI grader where the learner allows it and it can be had, the offline grader otherwise."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from credcore.grading import Flag, GradingTask, Judgement
from credcore.grading_ports import Grader, NoAiGrade

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Judges:
    """A grader made of two. ``ai`` None: no AI grader is configured. ``offline`` needs nothing and cannot fail.

    Who calls ``judge`` asks again while that raises Unavailable, and takes ``fallback`` when asking has to end: after
    the queue's last attempt, or when completion's time is over.

    ``measured``: the agreement with people that an operator measured, by grader name and version; it stands in for
    the figure that a grader brings along.
    """

    ai: Grader | None
    offline: Callable[[GradingTask], Judgement]
    measured: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)

    async def judge(self, task: GradingTask) -> Judgement:
        """Raises Unavailable while it makes sense to ask again."""
        if self.ai is None or not task.ai_consent:
            return self._rated(self.offline(task))
        try:
            return self._rated(await self.ai.judge(task))
        except NoAiGrade as reason:
            log.warning(
                "essay judged offline",
                extra={"assessment_id": str(task.assessment_id), "reason": reason.what},
            )
            return self.fallback(task)

    def fallback(self, task: GradingTask) -> Judgement:
        """The offline judgement, marked provisional where the AI's was wanted."""
        judgement = self._rated(self.offline(task))
        if self.ai is None or not task.ai_consent:
            return judgement
        return replace(judgement, flags=judgement.flags | {Flag.PROVISIONAL})

    def _rated(self, judgement: Judgement) -> Judgement:
        grader = judgement.grader
        reliability = self.measured.get((grader.name, grader.version), grader.reliability)
        return replace(judgement, grader=replace(grader, reliability=reliability))
