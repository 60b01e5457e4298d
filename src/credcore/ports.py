"""What the use cases need of the world, in the domain's words. Each port's contract suite stands in tests/contracts.

Here stand the ports that serve all of it; those of one field have a module of their own: ``sign_in_ports``,
``account_ports``, ``access_ports``, ``assessment_ports``, ``grading_ports``.

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

from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from credcore.accounts import Caller
from credcore.bank import Bank

Entry = TypeVar("Entry")


class IdSource(Protocol):
    """Where new identifiers and secrets come from."""

    def new_id(self) -> UUID:
        """A UUIDv7, later than those before it."""

    def new_seed(self) -> int:
        """A non-negative seed below 2**63 for drawing a form."""

    def new_secret(self) -> str:
        """256 random bits as text, safe in a URL."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page(Generic[Entry]):
    """``next_after``: pass it as ``after`` for the next page; None on the last."""

    items: tuple[Entry, ...]
    next_after: UUID | None


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
    """A claim on a key: its request is to be carried out.

    What the request creates must have the id ``effect_id``, so that a repetition after a crash finds the first one's
    work instead of doing it twice. ``token`` fences the claim: it is worthless once another has claimed the key.
    """

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
    """A claim that was settled, or whose token no longer holds, can change nothing any more."""

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
