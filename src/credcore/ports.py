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
from credcore.grading import Grade
from credcore.judged_answers import Record
from credcore.profile import Profile
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
