"""Idempotency keys in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from credcore.accounts import Caller
from credcore.errors import IdempotencyKeyReused, RequestInProgress
from credcore.memory.state import MemoryState
from credcore.ports import Fresh, Replay


@dataclass(slots=True)
class _Entry:
    request_hash: bytes
    effect_id: UUID
    leased_until: datetime
    reply: Replay | None = None


@dataclass(frozen=True)
class MemoryIdempotency:
    state: MemoryState
    _entries: dict[tuple[UUID, str], _Entry] = field(default_factory=dict)

    async def claim(
        self, caller: Caller, key: str, request_hash: bytes, *, effect_id: UUID, lease: timedelta
    ) -> Fresh | Replay:
        self.state.admit(caller)
        now = self.state.clock()
        entry = self._entries.setdefault((caller.id, key), _Entry(request_hash, effect_id, now))
        if entry.request_hash != request_hash:
            raise IdempotencyKeyReused
        if entry.reply is not None:
            return entry.reply
        if entry.leased_until > now:
            raise RequestInProgress
        entry.leased_until = now + lease
        return Fresh(effect_id=entry.effect_id)

    async def settle(self, caller: Caller, key: str, reply: Replay) -> None:
        if entry := self._entries.get((caller.id, key)):
            entry.reply = reply

    async def release(self, caller: Caller, key: str) -> None:
        entry = self._entries.get((caller.id, key))
        if entry is not None and entry.reply is None:
            del self._entries[caller.id, key]
