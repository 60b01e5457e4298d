"""The composition root: settings and a database in, the HTTP application or a grading worker out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from credcore.memory import RandomIds, system_clock
from credcore.services.assessments import Assessments
from credcore.services.completion import Completion
from credcore.services.credentials import RESET_LIFETIME
from credcore.services.grading import GradingWorker
from credcore.services.partners import ClientGrants
from credcore.services.profiles import Profiles
from credcore.services.sharing import Sharing
from credcore_app import logs
from credcore_app.account_wiring import AccountServices, account_services
from credcore_app.background import REST, beside
from credcore_app.banks import BankInUse, bank_in_use
from credcore_app.database import stores_at
from credcore_app.graders import Graders, open_graders
from credcore_app.mail import Outbox, cleared
from credcore_app.passwords import Argon2Passwords
from credcore_app.settings import Settings
from credcore_app.sign_ins import SignIns, followed_sign_ins
from credcore_app.telemetry import Telemetry, open_telemetry
from credcore_http.app import create_app
from credcore_http.edge.asgi import App
from credcore_http.services import Services
from credcore_http.tokens import AccessTokens
from credcore_pg import PostgresStores

ISSUER = "credcore"
AUDIENCE = "credcore-api"

log = logging.getLogger(__name__)


@asynccontextmanager
async def application(settings: Settings, dsn: str, *, grading: bool) -> AsyncIterator[App]:
    """The HTTP application on the database at ``dsn``, with a grading worker beside it unless told otherwise.

    When the block ends the worker finishes what it judges, then the connections are closed.

    Raises:
        Unavailable: the database cannot be reached.
        Fault: schema, bank or signing keys are not as this version needs them, or the telemetry cannot be opened.
    """
    async with (
        stores_at(settings, dsn) as stores,
        _passwords(settings) as passwords,
        open_telemetry(settings, stores) as telemetry,
        open_graders(settings, stores, telemetry.ai) as graders,
    ):
        bank = await bank_in_use(stores.bank)
        async with (
            beside(lambda: bank.follow(stores.bank), "credcore-bank"),
            followed_sign_ins(stores, settings.signing_keys, system_clock) as sign_ins,
            _graded(graders.worker(settings, telemetry.queue), grading),
            cleared(Outbox(data_dir=settings.data_dir, kept=RESET_LIFETIME)) as outbox,
        ):
            people = await account_services(settings, stores, passwords, outbox)
            yield create_app(
                _services(settings, stores, bank, people, graders, sign_ins, telemetry),
                log=telemetry.counting(logs.access),
                max_body_bytes=settings.max_body_bytes,
                hsts_seconds=settings.hsts_seconds,
                cors_origins=settings.cors_origins,
            )


async def grade_until(stop: asyncio.Event, settings: Settings, dsn: str, *, on_ready: Callable[[], None]) -> None:
    """Works the grading queue in this process until ``stop`` is set. Raises as ``application``."""
    async with (
        stores_at(settings, dsn) as stores,
        open_telemetry(settings, stores) as telemetry,
        open_graders(settings, stores, telemetry.ai) as graders,
    ):
        on_ready()
        await _keep_grading(graders.worker(settings, telemetry.queue), stop)


def _services(
    settings: Settings,
    stores: PostgresStores,
    bank: BankInUse,
    people: AccountServices,
    graders: Graders,
    sign_ins: SignIns,
    telemetry: Telemetry,
) -> Services:
    ids = RandomIds()
    return Services(
        accounts=people.accounts,
        own_account=people.own_account,
        credentials=people.credentials,
        second_factors=people.second_factors,
        administration=people.administration,
        assessments=Assessments(
            accounts=stores.accounts,
            store=stores.assessments,
            responses=stores.responses,
            bank=bank,
            ids=ids,
            lifetime=timedelta(hours=settings.assessment_hours),
        ),
        completion=Completion(
            profiles=telemetry.profiles,
            queue=telemetry.queue,
            worker=graders.worker(settings, telemetry.queue),
            fallback=graders.judges.fallback,
            bank=bank,
            ids=ids,
            timeout=timedelta(seconds=settings.complete_timeout_seconds),
        ),
        profiles=Profiles(store=stores.profiles, shares=stores.shares),
        sharing=Sharing(store=stores.shares, ids=ids),
        clients=ClientGrants(store=stores.partners),
        attempts=people.attempts,
        idempotency=stores.idempotency,
        tokens=AccessTokens(
            private_keys=sign_ins.keys,
            issuer=ISSUER,
            audience=AUDIENCE,
            lifetime=timedelta(hours=settings.access_token_hours),
            now=system_clock,
            ended=sign_ins.ended,
        ),
        bank=bank,
        health=stores.health,
        ids=ids,
        degraded=graders.degraded,
        metrics=telemetry.exposition if telemetry.public else None,
    )


@asynccontextmanager
async def _passwords(settings: Settings) -> AsyncIterator[Argon2Passwords]:
    passwords = Argon2Passwords(settings.password_cost)
    try:
        yield passwords
    finally:
        passwords.close()


@asynccontextmanager
async def _graded(worker: GradingWorker, grading: bool) -> AsyncIterator[None]:
    """With the worker in the background, which ends what it judges before the block does."""
    if not grading:
        yield
        return
    stop = asyncio.Event()
    working = asyncio.create_task(_keep_grading(worker, stop), name="credcore-grading")
    try:
        yield
    finally:
        stop.set()
        await working


async def _keep_grading(worker: GradingWorker, stop: asyncio.Event) -> None:
    """Until ``stop``. One essay that cannot be judged, for whatever reason, must not end the judging of all others."""
    while not stop.is_set():
        try:
            await worker.run(stop)
        # Broad on purpose: it is written down with its place, and the queue counts the attempt.
        except Exception as error:
            log.error("grading was interrupted", exc_info=error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), REST)
