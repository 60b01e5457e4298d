"""What the use cases need of the world, in the domain's words. Each port's contract suite stands in tests/contracts.

Obligations of every store:
- A method either does all of its work or none of it, and returns only once what it wrote survives a crash.
- Whoever passes a ``Caller`` is checked in the same query: an account that is gone or disabled, or whose token epoch
  has moved on, raises ``Unauthenticated``, before anything is told or changed.
- What belongs to somebody else is ``NotFound``, like what does not exist.
- "Now" is the store's own clock, so that all processes agree; where a rule needs it, the store passes it in.
- A dependency that is down or too slow raises ``Unavailable``. A write may then have happened: every write can be
  repeated with the same arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from credcore.accounts import NOWHERE, Account, Caller, Origin, RefreshOutcome, RefreshToken
from credcore.assessment import AnswerContext, Assessment, Response
from credcore.bank import Bank
from credcore.blueprint import FormItem
from credcore.budget import Limits, MonthLine, OverBudget, Reservation, Settlement
from credcore.errors import Unavailable
from credcore.grading import Grade, GradingTask, Judgement
from credcore.profile import Profile, Record
from credcore.questions import Question
from credcore.rate_limits import DemandOf
from credcore.recommendation import Recommendation
from credcore.second_factor import SecondFactor

Entry = TypeVar("Entry")


class IdSource(Protocol):
    """Where new identifiers and secrets come from."""

    def new_id(self) -> UUID:
        """A UUIDv7, later than those before it."""

    def new_seed(self) -> int:
        """A non-negative seed below 2**63 for drawing a form."""

    def new_secret(self) -> str:
        """256 random bits as text, safe in a URL."""


class PasswordHasher(Protocol):
    """Slow hashing, off the event loop, in a bounded pool."""

    async def hash(self, password: str) -> str:
        """Raises Unavailable where too many are waiting already."""

    async def verify(self, stored: str | None, password: str) -> bool:
        """Takes as long with ``stored`` None, for an account that does not exist. Raises Unavailable as ``hash``."""

    def needs_rehash(self, stored: str) -> bool: ...


class Grader(Protocol):
    async def judge(self, task: GradingTask) -> Judgement:
        """A judgement of the answer; one that cannot be had raises Unavailable."""


# --- accounts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPassword:
    """``second_factor`` may still be unconfirmed; log-in asks for it where ``account.second_factor`` says so."""

    account: Account
    password_hash: str
    second_factor: SecondFactor | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Presented:
    """The account that a refresh token belongs to, and its family: the sign-in."""

    account: Account
    family_id: UUID


class AccountStore(Protocol):
    async def add(self, account: Account, password_hash: str) -> Account:
        """The account as stored, ``created_at`` by the store's clock. Raises EmailTaken, case folded."""

    async def by_email(self, email: str) -> StoredPassword | None: ...

    async def of(self, caller: Caller) -> Account:
        """The caller's own account. Raises Unauthenticated."""

    async def admit(self, caller: Caller) -> None:
        """Nothing but the check of any caller, person or partner: for what is refused before anything was looked up."""

    async def replace_password_hash(self, account_id: UUID, old_hash: str, new_hash: str) -> None:
        """The same password hashed anew; does nothing where ``old_hash`` no longer stands."""


class RefreshTokenStore(Protocol):
    async def open_family(
        self,
        family_id: UUID,
        account_id: UUID,
        token_hash: bytes,
        origin: Origin = NOWHERE,
        epoch: int | None = None,
    ) -> None:
        """A new family with its first token.

        Raises Unauthenticated where the account is gone, or its epoch is no longer ``epoch``: the password that was
        checked a moment ago may have been changed since.
        """

    async def present(
        self,
        token_hash: bytes,
        successor_hash: bytes,
        decide: Callable[[RefreshToken, datetime], RefreshOutcome],
        limit: DemandOf | None = None,
    ) -> Presented:
        """Does what ``decide(token, now)`` says, under a lock on the family: of a hundred at once one rotates.

        ROTATE spends the token and stores the successor; SAME_AGAIN changes nothing; both give the account.
        REVOKE_FAMILY revokes for good, then raises Unauthenticated; so do REFUSE and an unknown token.

        ``limit``: under the same lock each rotation, and nothing else, counts against this demand of the account, as
        exactly as with ``RateLimits.hit``. Raises RateLimited, and the token stays as it was.
        """

    async def revoke_family_of(self, token_hash: bytes, limit: DemandOf | None = None) -> UUID | None:
        """Ends the family, and says which it was where it had not ended; an unknown token is no error.

        Ending one counts against ``limit``. Raises RateLimited, and the family stands as it did.
        """


