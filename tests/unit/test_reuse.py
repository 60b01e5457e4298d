"""A grade is taken again for the same answer alone, costs nothing then, and says where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from tests.openai.subject import GOOD, task

from credcore.grading import CriterionResult, GradingTask, Judgement, ModelCall, answer_hash_of
from credcore.grading_ports import Basis
from credcore.offline_grader import judge_offline
from credcore.services.reuse import ReusingGrader

CALL = ModelCall(model="m", prompt_hash="p", raw_reply="{}", tokens_in=900, tokens_out=100, cost_usd=Decimal("0.0002"))


@dataclass
class Model:
    asked: int = 0

    async def judge(self, task: GradingTask) -> Judgement:
        self.asked += 1
        return replace(judge_offline(task), call=CALL)


@dataclass
class Past:
    kept: dict[Basis, tuple[UUID, Judgement]] = field(default_factory=dict)

    async def judged_before(self, basis: Basis) -> tuple[UUID, Judgement] | None:
        return self.kept.get(basis)


def basis(task: GradingTask) -> Basis:
    question = task.question
    return Basis(
        question_id=question.id,
        question_version=question.version,
        rubric_hash=question.rubric_hash,
        answer_hash=answer_hash_of(task.answer),
        model="m",
        prompt_hash="p",
    )


def again(judgement: Judgement, task: GradingTask) -> tuple[CriterionResult, ...]:
    return judge_offline(task).criteria


def reusing(model: Model, past: Past) -> ReusingGrader:
    return ReusingGrader(ai=model, past=past, basis=basis, recomputed=again)


async def kept(past: Past) -> UUID:
    id = uuid4()
    past.kept[basis(task())] = (id, await Model().judge(task()))
    return id


async def test_an_answer_that_was_judged_before_is_not_asked_about() -> None:
    model, past = Model(), Past()
    id = await kept(past)
    judged = await reusing(model, past).judge(task())
    assert model.asked == 0
    assert judged.call is not None
    assert (judged.call.reused_from, judged.call.cost_usd, judged.call.tokens_in) == (id, 0, 0)
    assert judged.points == judge_offline(task()).points


async def test_a_grade_taken_again_twice_names_the_first() -> None:
    past = Past()
    id = await kept(past)
    once = await reusing(Model(), past).judge(task())
    past.kept[basis(task())] = (uuid4(), once)
    twice = await reusing(Model(), past).judge(task())
    assert twice.call is not None
    assert twice.call.reused_from == id


async def test_an_answer_nobody_gave_before_is_asked_about() -> None:
    model, past = Model(), Past()
    await kept(past)
    judged = await reusing(model, past).judge(task(f"{GOOD} And it takes space."))
    assert model.asked == 1
    assert judged.call == CALL


async def test_a_grade_that_this_version_would_not_give_is_not_taken_again() -> None:
    model, past = Model(), Past()
    id, judged = uuid4(), await Model().judge(task())
    past.kept[basis(task())] = (id, replace(judged, criteria=judged.criteria[:-1]))
    await reusing(model, past).judge(task())
    assert model.asked == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("a\nb", "a\r\nb\r\n"), ("caf\u00e9", "cafe\u0301"), ("a  \nb\t", "a\nb"), ("\n\na", "a\n")],
)
def test_answers_that_read_the_same_have_one_name(one: str, other: str) -> None:
    assert answer_hash_of(one) == answer_hash_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("if x:\n    y", "if x:\ny"), ("A", "a"), ("a b", "ab"), ("a\n\nb", "a\nb")]
)
def test_answers_that_may_mean_something_else_have_two(one: str, other: str) -> None:
    assert answer_hash_of(one) != answer_hash_of(other)
