"""Shares of profiles in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from credcore.accounts import Caller, UserRole
from credcore.assessment_ports import Completed
from credcore.errors import AssessmentNotCompleted, NotFound
from credcore.memory.profiles import revision_of
from credcore.memory.state import MemoryState, ShareRow
from credcore.ports import Page
from credcore.sharing import MOST_SHARES, Share, SharedProfile, TooManyShares


@dataclass(frozen=True)
class MemoryShares:
    state: MemoryState

    async def share(self, caller: Caller, assessment_id: UUID, share_id: UUID, advisor_email: str) -> Share:
        if not self.state.owned(caller, assessment_id).completed:
            raise AssessmentNotCompleted
        standing = self._standing(assessment_id)
        for id, row in standing:
            if row.advisor_email == advisor_email:
                return _share_of(id, row)
        if len(standing) >= MOST_SHARES:
            raise TooManyShares
        row = ShareRow(assessment_id=assessment_id, advisor_email=advisor_email, created_at=self.state.clock())
        self.state.shares[share_id] = row
        return _share_of(share_id, row)

    async def of(self, caller: Caller, assessment_id: UUID) -> Sequence[Share]:
        self.state.owned(caller, assessment_id)
        return [_share_of(id, row) for id, row in self._standing(assessment_id)]

    async def revoke(self, caller: Caller, assessment_id: UUID, share_id: UUID) -> None:
        self.state.owned(caller, assessment_id)
        for id, row in self._standing(assessment_id):
            if id == share_id:
                row.revoked_at = self.state.clock()
                return
        raise NotFound("share")

    async def shared_with(self, caller: Caller, *, limit: int, after: UUID | None) -> Page[SharedProfile]:
        found = [(id, row) for id, row in reversed(self._received(caller)) if after is None or id < after]
        shown = found[:limit]
        return Page(
            items=tuple(self._shown(id, row) for id, row in shown),
            next_after=shown[-1][0] if len(found) > limit else None,
        )

    async def view(self, caller: Caller, assessment_id: UUID, revision: int | None = None) -> Completed:
        for _, row in self._received(caller):
            if row.assessment_id == assessment_id:
                found = revision_of(self.state.assessments[assessment_id], revision)
                row.viewed_at.append(self.state.clock())
                return found
        raise NotFound("assessment")

    def _standing(self, assessment_id: UUID) -> list[tuple[UUID, ShareRow]]:
        return [
            (id, row)
            for id, row in sorted(self.state.shares.items(), key=lambda entry: entry[0])
            if row.assessment_id == assessment_id and row.revoked_at is None
        ]

    def _received(self, caller: Caller) -> list[tuple[UUID, ShareRow]]:
        self.state.admit(caller)
        account = self.state.accounts.get(caller.id)
        if account is None or account.role is not UserRole.ADVISOR:
            return []
        return [
            (id, row)
            for id, row in sorted(self.state.shares.items(), key=lambda entry: entry[0])
            if row.advisor_email == account.email and row.revoked_at is None
        ]

    def _shown(self, id: UUID, row: ShareRow) -> SharedProfile:
        assessment = self.state.assessments[row.assessment_id]
        return SharedProfile(
            share_id=id,
            profile=assessment.completed[-1].profile,
            student_name=self.state.accounts[assessment.assessment.owner_id].name,
            shared_at=row.created_at,
        )


def _share_of(id: UUID, row: ShareRow) -> Share:
    return Share(
        id=id,
        assessment_id=row.assessment_id,
        advisor_email=row.advisor_email or "",
        created_at=row.created_at,
        last_viewed_at=max(row.viewed_at, default=None),
        views=len(row.viewed_at),
    )
