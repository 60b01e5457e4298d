"""Erase again whom, and what of partners' learners, a restored backup has brought back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from credcore.access_ports import LearnerStore
from credcore.account_ports import AuditStore, ErasureStore
from credcore.audit import Actor, Deed
from credcore.erasures import Erasure, Ledger, OtherKey, assessment_mark, erasure_mark, key_check
from credcore.ports import IdSource, Page
from credcore.services.administration import require_admin

_PAGE = 10_000


class _Pages(Protocol):
    async def __call__(self, *, limit: int, after: UUID | None) -> Page[UUID]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """``erased``: how many were there and are erased; the others of the ledger's ``entries`` were not there."""

    entries: int
    erased: int


@dataclass(frozen=True, kw_only=True)
class Erasures:
    """``key``: as the marks were made with, see ``ledger_key``."""

    store: ErasureStore
    learners: LearnerStore
    audit: AuditStore
    ids: IdSource
    key: bytes

    async def ledger(self, known: Ledger | None = None) -> Ledger:
        """The ledger, together with what another copy of it knows: nothing is ever lost from one. Raises OtherKey."""
        if known is not None:
            self._require_same_key(known)
        both = {erasure.mark: erasure for erasure in (*await self.store.ledger(), *(known.erasures if known else ()))}
        oldest_first = sorted(both.values(), key=lambda erasure: (erasure.erased_at, erasure.mark))
        return Ledger(key_check=key_check(self.key), erasures=oldest_first)

    async def apply(self, actor: Actor, ledger: Ledger) -> Applied:
        """Erases whoever, and whatever of a partner's, is in the ledger and in the store.

        Breaking off and doing it again does no harm.

        Raises:
            OtherKey: nothing was done.
        """
        require_admin(actor)
        self._require_same_key(ledger)
        by_mark = {erasure.mark: erasure for erasure in ledger.erasures}
        erased = await self._erase(self.store.accounts, erasure_mark, self.store.erase_again, by_mark)
        erased += await self._erase(self.learners.assessments, assessment_mark, self.learners.erase_again, by_mark)
        await self.store.enter(ledger.erasures)
        detail = f"{erased} of {len(ledger.erasures)} entries were there"
        await self.audit.record(actor, self.ids.new_id(), Deed.ERASURES_APPLIED, detail=detail)
        return Applied(entries=len(ledger.erasures), erased=erased)

    async def _erase(
        self,
        pages: _Pages,
        mark_of: Callable[[UUID, bytes], bytes],
        erase_again: Callable[[UUID, Erasure], Awaitable[bool]],
        by_mark: Mapping[bytes, Erasure],
    ) -> int:
        erased, after = 0, None
        while True:
            page = await pages(limit=_PAGE, after=after)
            for id in page.items:
                erasure = by_mark.get(mark_of(id, self.key))
                if erasure is not None:
                    erased += await erase_again(id, erasure)
            after = page.next_after
            if after is None:
                return erased

    def _require_same_key(self, ledger: Ledger) -> None:
        if ledger.key_check != key_check(self.key):
            raise OtherKey
