"""All use cases over the memory adapters, with a clock that stands still and graders that do as a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from builders import FakeClock, account, document
from credcore.accounts import Account, Caller
from credcore.bank import Bank
from credcore.blueprint import FormName
from credcore.errors import Unavailable
from credcore.grading import Flag, GradingTask, Judgement
from credcore.grading_ports import Grader, GradingQueue
from credcore.memory import (
    MemoryAccounts,
    MemoryAssessments,
    MemoryBank,
    MemoryProfiles,
    MemoryQueue,
    MemoryRefreshTokens,
    MemoryShares,
    MemoryState,
    RandomIds,
)
from credcore.questions import Essay
from credcore.responses import Answer
from credcore.services.accounts import Accounts
from credcore.services.assessments import Assessments, Beginning
from credcore.services.completion import Completion
from credcore.services.grading import GradingWorker, QueuePolicy
from credcore.services.profiles import Profiles
from samples import judgement, right_answer, small_bank

MOMENT = timedelta(milliseconds=30)
"""How long a test waits in earnest for what is meant never to come."""
PATIENCE = timedelta(seconds=20)
"""More than any of these tests takes, however busy the machine: what waits for this long has failed."""


class PlainHasher:
    """Not a hash: it counts, and says of a ``stale:`` hash that it should be made anew."""

    def __init__(self) -> None:
        self.verified: list[str | None] = []

    async def hash(self, password: str) -> str:
        return f"plain:{password}"

    async def verify(self, stored: str | None, password: str) -> bool:
        self.verified.append(stored)
        return stored is not None and stored.partition(":")[2] == password

    def needs_rehash(self, stored: str) -> bool:
        return stored.startswith("stale:")


@dataclass
class ScriptedGrader:
    """Judges every answer alike; counts what it was asked."""

    share: Decimal | str = "1"
    asked: list[GradingTask] = field(default_factory=list)

    async def judge(self, task: GradingTask) -> Judgement:
        self.asked.append(task)
        return judgement(task.question, self.share)


@dataclass
class DownGrader:
    retry_after_seconds: int = 1
    asked: int = 0

    async def judge(self, task: GradingTask) -> Judgement:
        self.asked += 1
        raise Unavailable("grader", retry_after_seconds=self.retry_after_seconds)


@dataclass
class HangingGrader:
    """Starts judging, and comes back only once it is let go."""

    started: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def judge(self, task: GradingTask) -> Judgement:
        self.started.set()
        await self.let_go.wait()
        return judgement(task.question)


def provisional(task: GradingTask) -> Judgement:
    return judgement(task.question, "0.5", flags=[Flag.PROVISIONAL])


@dataclass
class World:
    """One process's services. Make another ``worker`` over the same ``queue`` to have two."""

    bank: Bank = field(default_factory=small_bank)
    clock: FakeClock = field(default_factory=FakeClock)
    grader: Grader = field(default_factory=ScriptedGrader)
    fallback: Callable[[GradingTask], Judgement] = provisional
    policy: QueuePolicy = field(default_factory=QueuePolicy)
    hasher: PlainHasher = field(default_factory=PlainHasher)

    def __post_init__(self) -> None:
        self.ids = RandomIds(clock=self.clock)
        self.state = MemoryState(clock=self.clock, ids=self.ids)
        self.store = MemoryAssessments(self.state)
        self.people = MemoryAccounts(self.state)
        self.profile_store = MemoryProfiles(self.state)
        self.queue = MemoryQueue(self.state)
        self.accounts = Accounts(
            store=self.people,
            tokens=MemoryRefreshTokens(self.state),
            hasher=self.hasher,
            ids=self.ids,
            server_key=b"k" * 32,
        )
        self.assessments = Assessments(
            accounts=self.people, store=self.store, responses=self.store, bank=lambda: self.bank, ids=self.ids
        )
        self.profiles = Profiles(store=self.profile_store, shares=MemoryShares(self.state))
        self.worker = self.another_worker(self.grader)
        self.completion = self.completing()

    def another_worker(self, grader: Grader, *, queue: GradingQueue | None = None) -> GradingWorker:
        return GradingWorker(queue=queue or self.queue, grader=grader, ids=self.ids, now=self.clock, policy=self.policy)

    def completing(self, *, timeout: timedelta = PATIENCE, worker: GradingWorker | None = None) -> Completion:
        return Completion(
            profiles=self.profile_store,
            queue=self.queue,
            worker=worker or self.worker,
            fallback=self.fallback,
            bank=lambda: self.bank,
            ids=self.ids,
            timeout=timeout,
        )

    async def open(self) -> None:
        await MemoryBank(self.state).publish(document(), self.bank)

    async def student(self, **fields: object) -> Account:
        return await self.people.add(account(**fields), "plain:a long enough password")

    async def started(self, caller: Caller, form: FormName = FormName.STANDARD, role: str | None = None) -> UUID:
        beginning = Beginning(role=role or self.bank.roles[0].id, form=form)
        return (await self.assessments.start(caller, beginning)).delivery.assessment_id

    async def answer_all(
        self, caller: Caller, assessment_id: UUID, answer: Callable[..., Answer] = right_answer
    ) -> None:
        """Goes through the form as a learner does: asks for the next question, and answers it."""
        while (question := (await self.assessments.next(caller, assessment_id)).question) is not None:
            await self.assessments.answer(caller, assessment_id, question.id, answer(question))

    async def answer_essays(self, caller: Caller, assessment_id: UUID) -> list[str]:
        row = self.state.assessments[assessment_id]
        essays = [question for question in row.questions.values() if isinstance(question, Essay)]
        for essay in essays:
            await self.assessments.answer(caller, assessment_id, essay.id, right_answer(essay))
        return [essay.id for essay in essays]


async def opened(**parts: object) -> World:
    """A world whose bank is published."""
    world = World(**parts)  # type: ignore[arg-type]  # by name
    await world.open()
    return world
