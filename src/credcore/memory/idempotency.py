"""Idempotency keys in memory."""

from __future__ import annotations

import secrets
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
        token = UUID(bytes=secrets.token_bytes(16))
        new = KeyRow(request_hash=request_hash, effect_id=effect_id, token=token, claimed_at=now, leased_until=now)
        entry = self.state.keys.setdefault((caller.id, key), new)
        if entry.request_hash != request_hash:
            raise IdempotencyKeyReused
        if entry.reply is not None:
            return entry.reply
        if entry.leased_until > now:
            raise RequestInProgress
        entry.token, entry.leased_until = token, now + lease
        return Fresh(caller_id=caller.id, key=key, effect_id=entry.effect_id, token=token)

    async def renew(self, claim: Fresh, lease: timedelta) -> bool:
        entry = self._held(claim)
        if entry is not None:
            entry.leased_until = self.state.clock() + lease
        return entry is not None

    async def settle(self, claim: Fresh, reply: Replay) -> None:
        if entry := self._held(claim):
            entry.reply = reply

    async def release(self, claim: Fresh) -> None:
        if self._held(claim):
            del self.state.keys[claim.caller_id, claim.key]

    async def let_go(self, claim: Fresh) -> None:
        if entry := self._held(claim):
            entry.leased_until = self.state.clock()

    def _held(self, claim: Fresh) -> KeyRow | None:
        entry = self.state.keys.get((claim.caller_id, claim.key))
        return entry if entry is not None and entry.token == claim.token and entry.reply is None else None