# --- assessments ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Where an assessment stands. ``item`` is the first unanswered one, in form order; None once all are answered."""

    assessment_id: UUID
    completed_at: datetime | None
    expires_at: datetime
    now: datetime
    answered: int
    total: int
    item: FormItem | None
    question: Question | None
    delivered_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """An assessment from outside. ``assessment.items`` is complete; ``now`` is the store's, for the status.

    ``asked``: what the learner has before them, the first unanswered question, once it was delivered and while the
    assessment is in progress. ``find`` gives it; a page does not.
    """

    assessment: Assessment
    answered: int
    pending_grades: int
    now: datetime
    asked: Delivery | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[Entry]):
    """``next_after``: pass it as ``after`` for the next page; None on the last."""

    items: tuple[Entry, ...]
    next_after: UUID | None


class AssessmentStore(Protocol):
    async def seen(self, caller: Caller, learner_ref: str | None) -> Sequence[str]:
        """Ids of the questions that this learner's assessments asked, oldest assessment first."""

    async def start(self, caller: Caller, assessment: Assessment, lifetime: timedelta) -> Delivery:
        """Stores it, begun now and expiring after ``lifetime`` by the store's clock, and delivers its first question.

        The times in ``assessment`` are not looked at. An assessment with the same id and owner that is stored already
        stays as it is: its delivery is given again. Consent that names no version is a person's, and kept with the
        version that their account has.
        """

    async def deliver_next(self, caller: Caller, assessment_id: UUID) -> Delivery:
        """The first unanswered question; while the assessment is in progress its first delivery is recorded now."""

    async def find(self, caller: Caller, assessment_id: UUID) -> Overview: ...

    async def page(
        self, caller: Caller, *, limit: int, after: UUID | None, learner_ref: str | None = None
    ) -> Page[Overview]:
        """The caller's own (of one learner, if given), newest (greatest id) first; those with an id below ``after``."""


class ResponseStore(Protocol):
    async def respond(
        self,
        caller: Caller,
        assessment_id: UUID,
        question_id: str,
        decide: Callable[[AnswerContext, datetime], Response],
    ) -> tuple[Response, int]:
        """Stores what ``decide(context, now)`` gives, unless it is the standing response; also the form's length.

        Answers and completion of one assessment happen one after the other. A response with status ``pending`` is
        stored together with its grading job, or neither is. ``decide`` may be called again on a conflict; what it
        raises leaves everything as it was.
        """


