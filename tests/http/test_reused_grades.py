"""Whoever's reply was taken again for the same answer is named by no call, to nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from tests.http.driving import World, completed

from credcore.grading import GradingTask, Judgement, ModelCall
from credcore.offline_grader import judge_offline
from credcore.services.completion import Completion
from credcore_http.app import calls, create_app

ORIGIN = UUID("019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11")


@dataclass
class Reusing:
    """Every reply was somebody else's before."""

    judged: int = 0

    async def judge(self, task: GradingTask) -> Judgement:
        self.judged += 1
        call = ModelCall(
            model="a-model",
            prompt_hash="5f2b",
            raw_reply="{}",
            tokens_in=0,
            tokens_out=0,
            cost_usd=Decimal(0),
            reused_from=ORIGIN,
        )
        return replace(judge_offline(task), call=call)


def _over(completion: Completion, grader: Reusing) -> Completion:
    return replace(completion, worker=replace(completion.worker, grader=grader))


async def test_no_call_names_the_grade_whose_reply_was_taken_again(world: World) -> None:
    grader = Reusing()
    services = replace(world.services, completion=_over(world.services.completion, grader))
    world.app = create_app(services, log=world.lines.append)
    async with await world.student(aiConsent=True) as student:
        profile = await completed(student)
        assert grader.judged == 5
        names = {
            "assessment_id": profile["assessmentId"],
            "recommendation_id": profile["recommendations"][0]["recommendationId"],
        }
        again = await student.post(f"/assessments/{profile['assessmentId']}/complete")
        told = [str(profile), again.text]
        for call in calls():
            if call.method == "GET":
                path = re.sub(r"{(\w+):str}", lambda found: names[found[1]], call.path)
                query = {"assessmentId": profile["assessmentId"]} if call.operation_id == "listRecommendations" else {}
                told.append((await student.get(path, params=query)).text)
    assert any('"reused":true' in text for text in told), "the export says that much"
    assert [text for text in told if str(ORIGIN) in text or ORIGIN.hex in text or "reusedFrom" in text] == []
