"""The installed wheel with no other package present: loads the bank, takes a screener, prints the profile.

Run by ``nox -s wheel`` in an empty environment. It is also the shortest complete use of the core as a library.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import sys
from datetime import UTC, datetime

import credcore.bank
from credcore.accounts import Caller, CallerKind, Scope
from credcore.assessment_ports import Completed
from credcore.bank import Bank
from credcore.blueprint import FormName
from credcore.memory import (
    MemoryAccounts,
    MemoryAssessments,
    MemoryBank,
    MemoryProfiles,
    MemoryQueue,
    MemoryState,
    RandomIds,
)
from credcore.offline_grader import OfflineGrader, judge_offline
from credcore.questions import Interest, MultipleChoice, Question
from credcore.responses import Answer, Choice, Selection
from credcore.scoring import rounded
from credcore.services.assessments import Assessments, Beginning
from credcore.services.completion import Completion
from credcore.services.grading import GradingWorker


def answer_to(question: Question, *, right: bool) -> Answer:
    match question:
        case MultipleChoice():
            other = next(option.id for option in question.options if option.id != question.key)
            return Choice(option_id=question.key if right else other)
        case Interest():
            return Selection(option_ids=tuple(option.id for option in question.options[: question.min_selections]))
        case _:
            raise SystemExit("a screener asks for no essay")


async def take_a_screener(bank: Bank, role: str) -> Completed:
    """Three of four right, the first one wrong."""
    state, ids = MemoryState(), RandomIds()
    await MemoryBank(state).publish(b"", bank)
    caller = Caller(id=ids.new_id(), kind=CallerKind.PARTNER, epoch=1, scopes=frozenset(Scope))
    state.partners[caller.id] = 1
    store, queue = MemoryAssessments(state), MemoryQueue(state)
    assessments = Assessments(accounts=MemoryAccounts(state), store=store, responses=store, bank=lambda: bank, ids=ids)
    worker = GradingWorker(queue=queue, grader=OfflineGrader(), ids=ids, now=lambda: datetime.now(UTC))
    completion = Completion(
        profiles=MemoryProfiles(state), queue=queue, worker=worker, fallback=judge_offline, bank=lambda: bank, ids=ids
    )
    started = await assessments.start(caller, Beginning(role=role, form=FormName.SCREENER))
    delivery, id = started.delivery, started.delivery.assessment_id
    while delivery.question is not None:
        answer = answer_to(delivery.question, right=delivery.answered > 0)
        await assessments.answer(caller, id, delivery.question.id, answer)
        delivery = await assessments.next(caller, id)
    return await completion.complete(caller, id)


def main() -> None:
    distributions = {distribution.name for distribution in importlib.metadata.distributions()}
    if distributions != {"credcore"}:
        raise SystemExit(f"this environment is not empty: {sorted(distributions)}")
    bank = credcore.bank.load_bank()
    if not bank.roles:
        raise SystemExit("the bank is empty")
    for role in bank.roles:
        done = asyncio.run(take_a_screener(bank, role.id))
        profile = done.profile
        if not (len(done.bundle) in (2, 3) and len(profile.domains) == 4 and profile.confidence == 1):
            raise SystemExit(f"{role.id}: the profile is not complete")
        print(f"{role.title}: {rounded(profile.overall)} ({profile.band}), confidence {rounded(profile.confidence, 2)}")
        for domain in profile.domains:
            print(f"  {domain.title:<40} {'#' * int(domain.score / 5):<20} {rounded(domain.score):>5}")
        for recommendation in done.bundle:
            print(f"  -> {recommendation.title}: {recommendation.reason}")
    outside = {name.partition(".")[0] for name in sys.modules} - sys.stdlib_module_names - {"credcore", "__main__"}
    if outside - {"_distutils_hack", "sitecustomize", "usercustomize"}:
        raise SystemExit(f"modules beside the standard library: {sorted(outside)}")
    print(f"{len(bank.roles)} screeners taken with the standard library alone")


if __name__ == "__main__":
    main()
