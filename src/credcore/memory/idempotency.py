"""Idempotency keys in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from credcore.accounts import Caller
from credcore.errors import IdempotencyKeyReused, RequestInProgress
from credcore.memory.state import KeyRow, MemoryState
from credcore.ports import Fresh, Replay


@dataclass(frozen=True)
class MemoryIdempotency:
    state: MemoryState

    async def claim(
        self, caller: Caller, key: str, request_hash: bytes, *, effect_id: UUID, lease: timedelta
    ) -> Fresh | Replay:
        self.state.admit(caller)
        now = self.state.clock()
        new = KeyRow(request_hash=request_hash, effect_id=effect_id, claimed_at=now, leased_until=now)
        entry = self.state.keys.setdefault((caller.id, key), new)
        if entry.request_hash != request_hash:
            raise IdempotencyKeyReused
        if entry.reply is not None:
            return entry.reply
        if entry.leased_until > now:
            raise RequestInProgress
        entry.leased_until = now + lease
        return Fresh(effect_id=entry.effect_id)

    async def settle(self, caller: Caller, key: str, reply: Replay) -> None:
        if entry := self.state.keys.get((caller.id, key)):
            entry.reply = reply

    async def release(self, caller: Caller, key: str) -> None:
        entry = self.state.keys.get((caller.id, key))
        if entry is not None and entry.reply is None:
            del self.state.keys[caller.id, key]

    async def let_go(self, caller: Caller, key: str) -> None:
        if entry := self.state.keys.get((caller.id, key)):
            entry.leased_until = self.state.clock()
