"""The HTTP adapter, driven in process over the in-memory stores and the shipped bank.

The same calls over a real server, real sockets and PostgreSQL stand in tests/app.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.http.declared import check_declared
from tests.http.people import people_over

from credcore.accounts import Scope
from credcore.bank import Bank
from credcore.memory import (
    MemoryAccounts,
    MemoryAssessments,
    MemoryAudit,
    MemoryHealth,
    MemoryIdempotency,
    MemoryPartners,
    MemoryProfiles,
    MemoryQueue,
    MemoryShares,
    MemoryState,
    RandomIds,
)
from credcore.offline_grader import OfflineGrader, judge_offline
from credcore.partners import Credentials
from credcore.questions import Essay, Interest, MultipleChoice
from credcore.services.assessments import Assessments
from credcore.services.completion import Completion
from credcore.services.grading import GradingWorker
from credcore.services.partners import ClientGrants, Partners
from credcore.services.profiles import Profiles
from credcore.services.sharing import Sharing
from credcore_app.content import Content, read_content
from credcore_app.telemetry import Exposition, Instruments
from credcore_http.edge import AccessLine
from credcore_http.services import Services
from credcore_http.tokens import AccessTokens
from credcore_pg import QueueState

PASSWORD = "a password of some length"


@cache
def shipped_content() -> Content:
    return read_content(None)


@dataclass
class FakeClock:
    time: datetime = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **of_time: float) -> None:
        self.time += timedelta(**of_time)


class PlainHasher:
    """Not a hash at all: what matters here is who is let in. The real one is tested where it lives."""

    async def hash(self, password: str) -> str:
        return f"plain:{password}"

    async def verify(self, stored: str | None, password: str) -> bool:
        return stored == f"plain:{password}"

    def needs_rehash(self, stored: str) -> bool:
        return False


@dataclass
class World:
    """One application with everything behind it in reach of the test."""

    clock: FakeClock
    state: MemoryState
    services: Services
    tokens: AccessTokens
    app: Any
    lines: list[AccessLine] = field(default_factory=list)
    counter: Any = field(default_factory=itertools.count)

    def client(self, token: str | None = None, **headers: str) -> httpx.AsyncClient:
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app),
            base_url="http://testserver",
            headers=headers,
            event_hooks={"response": [check_declared]},
        )

    async def partner(self, scopes: str | None = None) -> httpx.AsyncClient:
        """A client of a new partner, with a token for ``scopes`` (all unless said otherwise)."""
        made = await self.platform()
        form = {"grant_type": "client_credentials", "scope": scopes or ""}
        async with self.client() as anonymous:
            answer = await anonymous.post("/auth/token", data=form, auth=(str(made.client_id), made.client_secret))
        assert answer.status_code == 200, answer.text
        return self.client(answer.json()["access_token"])

    async def platform(self, scopes: frozenset[Scope] = frozenset(Scope)) -> Credentials:
        """The credentials of a new partner's client."""
        return await self.partners.create(f"Platform {next(self.counter)}", scopes)

    @property
    def partners(self) -> Partners:
        """The use cases of the operator."""
        store = self.services.clients.store
        assert isinstance(store, MemoryPartners)
        return Partners(store=store, audit=MemoryAudit(self.state), ids=self.services.ids)

    async def student(self, **fields: object) -> httpx.AsyncClient:
        email = f"student{next(self.counter)}@example.org"
        body = {"email": email, "name": "A. Student", "password": PASSWORD, **fields}
        async with self.client() as anonymous:
            answer = await anonymous.post("/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        return self.client(answer.json()["accessToken"])


def services_over(state: MemoryState, ids: RandomIds, clock: FakeClock, bank: Callable[[], Bank]) -> Services:
    accounts, assessments = MemoryAccounts(state), MemoryAssessments(state)
    profiles, queue, partners = MemoryProfiles(state), MemoryQueue(state), MemoryPartners(state)
    shares = MemoryShares(state)
    worker = GradingWorker(queue=queue, grader=OfflineGrader(), ids=ids, now=clock)
    people = people_over(state, ids, clock, PlainHasher())
    return Services(
        accounts=people.accounts,
        own_account=people.own_account,
        credentials=people.credentials,
        second_factors=people.second_factors,
        administration=people.administration,
        assessments=Assessments(accounts=accounts, store=assessments, responses=assessments, bank=bank, ids=ids),
        completion=Completion(
            profiles=profiles, queue=queue, worker=worker, fallback=judge_offline, bank=bank, ids=ids
        ),
        profiles=Profiles(store=profiles, shares=shares),
        sharing=Sharing(store=shares, ids=ids),
        clients=ClientGrants(store=partners),
        attempts=people.attempts,
        idempotency=MemoryIdempotency(state),
        tokens=AccessTokens(
            private_keys={"test": Ed25519PrivateKey.generate()},
            issuer="credcore",
            audience="credcore",
            lifetime=timedelta(hours=24),
            now=clock,
        ),
        bank=bank,
        health=MemoryHealth(),
        ids=ids,
        metrics=Exposition(Instruments(), _empty_queue),
    )


async def _empty_queue() -> QueueState:
    return QueueState(waiting=0, held=0, dead=0, oldest_seconds=0)


def sample_answer(question_id: str, quality: str = "strong") -> dict[str, Any]:
    """The body that answers a question of the shipped bank: ``strong``, ``weak`` or ``off-topic``."""
    question = shipped_content().bank.by_id[question_id]
    match question:
        case MultipleChoice():
            wrong = next(option.id for option in question.options if option.id != question.key)
            return {"questionId": question_id, "optionId": question.key if quality == "strong" else wrong}
        case Essay():
            off_topic = "My grandmother grows roses and tulips in her garden behind the old red house."
            texts = {"strong": question.reference_answer, "weak": question.weak_answer, "off-topic": off_topic}
            return {"questionId": question_id, "text": texts[quality]}
        case Interest():
            chosen = [option.id for option in question.options[: question.min_selections]]
            return {"questionId": question_id, "optionIds": chosen}


async def start(client: httpx.AsyncClient, **fields: object) -> dict[str, Any]:
    answer = await client.post("/assessments/start", json={"role": "backend-developer", **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def answer_all(client: httpx.AsyncClient, assessment_id: str, quality: str = "strong") -> list[dict[str, Any]]:
    """Goes through the assessment as a learner does; the questions in the order they came."""
    asked = []
    while question := (await client.get(f"/assessments/{assessment_id}/next")).json()["question"]:
        asked.append(question)
        body = sample_answer(question["questionId"], quality)
        answer = await client.post(f"/assessments/{assessment_id}/answer", json=body)
        assert answer.status_code == 200, answer.text
    return asked


async def completed(client: httpx.AsyncClient, quality: str = "strong", **fields: object) -> dict[str, Any]:
    assessment_id = (await start(client, **fields))["assessmentId"]
    await answer_all(client, assessment_id, quality)
    answer = await client.post(f"/assessments/{assessment_id}/complete")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem, once it is known to be one in every respect."""
    document = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert document["status"] == answer.status_code
    assert {"type", "title", "status", "detail", "instance", "code"} <= document.keys()
    assert document["type"].endswith(document["code"])
    return answer.status_code, document["code"]
