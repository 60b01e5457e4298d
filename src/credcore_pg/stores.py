"""All stores over one pool."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from credcore_pg.accounts import PostgresAccounts
from credcore_pg.assessments import PostgresAssessments
from credcore_pg.budget import PostgresBudget
from credcore_pg.connecting import DatabaseSettings, connect
from credcore_pg.content import PostgresBank
from credcore_pg.credentials import PostgresPasswords
from credcore_pg.database import Database, create_pool
from credcore_pg.erasures import PostgresErasures
from credcore_pg.health import PostgresHealth
from credcore_pg.idempotency import PostgresIdempotency
from credcore_pg.keys import SigningKeys
from credcore_pg.learners import PostgresLearners
from credcore_pg.listening import Listener
from credcore_pg.measured import MeasuredGraders
from credcore_pg.partners import PostgresPartners
from credcore_pg.past_grades import PostgresPastGrades
from credcore_pg.people import PostgresAudit, PostgresPeople
from credcore_pg.privacy import PostgresOwnAccounts
from credcore_pg.profiles import PostgresProfiles
from credcore_pg.queue import PostgresQueue
from credcore_pg.queue_state import PostgresQueueState
from credcore_pg.rate_limits import PostgresRateLimits
from credcore_pg.refresh_tokens import PostgresRefreshTokens
from credcore_pg.responses import PostgresResponses
from credcore_pg.second_factors import PostgresSecondFactors
from credcore_pg.sessions import PostgresSessions
from credcore_pg.shares import PostgresShares

CLOSE_WITHIN = 5.0
"""Seconds that connections in use get to finish."""


@dataclass(frozen=True, kw_only=True)
class PostgresStores:
    database: Database
    accounts: PostgresAccounts
    refresh_tokens: PostgresRefreshTokens
    own_accounts: PostgresOwnAccounts
    erasures: PostgresErasures
    passwords: PostgresPasswords
    second_factors: PostgresSecondFactors
    sessions: PostgresSessions
    people: PostgresPeople
    audit: PostgresAudit
    assessments: PostgresAssessments
    responses: PostgresResponses
    profiles: PostgresProfiles
    queue: PostgresQueue
    queue_state: PostgresQueueState
    budget: PostgresBudget
    measured: MeasuredGraders
    past_grades: PostgresPastGrades
    bank: PostgresBank
    idempotency: PostgresIdempotency
    partners: PostgresPartners
    learners: PostgresLearners
    rate_limits: PostgresRateLimits
    shares: PostgresShares
    health: PostgresHealth
    keys: SigningKeys


@asynccontextmanager
async def open_stores(
    settings: DatabaseSettings, *, clock: Callable[[], datetime] | None = None
) -> AsyncIterator[PostgresStores]:
    """All stores, until the block ends. Does not connect yet, so that it works while the database is down."""
    pool = await create_pool(settings)
    database = Database(pool=pool, acquire_timeout=settings.acquire, clock=clock)
    listener = Listener(connect=partial(connect, settings))
    try:
        yield _over(database, listener)
    finally:
        await listener.close()
        try:
            async with asyncio.timeout(CLOSE_WITHIN):
                await pool.close()
        except TimeoutError:
            pool.terminate()


def _over(database: Database, listener: Listener) -> PostgresStores:
    return PostgresStores(
        database=database,
        accounts=PostgresAccounts(database),
        refresh_tokens=PostgresRefreshTokens(database),
        own_accounts=PostgresOwnAccounts(database),
        erasures=PostgresErasures(database),
        passwords=PostgresPasswords(database),
        second_factors=PostgresSecondFactors(database),
        sessions=PostgresSessions(database),
        people=PostgresPeople(database),
        audit=PostgresAudit(database),
        assessments=PostgresAssessments(database),
        responses=PostgresResponses(database),
        profiles=PostgresProfiles(database),
        queue=PostgresQueue(database, listener),
        queue_state=PostgresQueueState(database),
        budget=PostgresBudget(database),
        measured=MeasuredGraders(database),
        past_grades=PostgresPastGrades(database),
        bank=PostgresBank(database),
        idempotency=PostgresIdempotency(database),
        partners=PostgresPartners(database),
        learners=PostgresLearners(database),
        rate_limits=PostgresRateLimits(database),
        shares=PostgresShares(database),
        health=PostgresHealth(database),
        keys=SigningKeys(database),
    )
