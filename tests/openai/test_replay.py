"""A grade is computed again from what was stored: the same to the byte, or said not to be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from tests.openai import subject
from tests.openai.conftest import Bench
from tests.openai.provider import completes

from credcore.grading import Judgement, grade_of
from credcore.offline_grader import judge_offline
from credcore_app.provenance import replayed
from credcore_pg.past_grades import StoredGrade

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TASK = subject.task()


def stored(judgement: Judgement, answer: str = subject.GOOD) -> StoredGrade:
    task = subject.task(answer)
    grade = grade_of(task, judgement, grade_id=UUID(int=3), now=NOW)
    return StoredGrade(grade=grade, task=task, superseded_at=None, started_at=NOW, consent_version=None)


async def test_a_models_grade_is_the_same_to_the_byte(bench: Bench) -> None:
    bench.provider.will(completes(subject.reply()))
    both = replayed(stored(await bench.grader.judge(TASK)))
    assert both.same
    assert both.stored == both.replayed != b"[]"


async def test_so_is_one_whose_model_was_not_told_the_learners_name(bench: Bench) -> None:
    said = "Every insert, as Zenobia says, has to maintain the tree too, so writes get slower."
    quoted = subject.EVIDENCE | {"writes": said.replace("Zenobia", "[…]")}
    bench.provider.will(completes(subject.reply(evidence=quoted)))
    answer = f"{subject.READS} {said} {subject.LIMITS}"
    judgement = await bench.grader.judge(replace(subject.task(answer), learner_name="Zenobia"))
    assert "Zenobia" not in bench.provider.prompts[0].body.decode()
    assert judgement.points == 10
    assert replayed(stored(judgement, answer)).same


@pytest.mark.parametrize(
    "change",
    [
        lambda found: replace(found, points=found.points - Decimal("0.1")),
        lambda found: replace(found, evidence=(found.evidence or "")[:-1]),
        lambda found: replace(found, criterion_id="another"),
    ],
    ids=["points", "evidence", "criterion"],
)
def test_a_grade_that_is_not_what_its_answer_gives_is_said_to_differ(change: object) -> None:
    honest = judge_offline(TASK)
    assert replayed(stored(honest)).same
    assert callable(change)
    first, *others = honest.criteria
    assert not replayed(stored(replace(honest, criteria=(change(first), *others)))).same


async def test_a_reply_that_is_no_longer_accepted_gives_no_criteria(bench: Bench) -> None:
    bench.provider.will(completes(subject.reply()))
    judgement = await bench.grader.judge(TASK)
    assert judgement.call is not None
    both = replayed(stored(replace(judgement, call=replace(judgement.call, raw_reply='{"criteria": "all"}'))))
    assert (both.same, both.replayed) == (False, b"[]")
