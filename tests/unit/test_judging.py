"""Who judges an essay, and what is marked when it is not who was wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from builders import essay, judgement
from credcore.errors import Unavailable
from credcore.grading import Flag, GradingTask, Judgement
from credcore.grading_ports import NoAiGrade
from credcore.offline_grader import OfflineGrader, judge_offline
from credcore.services.judging import Judges

TASK = GradingTask(assessment_id=UUID(int=1), question=essay(), answer="What it is.", ai_consent=True)
BY_AI = judgement(TASK.question)
OFFLINE = replace(BY_AI, strengths="Offline.")


@dataclass
class Ai:
    error: Unavailable | None = None
    asked: int = 0

    async def judge(self, task: GradingTask) -> Judgement:
        self.asked += 1
        if self.error:
            raise self.error
        return BY_AI


def judges(ai: Ai | None) -> Judges:
    return Judges(ai=ai, offline=lambda task: OFFLINE)


async def test_the_offline_judgement_is_the_same_behind_the_port_of_graders() -> None:
    assert await OfflineGrader().judge(TASK) == judge_offline(TASK)


async def test_with_consent_the_ai_judges() -> None:
    assert await judges(Ai()).judge(TASK) == BY_AI


async def test_without_consent_the_ai_is_not_asked_and_nothing_is_provisional() -> None:
    ai = Ai()
    refused = replace(TASK, ai_consent=False)
    assert await judges(ai).judge(refused) == OFFLINE
    assert judges(ai).fallback(refused) == OFFLINE
    assert ai.asked == 0


async def test_without_an_ai_the_offline_grade_is_not_provisional() -> None:
    assert await judges(None).judge(TASK) == OFFLINE
    assert judges(None).fallback(TASK) == OFFLINE


async def test_while_asking_again_makes_sense_there_is_no_grade() -> None:
    with pytest.raises(Unavailable):
        await judges(Ai(Unavailable("ai-grader:timed-out"))).judge(TASK)


async def test_what_will_never_come_is_judged_offline_and_marked() -> None:
    judged = await judges(Ai(NoAiGrade("over-budget"))).judge(TASK)
    assert judged == replace(OFFLINE, flags=frozenset({Flag.PROVISIONAL}))
    assert judges(Ai()).fallback(TASK) == judged
