"""One fixture, two adapters: every test here holds for the stores in memory and for those in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

import pytest

from builders import FORM, LIFETIME, FakeClock, Respond, account, answer, assessment, bank, document, partner
from credcore.access_ports import LearnerStore, RateLimits, ShareStore
from credcore.account_ports import (
    AuditStore,
    ErasureStore,
    OwnAccountStore,
    PasswordStore,
    PeopleStore,
    SecondFactorStore,
    SessionStore,
)
from credcore.accounts import Account, Caller
from credcore.assessment import Assessment
from credcore.assessment_ports import AssessmentStore, ProfileStore, ResponseStore
from credcore.grading_ports import Budget, GradingQueue, PastGrades
from credcore.memory import (
    MemoryAccounts,
    MemoryAssessments,
    MemoryAudit,
    MemoryBank,
    MemoryErasures,
    MemoryHealth,
    MemoryIdempotency,
    MemoryLearners,
    MemoryOwnAccounts,
    MemoryPartners,
    MemoryPasswords,
    MemoryPeople,
    MemoryProfiles,
    MemoryQueue,
    MemoryRateLimits,
    MemoryRefreshTokens,
    MemorySecondFactors,
    MemorySessions,
    MemoryShares,
    MemoryState,
)
from credcore.memory.budget import MemoryBudget
from credcore.memory.past_grades import MemoryPastGrades
from credcore.ports import BankStore, HealthProbe, IdempotencyStore
from credcore.responses import Response
from credcore.sign_in_ports import AccountStore, RefreshTokenStore
from credcore_pg import PostgresStores
from credcore_pg.partners import PostgresPartners


class Office(Protocol):
    """What happens to people by ways that no port of these has yet."""

    async def admit_partner(self, id: UUID) -> None: ...

    async def move_epoch(self, id: UUID) -> None: ...

    async def erase(self, id: UUID) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Stores:
    clock: FakeClock
    accounts: AccountStore
    refresh_tokens: RefreshTokenStore
    assessments: AssessmentStore
    responses: ResponseStore
    profiles: ProfileStore
    queue: GradingQueue
    budget: Budget
    past_grades: PastGrades
    bank: BankStore
    idempotency: IdempotencyStore
    health: HealthProbe
    partners: MemoryPartners | PostgresPartners
    learners: LearnerStore
    rate_limits: RateLimits
    shares: ShareStore
    own_accounts: OwnAccountStore
    erasures: ErasureStore
    passwords: PasswordStore
    second_factors: SecondFactorStore
    sessions: SessionStore
    people: PeopleStore
    audit: AuditStore
    office: Office

    async def person(self) -> Caller:
        return (await self.account()).caller

    async def account(self, **fields: object) -> Account:
        return await self.accounts.add(account(**fields), "a hash")  # type: ignore[arg-type]  # a builder's keywords

    async def partner(self) -> Caller:
        caller = partner()
        await self.office.admit_partner(caller.id)
        return caller

    async def begin(self, caller: Caller, question_ids: Sequence[str] = FORM, **fields: object) -> Assessment:
        """Starts a built assessment; the built bank is in use."""
        await self.bank.publish(document(), bank())
        built = assessment(caller, question_ids, **fields)
        await self.assessments.start(caller, built, LIFETIME)
        return built

    async def answer(self, caller: Caller, assessment_id: UUID, *question_ids: str) -> list[Response]:
        given = []
        for id in question_ids:
            rule = Respond(id, answer(id))
            response, _ = await self.responses.respond(caller, assessment_id, id, rule)
            given.append(response)
        return given


@dataclass(frozen=True)
class MemoryOffice:
    state: MemoryState

    async def admit_partner(self, id: UUID) -> None:
        self.state.partners[id] = 1

    async def move_epoch(self, id: UUID) -> None:
        if id in self.state.partners:
            self.state.partners[id] += 1
        else:
            account = self.state.accounts[id]
            self.state.accounts[id] = replace(account, epoch=account.epoch + 1)

    async def erase(self, id: UUID) -> None:
        if account := self.state.accounts.pop(id, None):
            self.state.forget_shares(account)
        self.state.partners.pop(id, None)
        for assessment_id, row in list(self.state.assessments.items()):
            if row.assessment.owner_id == id:
                del self.state.assessments[assessment_id]


@dataclass(frozen=True)
class PostgresOffice:
    postgres: PostgresStores

    async def admit_partner(self, id: UUID) -> None:
        await self.postgres.database.row("INSERT INTO principal (principal_id, kind) VALUES ($1, 'partner')", id)

    async def move_epoch(self, id: UUID) -> None:
        await self.postgres.database.row(
            "UPDATE principal SET token_epoch = token_epoch + 1 WHERE principal_id = $1", id
        )

    async def erase(self, id: UUID) -> None:
        await self.postgres.database.row("DELETE FROM principal WHERE principal_id = $1", id)


def in_memory(clock: FakeClock) -> Stores:
    state = MemoryState(clock=clock)
    both = MemoryAssessments(state)
    return Stores(
        clock=clock,
        accounts=MemoryAccounts(state),
        refresh_tokens=MemoryRefreshTokens(state),
        assessments=both,
        responses=both,
        profiles=MemoryProfiles(state),
        queue=MemoryQueue(state),
        budget=MemoryBudget(state),
        past_grades=MemoryPastGrades(state),
        bank=MemoryBank(state),
        idempotency=MemoryIdempotency(state),
        health=MemoryHealth(),
        partners=MemoryPartners(state),
        learners=MemoryLearners(state),
        rate_limits=MemoryRateLimits(state),
        shares=MemoryShares(state),
        own_accounts=MemoryOwnAccounts(state),
        erasures=MemoryErasures(state),
        passwords=MemoryPasswords(state),
        second_factors=MemorySecondFactors(state),
        sessions=MemorySessions(state),
        people=MemoryPeople(state),
        audit=MemoryAudit(state),
        office=MemoryOffice(state),
    )


def in_postgres(postgres: PostgresStores, clock: FakeClock) -> Stores:
    return Stores(
        clock=clock,
        accounts=postgres.accounts,
        refresh_tokens=postgres.refresh_tokens,
        assessments=postgres.assessments,
        responses=postgres.responses,
        profiles=postgres.profiles,
        queue=postgres.queue,
        budget=postgres.budget,
        past_grades=postgres.past_grades,
        bank=postgres.bank,
        idempotency=postgres.idempotency,
        health=postgres.health,
        partners=postgres.partners,
        learners=postgres.learners,
        rate_limits=postgres.rate_limits,
        shares=postgres.shares,
        own_accounts=postgres.own_accounts,
        erasures=postgres.erasures,
        passwords=postgres.passwords,
        second_factors=postgres.second_factors,
        sessions=postgres.sessions,
        people=postgres.people,
        audit=postgres.audit,
        office=PostgresOffice(postgres),
    )


@pytest.fixture(params=["memory", "postgres"])
def adapter(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def stores(adapter: str, clock: FakeClock, request: pytest.FixtureRequest) -> Stores:
    if adapter == "memory":
        return in_memory(clock)
    return in_postgres(request.getfixturevalue("postgres"), clock)
