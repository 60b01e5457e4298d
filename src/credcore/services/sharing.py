"""Let an advisor read a profile, see who did, take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from credcore.access_ports import ShareStore
from credcore.accounts import Caller, UserRole, parse_email
from credcore.errors import InvalidValue
from credcore.ports import IdSource, Page
from credcore.rights import require_person, require_role
from credcore.sharing import MOST_SHARES, Share, SharedProfile, TooManyShares


@dataclass(frozen=True, kw_only=True)
class Sharing:
    store: ShareStore
    ids: IdSource

    async def share(
        self, caller: Caller, assessment_id: UUID, advisor_email: str, share_id: UUID | None = None
    ) -> Share:
        """The share, the same again where it stands already. Nothing tells whether the address has an account.

        ``share_id``: given again after a lost answer, it is the first one's.

        Raises:
            NotFound, InvalidValue, AssessmentNotCompleted.
        """
        require_person(caller)
        try:
            email = parse_email(advisor_email, "/advisorEmail")
        except InvalidValue:
            await self.store.of(caller, assessment_id)  # what is not the caller's is not found, whatever they send
            raise
        try:
            return await self.store.share(caller, assessment_id, share_id or self.ids.new_id(), email)
        except TooManyShares:
            raise InvalidValue("/advisorEmail", f"is one too many: {MOST_SHARES} advisors can read it") from None

    async def of(self, caller: Caller, assessment_id: UUID) -> Sequence[Share]:
        """The standing shares with their views, oldest first."""
        require_person(caller)
        return await self.store.of(caller, assessment_id)

    async def revoke(self, caller: Caller, assessment_id: UUID, share_id: UUID) -> None:
        require_person(caller)
        await self.store.revoke(caller, assessment_id, share_id)

    async def shared_with(self, caller: Caller, *, limit: int, after: UUID | None) -> Page[SharedProfile]:
        """What students share with this advisor, newest first."""
        require_role(caller, UserRole.ADVISOR)
        return await self.store.shared_with(caller, limit=limit, after=after)
