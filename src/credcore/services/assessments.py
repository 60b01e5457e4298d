"""Start an assessment, go through its questions, answer them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from credcore.accounts import Caller, CallerKind, Scope
from credcore.assessment import ASSESSMENT_TIME, Action, Assessment, Status, advance, status_of
from credcore.assessment_ports import AssessmentStore, Delivery, Overview, ResponseStore
from credcore.bank import Bank
from credcore.blueprint import ExperienceLevel, FormName, draw
from credcore.consent import CONSENT_VERSION
from credcore.errors import InvalidValue, NotFound
from credcore.ports import IdSource, Page
from credcore.responses import Answer, AnswerContext, Response, respond
from credcore.rights import require_scope
from credcore.sign_in_ports import AccountStore
from credcore.text import single_line, storable

LEARNER_REF_MAX_LENGTH = 200
_UNSET_TIME = datetime.fromtimestamp(0, UTC)
"""Stands where the store puts its own time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beginning:
    """What is asked for at the start. ``learner_ref`` and ``ai_consent`` are a partner's to say, None for a person."""

    role: str
    form: FormName = FormName.STANDARD
    level: ExperienceLevel = ExperienceLevel.INTERMEDIATE
    learner_ref: str | None = None
    ai_consent: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    overview: Overview
    delivery: Delivery


@dataclass(frozen=True, kw_only=True)
class Assessments:
    accounts: AccountStore
    store: AssessmentStore
    responses: ResponseStore
    bank: Callable[[], Bank]
    ids: IdSource
    lifetime: timedelta = ASSESSMENT_TIME

    async def start(self, caller: Caller, beginning: Beginning, assessment_id: UUID | None = None) -> Started:
        """A new assessment, with its first question delivered.

        ``assessment_id``: given again after a lost answer, it finds the first one's work instead of starting another.

        Raises:
            InvalidValue: no such role, or a field that is not this caller's to set.
        """
        require_scope(caller, Scope.ASSESSMENTS_WRITE)
        consent = await self._consent(caller, beginning)
        bank = self.bank()
        try:
            bank.role(beginning.role)
        except NotFound:
            raise InvalidValue("/role", "is not one of the roles") from None
        seed = self.ids.new_seed()
        seen = await self.store.seen(caller, beginning.learner_ref)
        items = draw(bank, role=beginning.role, form=beginning.form, level=beginning.level, seen=seen, seed=seed)
        assessment = Assessment(
            id=assessment_id or self.ids.new_id(),
            owner_id=caller.id,
            learner_ref=beginning.learner_ref,
            role=beginning.role,
            form=beginning.form,
            level=beginning.level,
            ai_consent=consent,
            ai_consent_version=CONSENT_VERSION if consent and caller.kind is CallerKind.PARTNER else None,
            seed=seed,
            items=items,
            started_at=_UNSET_TIME,
            expires_at=_UNSET_TIME,
        )
        delivery = await self.store.start(caller, assessment, self.lifetime)
        return Started(overview=await self.store.find(caller, assessment.id), delivery=delivery)

    async def next(self, caller: Caller, assessment_id: UUID) -> Delivery:
        """The first unanswered question, whose time runs from its first delivery; none once all are answered."""
        require_scope(caller, Scope.ASSESSMENTS_WRITE)
        delivery = await self.store.deliver_next(caller, assessment_id)
        status = status_of(delivery.completed_at, delivery.expires_at, delivery.now)
        if status is Status.COMPLETED and delivery.item is None:
            return delivery
        advance(status, Action.DELIVER, delivery.expires_at)
        return delivery

    async def answer(
        self, caller: Caller, assessment_id: UUID, question_id: str, answer: Answer
    ) -> tuple[Response, int]:
        """The response that stands, and how many questions the form has. Raises as ``respond``."""
        require_scope(caller, Scope.ASSESSMENTS_WRITE)

        def decide(context: AnswerContext, now: datetime) -> Response:
            return respond(context, question_id, answer, now)

        return await self.responses.respond(caller, assessment_id, question_id, decide)

    async def find(self, caller: Caller, assessment_id: UUID) -> Overview:
        require_scope(caller, Scope.ASSESSMENTS_WRITE)
        return await self.store.find(caller, assessment_id)

    async def page(
        self, caller: Caller, *, limit: int, after: UUID | None, learner_ref: str | None = None
    ) -> Page[Overview]:
        """The caller's own; ``learner_ref``: those that a partner started for that learner. Raises InvalidValue."""
        require_scope(caller, Scope.ASSESSMENTS_WRITE)
        if learner_ref is not None:
            storable(learner_ref, "/learnerRef", min_length=1, max_length=LEARNER_REF_MAX_LENGTH)
        return await self.store.page(caller, limit=limit, after=after, learner_ref=learner_ref)

    async def _consent(self, caller: Caller, beginning: Beginning) -> bool:
        if caller.kind is CallerKind.USER:
            for value, pointer in (
                (beginning.learner_ref, "/learnerRef"),
                (beginning.ai_consent, "/aiConsent"),
            ):
                if value is not None:
                    raise InvalidValue(pointer, "is for partners to set; of a person the account's own counts")
            return (await self.accounts.of(caller)).ai_consent
        if beginning.learner_ref is not None:
            single_line(beginning.learner_ref, "/learnerRef", max_length=LEARNER_REF_MAX_LENGTH)
        return bool(beginning.ai_consent)
