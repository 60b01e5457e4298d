"""Rate limits in memory: of one process, and forgotten with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from credcore.memory.state import MemoryState
from credcore.rate_limits import Demand, Standing, next_due, standing_of


@dataclass(frozen=True)
class MemoryRateLimits:
    state: MemoryState
    _due: dict[bytes, datetime] = field(default_factory=dict)

    async def hit(self, demands: Sequence[Demand]) -> Sequence[Standing]:
        now = self.state.clock()
        for subject in [subject for subject, due in self._due.items() if due < now]:
            del self._due[subject]
        return [self._hit(demand, now) for demand in demands]

    def _hit(self, demand: Demand, now: datetime) -> Standing:
        due, admitted = next_due(self._due.get(demand.subject), now, demand.rate)
        self._due[demand.subject] = due
        return standing_of(demand, due, now, admitted=admitted)
