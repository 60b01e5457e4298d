"""What the in-memory adapters share: plain dictionaries, one clock, and one check of who calls.

Between two awaits nothing else runs, and no method of these adapters awaits between reading and writing: that is what
makes each of them atomic.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from uuid import UUID

from credcore.accounts import Account, Caller, Origin
from credcore.assessment import Assessment
from credcore.assessment_ports import Completed
from credcore.audit import AuditEntry
from credcore.budget import Reservation, Settlement
from credcore.errors import NotFound, Unauthenticated
from credcore.grading import Grade
from credcore.ids import uuid7
from credcore.judged_answers import Record
from credcore.ports import Replay
from credcore.questions import Question
from credcore.responses import Response
from credcore.second_factor import SecondFactor

NIL = UUID(int=0)


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class RandomIds:
    """Identifiers and secrets from the operating system's random source."""

    clock: Callable[[], datetime] = system_clock
    _last: UUID = NIL

    def new_id(self) -> UUID:
        # Within one millisecond the random part would decide the order; the one before, plus one, keeps it (RFC 9562,
        # section 6.2, method 2).
        fresh = uuid7(self.clock(), secrets.token_bytes)
        self._last = fresh if fresh > self._last else UUID(int=self._last.int + 1)
        return self._last

    def new_seed(self) -> int:
        return secrets.randbelow(2**63)

    def new_secret(self) -> str:
        return secrets.token_urlsafe(32)


@dataclass(kw_only=True, slots=True)
class Job:
    """One essay to grade. ``token`` None: nobody holds it. ``error_code``: what it came back with from its last claim;
    None where it did not, or was never claimed."""

    due_at: datetime
    attempts: int = 0
    token: UUID | None = None
    leased_until: datetime | None = None
    error_code: str | None = None
    dead: bool = False


@dataclass(kw_only=True, slots=True)
class AssessmentRow:
    """An assessment and all that hangs on it; keys are question ids."""

    assessment: Assessment
    questions: dict[str, Question]
    delivered: dict[str, datetime] = field(default_factory=dict)
    responses: dict[str, Response] = field(default_factory=dict)
    grades: dict[str, Grade] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    completed: list[Completed] = field(default_factory=list)

    def record(self) -> Record:
        """A snapshot: what is done with it changes nothing here."""
        return Record(
            assessment=self.assessment,
            questions=dict(self.questions),
            responses=dict(self.responses),
            grades=dict(self.grades),
            dead=frozenset(id for id, job in self.jobs.items() if job.dead),
        )


@dataclass(kw_only=True, slots=True)
class FamilyRow:
    """One sign-in."""

    account_id: UUID
    started_at: datetime
    origin: Origin
    refreshed_at: datetime
    revoked_at: datetime | None = None


@dataclass(kw_only=True, slots=True)
class TokenRow:
    family_id: UUID
    issued_at: datetime
    spent_at: datetime | None = None
    successor: bytes | None = None


@dataclass(kw_only=True, slots=True)
class SecretsRow:
    """What proves an account, and what was agreed to with it."""

    password_hash: str
    password_set_at: datetime
    consent_at: datetime | None = None
    consent_version: str | None = None
    second_factor: SecondFactor | None = None
    recovery: dict[bytes, datetime | None] = field(default_factory=dict)
    reset: tuple[bytes, datetime, datetime] | None = None


@dataclass(kw_only=True, slots=True)
class ShareRow:
    """``advisor_email`` None: whoever it was has gone."""

    assessment_id: UUID
    advisor_email: str | None
    created_at: datetime
    revoked_at: datetime | None = None
    viewed_at: list[datetime] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class KeyRow:
    """An idempotency key."""

    request_hash: bytes
    effect_id: UUID
    token: UUID
    claimed_at: datetime
    leased_until: datetime
    reply: Replay | None = None

    def tells_of(self, id: UUID) -> bool:
        return self.reply is not None and str(id).encode() in self.reply.body


@dataclass(kw_only=True, slots=True)
class AiCallRow:
    """``assessment_id`` None: none of them, or one that was erased. The month counts by ``reserved_at``."""

    reserved: Reservation
    assessment_id: UUID | None
    reserved_at: datetime
    settled: Settlement | None = None

    @property
    def charged(self) -> Settlement | Reservation:
        return self.settled or self.reserved

    @property
    def is_prompt(self) -> bool:
        return self.settled is None or self.settled.outcome.is_prompt


# Everybody's data: in no representation, which would also take long to make.
@dataclass(kw_only=True, slots=True, repr=False)
class MemoryState:
    clock: Callable[[], datetime] = system_clock
    ids: RandomIds = field(default_factory=RandomIds)
    accounts: dict[UUID, Account] = field(default_factory=dict)
    secrets: dict[UUID, SecretsRow] = field(default_factory=dict)
    families: dict[UUID, FamilyRow] = field(default_factory=dict)
    tokens: dict[bytes, TokenRow] = field(default_factory=dict)
    keys: dict[tuple[UUID, str], KeyRow] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    ai_calls: dict[UUID, AiCallRow] = field(default_factory=dict)
    tally: Counter[tuple[date, str, str, str]] = field(default_factory=Counter)
    partners: dict[UUID, int] = field(default_factory=dict)
    assessments: dict[UUID, AssessmentRow] = field(default_factory=dict)
    shares: dict[UUID, ShareRow] = field(default_factory=dict)
    questions: dict[tuple[str, str], Question] = field(default_factory=dict)
    erasures: dict[bytes, datetime] = field(default_factory=dict)
    due: dict[bytes, datetime] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def admit(self, caller: Caller) -> None:
        """Raises Unauthenticated where the caller's account is gone or its epoch has moved on."""
        account = self.accounts.get(caller.id)
        epoch = account.epoch if account else self.partners.get(caller.id)
        if epoch != caller.epoch:
            raise Unauthenticated

    def account(self, caller: Caller) -> Account:
        """The caller's own account. Raises Unauthenticated."""
        self.admit(caller)
        if caller.id not in self.accounts:
            raise Unauthenticated
        return self.accounts[caller.id]

    def owned(self, caller: Caller, assessment_id: UUID) -> AssessmentRow:
        """The caller's own assessment. Raises Unauthenticated, NotFound."""
        self.admit(caller)
        row = self.assessments.get(assessment_id)
        if row is None or row.assessment.owner_id != caller.id:
            raise NotFound("assessment")
        return row

    def forget_ai_calls(self, erased: Collection[UUID]) -> None:
        """What was spent on erased assessments stays in the sums, and no longer names them."""
        for call in self.ai_calls.values():
            if call.assessment_id in erased:
                call.assessment_id, call.reserved = None, replace(call.reserved, assessment_id=NIL)

    def forget_shares(self, account: Account) -> None:
        """The account goes: what it shared goes with it, and who it was goes from what was shared with it."""
        own = {id for id, row in self.assessments.items() if row.assessment.owner_id == account.id}
        self.shares = {id: row for id, row in self.shares.items() if row.assessment_id not in own}
        for id, row in self.shares.items():
            if row.advisor_email == account.email:
                row.advisor_email, row.revoked_at = None, row.revoked_at or self.clock()
                self.keys = {key: kept for key, kept in self.keys.items() if not kept.tells_of(id)}
