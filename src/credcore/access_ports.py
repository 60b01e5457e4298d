"""What the use cases need of the world to let partners and advisors in, and to keep attempts within bounds.

The obligations of every store (``credcore.ports``) hold here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from credcore.accounts import Caller, Scope
from credcore.assessment_ports import Completed
from credcore.audit import Actor
from credcore.erasures import Erasure
from credcore.partners import Grant, Partner
from credcore.ports import Page
from credcore.rate_limits import Demand, Standing
from credcore.sharing import Share, SharedProfile


class PartnerStore(Protocol):
    """Partners as the operator sees them."""

    async def add(
        self, partner_id: UUID, name: str, client_id: UUID, scopes: frozenset[Scope], secret_hash: bytes
    ) -> None:
        """A new partner with its first client and that client's first secret. Raises PartnerNameTaken."""

    async def add_client(self, partner_id: UUID, client_id: UUID, scopes: frozenset[Scope], secret_hash: bytes) -> None:
        """Raises NotFound where there is no such partner, or it is disabled."""

    async def add_secret(self, client_id: UUID, secret_hash: bytes, overlap: timedelta) -> None:
        """One more secret; those before end ``overlap`` from now, if not sooner.

        With no overlap the partner's epoch moves on, too: whoever had the old secret may hold a token.
        Raises NotFound where there is no such client, or it or its partner is disabled.
        """

    async def disable(self, id: UUID) -> None:
        """Disables the partner or client with that id and moves the partner's epoch on; doing it again is no error.

        Raises NotFound.
        """

    async def all(self) -> Sequence[Partner]:
        """Oldest first, disabled ones included; so are each one's clients."""


class ClientStore(Protocol):
    async def authenticate(self, client_id: UUID, secret_hash: bytes) -> Grant:
        """The partner, with all scopes of the client. Raises InvalidClient, also where either is disabled."""


class LearnerStore(Protocol):
    """What partners' learners leave behind: assessments, and no account."""

    async def forget(
        self,
        actor: Actor,
        entry_id: UUID,
        partner_id: UUID,
        learner: str | UUID,
        mark_of: Callable[[UUID], bytes],
    ) -> int:
        """How many assessments there were; nothing remains of them but counts without an identity.

        ``learner``: the partner's reference, letter for letter, or the id of one assessment of the partner's. The mark
        of each assessment goes into the ledger of erasures, and what was done into the audit, with their end. Where
        there is nothing, nothing is entered. Raises Unauthenticated for an actor who is no standing administrator.
        """

    async def assessments(self, *, limit: int, after: UUID | None) -> Page[UUID]:
        """All partners' assessments, greatest id first."""

    async def erase_again(self, assessment_id: UUID, erasure: Erasure) -> bool:
        """As ``forget``; ``erasure`` keeps its time. False where no partner has such an assessment (any more)."""


class RateLimits(Protocol):
    async def hit(self, demands: Sequence[Demand]) -> Sequence[Standing]:
        """Counts one try against each demand (subjects all different), and says how each stands, in their order.

        Exact: of any number at once, in any number of processes, as many are let through as ``next_due`` says, by the
        store's clock. A try that a demand refuses costs those after it nothing, and nothing is said of them; where it
        came at the same moment as the last one that was let through it may. What was counted survives a restart; it is
        kept no longer than it matters.
        """


class ShareStore(Protocol):
    """Whom a profile is shared with. An advisor is whoever has the address now, and the role."""

    async def share(self, caller: Caller, assessment_id: UUID, share_id: UUID, advisor_email: str) -> Share:
        """A standing share with that address is given again; of many at once one is made.

        Raises AssessmentNotCompleted, TooManyShares.
        """

    async def of(self, caller: Caller, assessment_id: UUID) -> Sequence[Share]:
        """The standing ones of the caller's own assessment, oldest first."""

    async def revoke(self, caller: Caller, assessment_id: UUID, share_id: UUID) -> None:
        """From now on the advisor sees nothing; what was viewed stays recorded. Raises NotFound."""

    async def shared_with(self, caller: Caller, *, limit: int, after: UUID | None) -> Page[SharedProfile]:
        """What is shared with the caller now, by share, newest (greatest id) first."""

    async def view(self, caller: Caller, assessment_id: UUID, revision: int | None = None) -> Completed:
        """A profile that is shared with the caller now, as ``ProfileStore.profile``. The view is recorded with it."""
