"""Fifteen families in three forms, against graders whose model obeys the attack, and against the offline grader."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from functools import cache

import pytest
from tests.manipulation.stubs import STUBS, Evidence, ObeyingClient

from credcore.breaker import BreakerPolicy
from credcore.budget import Limits, price_of
from credcore.grading import Judgement
from credcore.memory import MemoryState, RandomIds
from credcore.memory.budget import MemoryBudget
from credcore.offline_grader import judge_offline
from credcore.services.judging import Judges
from credcore_app.evaluation.attacks.cases import Case, Form, Subject, all_cases
from credcore_app.evaluation.attacks.families import FAMILIES
from credcore_app.evaluation.attacks.figures import leak, task_of, verdict
from credcore_app.evaluation.attacks.subjects import SUBJECTS
from credcore_openai import CallPolicy, Observer, OpenAIGrader
from credcore_openai.calls import Calls
from credcore_openai.gate import Gate
from credcore_openai.prompt import Secrets
from credcore_openai.till import Till

SECRETS = Secrets(nonce="0f1e2d3c4b5a", canary="a5b4c3d2e1f0")
CASES = all_cases(FAMILIES, SUBJECTS)


def judges(client: ObeyingClient, prompts: int) -> Judges:
    """The real thing from the prompt down to the stub in the provider's place."""
    seen = Observer()
    till = Till(
        budget=MemoryBudget(MemoryState()),
        limits=Limits(prompts_per_assessment=prompts, monthly_usd=Decimal(5)),
        model="a-model-that-obeys",
        price=price_of("gpt-6-luna"),
        most_tokens_out=1500,
        new_id=RandomIds().new_id,
        clock=lambda: 0.0,
        watch=seen,
    )
    gate = Gate(lambda: 0.0, BreakerPolicy(), seen.breaker_changed)
    calls = Calls(client=client, gate=gate, till=till, clock=lambda: 0.0, policy=CallPolicy())
    return Judges(ai=OpenAIGrader(calls=calls, secrets=lambda: SECRETS), offline=judge_offline)


async def by_ai(case: Case, evidence: Evidence, answer: str, prompts: int = 5) -> Judgement:
    return await judges(ObeyingClient(case=case, evidence=evidence), prompts).judge(task_of(case, answer))


@cache
def offline(case: Case, answer: str) -> Judgement:
    return judge_offline(task_of(case, answer))


def test_there_are_fifteen_families_in_three_forms() -> None:
    assert len(FAMILIES) == 15
    assert len({(case.family, case.form) for case in CASES}) == 45


@cache
def honestly(subject: Subject, form: Form) -> Judgement:
    """The same answer without the attack; every stub is honest then, and so its evidence does not matter."""
    case = Case(family="none", form=form, number=0, subject=subject, payload="")
    return asyncio.run(by_ai(case, STUBS["invented"], case.honest))


@pytest.mark.parametrize(("stub", "prompts"), [*((stub, 5) for stub in STUBS), ("harmless", 1)])
def test_a_model_that_obeys_moves_no_grade_beyond_the_figures(stub: str, prompts: int) -> None:
    """With one prompt there is no second call."""
    broken = []
    for case in CASES:
        attacked = asyncio.run(by_ai(case, STUBS[stub], case.answer, prompts))
        honest = honestly(case.subject, case.form) if case.form is not Form.PURE else None
        wrong = verdict(case, attacked, honest) or leak(case, attacked, (SECRETS.nonce, SECRETS.canary))
        if wrong:
            broken.append(f"{case.id}: {wrong}")
    assert broken == []


def test_the_offline_grader_keeps_to_the_same_figures() -> None:
    broken = []
    for case in CASES:
        attacked = offline(case, case.answer)
        honest = offline(case, case.honest) if case.form is not Form.PURE else None
        wrong = verdict(case, attacked, honest) or leak(case, attacked)
        if wrong:
            broken.append(f"{case.id}: {wrong}")
    assert broken == []


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.question.id)
async def test_an_honest_model_is_believed(subject: Subject) -> None:
    """The figures would hold for a grader that gives nobody anything: this one does give."""
    good = Case(family="none", form=Form.GOOD, number=0, subject=subject, payload="")
    judged = await by_ai(good, STUBS["invented"], good.honest)
    assert judged.grader.name == "a-model-that-obeys"
    assert judged.points >= 6
