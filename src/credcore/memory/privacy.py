"""What people may do with what is held on them, in memory: change it, have it, have it gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from uuid import UUID

from credcore.account_ports import AccountChanges, Plain
from credcore.accounts import Account, Caller
from credcore.erasures import Erasure
from credcore.memory.holdings import held_on
from credcore.memory.state import MemoryState
from credcore.ports import Page


@dataclass(frozen=True)
class MemoryOwnAccounts:
    state: MemoryState

    async def change(self, caller: Caller, changes: AccountChanges) -> Account:
        account, secrets = self.state.account(caller), self.state.secrets[caller.id]
        if changes.name is not None:
            account = replace(account, name=changes.name)
        said, before = changes.ai_consent, account.ai_consent
        if said is not None and (said is not before or (said and secrets.consent_version != changes.consent_version)):
            account = replace(account, ai_consent=said)
            secrets.consent_at, secrets.consent_version = self.state.clock(), changes.consent_version
        self.state.accounts[caller.id] = account
        return account

    async def export(self, caller: Caller) -> Mapping[str, Sequence[Mapping[str, Plain]]]:
        self.state.account(caller)
        return held_on(self.state, caller.id)

    async def erase(self, caller: Caller, mark: bytes) -> None:
        _erase(self.state, self.state.account(caller).id)
        self.state.erasures[mark] = self.state.clock()


@dataclass(frozen=True)
class MemoryErasures:
    state: MemoryState

    async def ledger(self) -> Sequence[Erasure]:
        found = [Erasure(mark=mark, erased_at=at) for mark, at in self.state.erasures.items()]
        return sorted(found, key=lambda erasure: (erasure.erased_at, erasure.mark))

    async def accounts(self, *, limit: int, after: UUID | None) -> Page[UUID]:
        found = sorted((id for id in self.state.accounts if after is None or id < after), reverse=True)
        shown = tuple(found[:limit])
        return Page(items=shown, next_after=shown[-1] if len(found) > limit else None)

    async def erase_again(self, account_id: UUID, erasure: Erasure) -> bool:
        if account_id not in self.state.accounts:
            return False
        _erase(self.state, account_id)
        await self.enter([erasure])
        return True

    async def enter(self, erasures: Sequence[Erasure]) -> None:
        for erasure in erasures:
            self.state.erasures.setdefault(erasure.mark, erasure.erased_at)


def _erase(state: MemoryState, id: UUID) -> None:
    families = {family for family, row in state.families.items() if row.account_id == id}
    own = {assessment for assessment, row in state.assessments.items() if row.assessment.owner_id == id}
    count_erased(state, own)
    state.forget_ai_calls(own)
    state.forget_shares(state.accounts[id])
    state.tokens = {key: token for key, token in state.tokens.items() if token.family_id not in families}
    state.families = {key: family for key, family in state.families.items() if key not in families}
    state.keys = {key: row for key, row in state.keys.items() if key[0] != id}
    state.assessments = {key: row for key, row in state.assessments.items() if key not in own}
    state.audit = [
        replace(
            entry,
            actor_id=None if entry.actor_id == id else entry.actor_id,
            subject_id=None if entry.subject_id == id else entry.subject_id,
            address=None if entry.actor_id == id else entry.address,
        )
        for entry in state.audit
    ]
    del state.accounts[id], state.secrets[id]


def count_erased(state: MemoryState, assessment_ids: Collection[UUID]) -> None:
    """What remains of them."""
    for id in assessment_ids:
        taken = state.assessments[id].assessment
        status = "unfinished" if taken.completed_at is None else "completed"
        day = taken.started_at.astimezone(UTC).date()
        state.tally[day, taken.role, taken.form, status] += 1