# --- completion -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Conclusion:
    """What completion stores: the profile, its bundle, and grades that completion itself had to make."""

    profile: Profile
    bundle: tuple[Recommendation, ...]
    grades: tuple[Grade, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Completed:
    profile: Profile
    bundle: tuple[Recommendation, ...]


class ProfileStore(Protocol):
    async def conclude(
        self, caller: Caller, assessment_id: UUID, decide: Callable[[Record, datetime], Conclusion]
    ) -> Completed:
        """Completes with what ``decide(record, now)`` gives, under the lock that answers take.

        An assessment that is completed already is answered with what is stored (its latest revision), and ``decide``
        is not called. The record says which jobs a claim found dead. A grade in the conclusion ends the job of its
        essay, unless it is provisional: then the job stays. What ``decide`` raises leaves everything as it was.
        """

    async def profile(self, caller: Caller, assessment_id: UUID, revision: int | None = None) -> Completed:
        """The latest revision, or that one. Raises AssessmentNotCompleted; NotFound for an unknown revision."""

    async def open_recommendation(self, recommendation_id: UUID) -> str:
        """The course's URL, the click counted. Raises NotFound."""


# --- grading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A job that this worker holds until ``leased_until``. ``token`` fences it: after another claim it is worthless.

    ``attempt`` counts the claims that were a try, this one included; ``waited`` is the time since the answer came.
    """

    task: GradingTask
    token: UUID
    attempt: int
    leased_until: datetime
    waited: timedelta


SUSPECT_AFTER = 2
"""A job tried so often, and never heard of again after the last claim, may be what ends its workers: from then on it
is claimed alone. One that came back has ended nobody, so that a backlog after an outage is worked at full width."""


class GradingQueue(Protocol):
    """The durable queue of essays to grade. A claim counts as a try unless it is given back as none: a crash counts.

    A claim whose assessment was erased meanwhile ends as one that lost its token, whether finished or given back; what
    was spent under it then says no more what it was spent on.
    """

    async def claim(
        self, *, limit: int, lease: timedelta, max_attempts: int, assessment_id: UUID | None = None
    ) -> Sequence[Claim]:
        """Up to ``limit`` jobs that are due and not leased, oldest first, each attempt counted.

        Where the oldest one was tried ``SUSPECT_AFTER`` times and did not come back from the last it comes alone, and
        no such job comes with others: what ends a worker takes others down with it so often at the most.
        A job that was tried ``max_attempts`` times before is not claimed again: it is dead, and stays visible.
        A task's ``ai_consent`` is what the start said, unless the person has withdrawn it since.
        """

    async def finish(self, claim: Claim, grade: Grade) -> bool:
        """Stores the grade and ends the job, both or neither. False where the claim's token no longer holds.

        Where the assessment is completed, its profile gets the next revision with it, if the grade changes anything
        (``credcore.profile.revised``). Earlier revisions and the bundle stay as they were.
        """

    async def give_back(self, claim: Claim, *, after: timedelta, error_code: str, tried: bool = True) -> bool:
        """Makes the job due again ``after`` now. False where the claim's token no longer holds.

        Not ``tried``: the claim no longer counts, as if it had never been made; it brings a dead job back.
        """

    async def renew(self, claim: Claim, lease: timedelta) -> bool:
        """Holds the job for ``lease`` from now, a dead one too. False where the claim's token no longer holds."""

    async def wait(self, at_most: timedelta) -> None:
        """Returns when a job may have become due, and after ``at_most`` anyway."""


# --- content, idempotency ---------------------------------------------------------------------------------------------


class BankStore(Protocol):
    async def publish(self, bank_document: bytes, bank: Bank) -> int:
        """Puts this bank into use, new question versions included, in one transaction; the revision it has.

        The bank in use already keeps its revision. Versions that are no longer in use stay for what was drawn.
        """

    async def current(self) -> tuple[int, bytes] | None:
        """Revision and document of the bank in use; None where there is none."""

    async def revision(self) -> int | None:
        """That of the bank in use, without its document: cheap enough to be asked every few seconds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fresh:
    """The first request with its key holds it. ``effect_id`` is the id that what it creates must have, so that a
    repetition after a crash finds the first one's work instead of doing it twice. ``token`` fences the claim: after
    another one it is worthless."""

    caller_id: UUID
    key: str
    effect_id: UUID
    token: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """The first answer: HTTP status, body, and the headers that belong to it."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


class IdempotencyStore(Protocol):
    """What is asked for with a claim whose token no longer holds, or that was settled, changes nothing."""

    async def claim(
        self, caller: Caller, key: str, request_hash: bytes, *, effect_id: UUID, lease: timedelta
    ) -> Fresh | Replay:
        """Raises IdempotencyKeyReused for another request hash, RequestInProgress while the first one runs.

        A claim that was neither settled nor renewed within ``lease`` is taken over, with the first one's effect id.
        """

    async def renew(self, claim: Fresh, lease: timedelta) -> bool:
        """Holds the key for ``lease`` from now. False where the claim's token no longer holds."""

    async def settle(self, claim: Fresh, reply: Replay) -> None:
        """Keeps the answer for at least 24 hours."""

    async def release(self, claim: Fresh) -> None:
        """Forgets a claim whose request was refused: nothing was created."""

    async def let_go(self, claim: Fresh) -> None:
        """Ends the lease of a claim whose outcome is unknown: the next try takes over at once, with its effect id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """``problems`` name what is missing, empty when everything can be served."""

    problems: tuple[str, ...]


class HealthProbe(Protocol):
    async def check(self) -> Health:
        """Whether the store can be written and its schema is current. Never raises; bounded in time."""


# --- AI grading -------------------------------------------------------------------------------------------------------


class GraderAway(Unavailable):
    """The AI grader cannot be had, whatever the answer: to have asked was no try of this essay's.

    ``shut``: it was not even asked, and will not be before ``retry_after_seconds`` are over; then it may be at once.
    """

    def __init__(self, what: str, *, retry_after_seconds: int = 1, shut: bool = False) -> None:
        super().__init__(what, retry_after_seconds=retry_after_seconds)
        self.shut = shut


class NoAiGrade(Unavailable):
    """The AI grader gives no judgement of this answer, and asking it again would not help.

    ``what`` says why: ``over-budget``, or what was wrong with the reply.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """All that an AI grade depends on: one grade may stand for another that was asked for in the same words."""

    question_id: str
    question_version: str
    rubric_hash: str
    answer_hash: str
    model: str
    prompt_hash: str


class PastGrades(Protocol):
    async def judged_before(self, basis: Basis) -> tuple[UUID, Judgement] | None:
        """The oldest grade there is that an AI call on this basis led to, whoever's answer it was, with its id."""


class Budget(Protocol):
    """What AI calls cost, over all processes. Exact: of any number of reservations at once, those that fit pass."""

    async def reserve(self, reservation: Reservation, limits: Limits) -> OverBudget | None:
        """Charges the reservation, unless it would break a limit: then nothing is charged, and the limit is given.

        Counted are all calls of this assessment, whatever the month, and all dollars of the current month (UTC, the
        store's clock): settled ones as settled, open ones as reserved. An open reservation is never given back by
        itself. Where ``limits`` names no number of prompts, it is the number of essays in the stored assessment.
        Reserving an id again changes nothing and is answered None.
        """

    async def settle(self, reservation_id: UUID, settlement: Settlement) -> None:
        """Puts what the call did cost in the reservation's place, in the month that it was reserved in.

        REFUSED no longer counts as a prompt. The first settlement stands; an unknown id changes nothing.
        """

    async def month(self) -> Sequence[MonthLine]:
        """The current month by model and outcome, sorted by both, open reservations last."""
