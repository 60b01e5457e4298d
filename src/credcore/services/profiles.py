"""Read profiles and recommendations: one's own, and as an advisor what is shared."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from credcore.access_ports import ShareStore
from credcore.accounts import Caller, Scope, UserRole
from credcore.assessment_ports import Completed, ProfileStore
from credcore.errors import NotFound
from credcore.recommendation import Recommendation
from credcore.rights import require_scope


@dataclass(frozen=True, kw_only=True)
class Profiles:
    store: ProfileStore
    shares: ShareStore

    async def profile(self, caller: Caller, assessment_id: UUID, revision: int | None = None) -> Completed:
        """The latest revision, or that one. Raises AssessmentNotCompleted."""
        require_scope(caller, Scope.PROFILES_READ)
        return await self._read(caller, assessment_id, revision)

    async def recommendations(self, caller: Caller, assessment_id: UUID) -> tuple[Recommendation, ...]:
        """The bundle as it was made at completion. Raises AssessmentNotCompleted."""
        require_scope(caller, Scope.RECOMMENDATIONS_READ)
        return (await self._read(caller, assessment_id)).bundle

    async def open_recommendation(self, recommendation_id: UUID) -> str:
        """Where the tracked link leads: a URL of the catalogue. The click is counted."""
        return await self.store.open_recommendation(recommendation_id)

    async def _read(self, caller: Caller, assessment_id: UUID, revision: int | None = None) -> Completed:
        try:
            return await self.store.profile(caller, assessment_id, revision)
        except NotFound as missing:
            if caller.role is not UserRole.ADVISOR or missing.what != "assessment":
                raise
            return await self.shares.view(caller, assessment_id, revision)
