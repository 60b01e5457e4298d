"""What partners' learners leave behind, in memory."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from credcore.audit import Actor, Deed
from credcore.erasures import Erasure
from credcore.memory.administration import leave_entry, require_standing
from credcore.memory.privacy import count_erased
from credcore.memory.state import MemoryState
from credcore.ports import Page


@dataclass(frozen=True)
class MemoryLearners:
    state: MemoryState

    async def forget(
        self,
        actor: Actor,
        entry_id: UUID,
        partner_id: UUID,
        learner: str | UUID,
        mark_of: Callable[[UUID], bytes],
    ) -> int:
        require_standing(self.state, actor)
        ids = [
            id
            for id in self._partners_own()
            if self.state.assessments[id].assessment.owner_id == partner_id
            and learner in (id, self.state.assessments[id].assessment.learner_ref)
        ]
        if ids:
            self._erase(ids)
            self.state.erasures |= {mark_of(id): self.state.clock() for id in ids}
            detail = f"{len(ids)} assessment{'s' * (len(ids) != 1)}"
            deed = Deed.PARTNER_LEARNER_FORGOTTEN
            leave_entry(self.state, actor, entry_id, deed, subject_id=partner_id, detail=detail)
        return len(ids)

    async def assessments(self, *, limit: int, after: UUID | None) -> Page[UUID]:
        found = sorted((id for id in self._partners_own() if after is None or id < after), reverse=True)
        shown = tuple(found[:limit])
        return Page(items=shown, next_after=shown[-1] if len(found) > limit else None)

    async def erase_again(self, assessment_id: UUID, erasure: Erasure) -> bool:
        if assessment_id not in self._partners_own():
            return False
        self._erase([assessment_id])
        self.state.erasures.setdefault(erasure.mark, erasure.erased_at)
        return True

    def _partners_own(self) -> list[UUID]:
        people = self.state.accounts
        return [id for id, row in self.state.assessments.items() if row.assessment.owner_id not in people]

    def _erase(self, ids: Collection[UUID]) -> None:
        state = self.state
        count_erased(state, ids)
        state.forget_ai_calls(ids)
        state.shares = {key: row for key, row in state.shares.items() if row.assessment_id not in ids}
        state.keys = {key: row for key, row in state.keys.items() if row.effect_id not in ids}
        state.assessments = {key: row for key, row in state.assessments.items() if key not in ids}
