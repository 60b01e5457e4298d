"""Twenty assessments under everything that a provider can do, in a mix: nothing is lost, and the budget is exact."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from tests.openai.conftest import Recorder
from tests.openai.provider import (
    Behaviour,
    Provider,
    Request,
    completes,
    disconnects,
    dribbles,
    fails,
    hangs,
    sends,
)

from credcore.accounts import Account, Caller, UserRole
from credcore.assessment_ports import Completed
from credcore.breaker import BreakerPolicy
from credcore.budget import CallOutcome, Limits
from credcore.grading import Flag
from credcore.memory import (
    MemoryAccounts,
    MemoryAssessments,
    MemoryBank,
    MemoryProfiles,
    MemoryQueue,
    MemoryState,
    RandomIds,
    system_clock,
)
from credcore.memory.budget import MemoryBudget
from credcore.offline.text import passages
from credcore.offline_grader import judge_offline
from credcore.profile import Profile
from credcore.questions import Essay, Interest, MultipleChoice, Question, QuestionType
from credcore.responses import Choice, Selection, Text
from credcore.services.assessments import Assessments, Beginning
from credcore.services.completion import Completion
from credcore.services.grading import GradingWorker, QueuePolicy
from credcore.services.judging import Judges
from credcore_app.content import Content, read_content
from credcore_openai import CallPolicy, Connection, OpenAISettings, open_grader

SEED = 20261122
ASSESSMENTS = 20
PROMPTS = 5
POLICY = QueuePolicy(
    first_retry=timedelta(milliseconds=20), last_retry=timedelta(milliseconds=100), poll=timedelta(milliseconds=20)
)


def grade(request: Request) -> str:
    """An honest-looking grade of whatever is asked: half of the points, for the first sentence of the answer."""
    schema = request.document["response_format"]["json_schema"]["schema"]
    ids = schema["properties"]["criteria"]["items"]["properties"]["id"]["enum"]
    quote = passages(request.answer)[0].raw
    criteria = [{"id": id, "met": 0.5, "evidence": quote} for id in ids]
    return json.dumps(
        {"criteria": criteria, "score": len(ids) / 2, "strengths": "You begin well.", "improvements": "Go on."}
    )


def graded(**changes: object) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        await completes(grade(request), **changes)(writer, request)

    return behave


PAID: dict[str, Behaviour] = {
    "a grade": graded(),
    "no usage": graded(usage=...),
    "hang": hangs,
    "dribble": dribbles(0.05),
    "html": sends(200, "<html>", content_type="text/html"),
    "cut body": sends(200, '{"choices": [{"mess'),
    "cut JSON": completes('{"criteria": [{"id": "a'),
    "NaN": completes('{"criteria": [], "score": NaN}'),
    "14": completes('{"criteria": [], "score": 14}'),
    "refusal": completes(None, refusal="No."),
    "no choices": completes(None, choices=[]),
    "disconnect": disconnects,
}
FREE: dict[str, Behaviour] = {
    "429": fails(429),
    "429 with Retry-After": fails(429, "retry-after: 0.02"),
    "insufficient quota": fails(429, code="insufficient_quota"),
    "500": fails(500),
}


class Mix:
    """Each of all these at least once, shuffled among grades; then grades."""

    def __init__(self, seed: int) -> None:
        self._all = PAID | FREE
        self._deck = [*self._all] + ["a grade"] * len(self._all)
        random.Random(seed).shuffle(self._deck)
        self.done: Counter[str] = Counter()

    async def __call__(self, writer: asyncio.StreamWriter, request: Request) -> None:
        name = self._deck.pop() if self._deck else "a grade"
        self.done[name] += 1
        await self._all[name](writer, request)

    def paid(self) -> int:
        return sum(count for name, count in self.done.items() if name in PAID)


@dataclass(frozen=True, kw_only=True)
class World:
    assessments: Assessments
    completion: Completion
    budget: MemoryBudget
    state: MemoryState
    content: Content
    seen: Recorder
    at_once: asyncio.Semaphore

    async def complete(self, caller: Caller, id: UUID) -> Completed:
        """A few at once: with more, our own work on this one loop would eat the deadlines."""
        async with self.at_once:
            return await self.completion.complete(caller, id)

    async def take(self, caller: Caller) -> UUID:
        started = await self.assessments.start(caller, Beginning(role="backend-developer"))
        id = started.overview.assessment.id
        while question := (await self.assessments.next(caller, id)).question:
            await self.assessments.answer(caller, id, question.id, answered(question))
        return id


def answered(question: Question) -> Choice | Text | Selection:
    match question:
        case MultipleChoice():
            return Choice(option_id=question.key)
        case Essay():
            return Text(text=question.reference_answer)
        case Interest():
            return Selection(option_ids=tuple(option.id for option in question.options[: question.min_selections]))


@asynccontextmanager
async def world(provider: Provider) -> AsyncIterator[World]:
    state, ids, content = MemoryState(), RandomIds(), read_content(None)
    seen = Recorder()
    await MemoryBank(state).publish(content.document, content.bank)
    budget, queue, store = MemoryBudget(state), MemoryQueue(state), MemoryAssessments(state)
    settings = OpenAISettings(
        connection=Connection(api_key="sk-test", model="gpt-6-luna", base_url=provider.base_url),
        limits=Limits(prompts_per_assessment=PROMPTS, monthly_usd=Decimal(5)),
        calls=CallPolicy(deadline=3.0),
        breaker=BreakerPolicy(least_calls=20, first_pause=0.02, longest_pause=0.1),
    )
    async with open_grader(settings, budget=budget, ids=ids, now=system_clock, observer=seen) as ai:
        judges = Judges(ai=ai, offline=judge_offline)
        worker = GradingWorker(
            queue=queue, grader=judges, ids=ids, now=system_clock, policy=POLICY, fallback=judges.fallback
        )
        yield World(
            assessments=Assessments(
                accounts=MemoryAccounts(state), store=store, responses=store, bank=lambda: content.bank, ids=ids
            ),
            completion=Completion(
                profiles=MemoryProfiles(state),
                queue=queue,
                worker=worker,
                fallback=judges.fallback,
                bank=lambda: content.bank,
                ids=ids,
                timeout=timedelta(seconds=30),
            ),
            budget=budget,
            state=state,
            content=content,
            seen=seen,
            at_once=asyncio.Semaphore(6),
        )


async def test_twenty_assessments_complete_with_nothing_lost_and_the_budget_exact(provider: Provider) -> None:
    mix = Mix(SEED)
    provider.will(mix)
    async with world(provider) as w:
        learner = Account(
            id=w.assessments.ids.new_id(),
            email="ada@example.org",
            name="Ada",
            role=UserRole.STUDENT,
            ai_consent=True,
            created_at=system_clock(),
        )
        await MemoryAccounts(w.state).add(learner, "hash")
        taken = [await w.take(learner.caller) for _ in range(ASSESSMENTS)]
        completed = await asyncio.gather(*(w.complete(learner.caller, id) for id in taken))
        lines = {line.outcome: line for line in await w.budget.month()}
    assert all(whole(one.profile) for one in completed)
    assert not any(w.state.assessments[id].jobs for id in taken)
    assert set(mix.done) == PAID.keys() | FREE.keys()
    charged = sum(line.calls for outcome, line in lines.items() if outcome and outcome.is_prompt)
    assert None not in lines
    assert charged == sum(1 for call in w.state.ai_calls.values() if call.is_prompt)
    # On a machine that is busy otherwise, a call may time out before the provider sees it, and is charged as well.
    unseen = w.seen.outcomes.count("timed-out") - mix.done["hang"] - mix.done["dribble"]
    assert mix.paid() <= charged <= mix.paid() + unseen
    assert lines[CallOutcome.REFUSED].calls == sum(mix.done.values()) - mix.paid()
    assert max(prompts_of(w).values()) <= PROMPTS
    graders = Counter(answer.grader.name for one in completed for answer in essays(one.profile) if answer.grader)
    assert graders["gpt-6-luna"] >= ASSESSMENTS


def essays(profile: Profile) -> list:  # type: ignore[type-arg]  # judged answers
    return [answer for answer in profile.answers if answer.type is QuestionType.ESSAY]


def whole(profile: Profile) -> bool:
    """Five essays, each judged; what the AI could not judge is marked."""
    judged = essays(profile)
    marked = [
        answer
        for answer in judged
        if answer.grader.name == "offline" and not answer.flags & {Flag.PROVISIONAL, Flag.NEEDS_REVIEW}
    ]
    return len(judged) == 5 and all(answer.points is not None for answer in judged) and not marked


def prompts_of(w: World) -> Counter[UUID]:
    return Counter(call.reserved.assessment_id for call in w.state.ai_calls.values() if call.is_prompt)
