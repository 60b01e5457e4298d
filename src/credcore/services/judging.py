"""Who judges an essay: the AI grader where the learner allows it and it can be had, the offline grader otherwise."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from credcore.grading import Flag, GradingTask, Judgement
from credcore.ports import Grader, NoAiGrade

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Judges:
    """A grader made of two. ``ai`` None: no AI grader is configured. ``offline`` needs nothing and cannot fail.

    Who calls ``judge`` asks again while that raises Unavailable, and takes ``fallback`` when asking has to end: after
    the queue's last attempt, or when completion's time is over.
    """

    ai: Grader | None
    offline: Callable[[GradingTask], Judgement]

    async def judge(self, task: GradingTask) -> Judgement:
        """Raises Unavailable while it makes sense to ask again."""
        if self.ai is None or not task.ai_consent:
            return self.offline(task)
        try:
            return await self.ai.judge(task)
        except NoAiGrade as reason:
            log.warning(
                "essay judged offline",
                extra={"assessment_id": str(task.assessment_id), "reason": reason.what},
            )
            return self.fallback(task)

    def fallback(self, task: GradingTask) -> Judgement:
        """The offline judgement, marked provisional where the AI's was wanted."""
        judgement = self.offline(task)
        if self.ai is None or not task.ai_consent:
            return judgement
        return replace(judgement, flags=judgement.flags | {Flag.PROVISIONAL})
