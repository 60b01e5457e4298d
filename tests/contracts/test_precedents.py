"""What every store of earlier grades promises: the same answer, and nothing but the same, finds its grade."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from builders import ESSAY, FORM, MODEL_CALL, NOON, FakeClock, assessment, bank, grade, partner
from credcore.assessment import Response, ResponseStatus, Text
from credcore.budget import answer_hash
from credcore.grading import GradingTask
from credcore.memory import MemoryState
from credcore.memory.precedents import MemoryPrecedents
from credcore.memory.state import AssessmentRow
from credcore.ports import Precedent
from credcore.questions import Essay

ANSWER = "What it is, and why."


def question() -> Essay:
    found = bank().by_id[ESSAY]
    assert isinstance(found, Essay)
    return found


def wanted(answer: str = ANSWER) -> Precedent:
    return Precedent(
        question_id=ESSAY,
        question_version=question().version,
        rubric_hash=question().rubric_hash,
        model=MODEL_CALL.model,
        prompt_hash=MODEL_CALL.prompt_hash,
        answer_hash=answer_hash(answer),
    )


@pytest.fixture
def state(clock: FakeClock) -> MemoryState:
    return MemoryState(clock=clock)


def graded(state: MemoryState, *, minutes: int = 0, cost: str = "0.1", **other: object) -> None:
    """An assessment with this answer and a grade for it."""
    started = assessment(partner(), FORM)
    row = AssessmentRow(assessment=started, questions={id: bank().by_id[id] for id in FORM})
    task = GradingTask(assessment_id=started.id, question=question(), answer=ANSWER, ai_consent=True)
    row.responses[ESSAY] = Response(
        question_id=ESSAY, answer=Text(text=ANSWER), status=ResponseStatus.SCORED, answered_at=NOON, ordinal=1
    )
    call = replace(MODEL_CALL, cost_usd=Decimal(cost)) if other.pop("call", True) else None
    row.grades[ESSAY] = grade(task, now=NOON + timedelta(minutes=minutes), call=call, **other)
    state.assessments[started.id] = row


@pytest.mark.parametrize(
    "answer", [ANSWER, f"  {ANSWER}\n", ANSWER.replace(" ", "\n  "), ANSWER.replace(",", "\uff0c")]
)
async def test_the_same_answer_finds_its_grade_however_it_is_spaced(state: MemoryState, answer: str) -> None:
    graded(state)
    assert await MemoryPrecedents(state).find(wanted(answer)) is not None


@pytest.mark.parametrize(
    "other",
    [
        {"question_version": "another"},
        {"rubric_hash": "another"},
        {"model": "another"},
        {"prompt_hash": "another"},
        {"answer_hash": answer_hash("what it is, and why.")},
    ],
)
async def test_anything_else_finds_nothing(state: MemoryState, other: dict[str, str]) -> None:
    graded(state)
    assert await MemoryPrecedents(state).find(replace(wanted(), **other)) is None


async def test_the_latest_counts(state: MemoryState) -> None:
    graded(state, minutes=2, cost="0.2")
    graded(state, minutes=1, cost="0.1")
    found = await MemoryPrecedents(state).find(wanted())
    assert found is not None
    assert found.call is not None
    assert found.call.cost_usd == Decimal("0.2")


async def test_provisional_grades_and_those_without_a_call_are_no_precedents(state: MemoryState) -> None:
    graded(state, provisional=True)
    graded(state, call=False)
    assert await MemoryPrecedents(state).find(wanted()) is None
