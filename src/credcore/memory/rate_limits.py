"""Rate limits in memory: of one process, and forgotten with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from credcore.memory.state import MemoryState
from credcore.rate_limits import Demand, Standing, next_due, standing_of


@dataclass(frozen=True)
class MemoryRateLimits:
    state: MemoryState

    async def hit(self, demands: Sequence[Demand]) -> Sequence[Standing]:
        return hit(self.state, demands)


def hit(state: MemoryState, demands: Sequence[Demand]) -> Sequence[Standing]:
    """As the port's; what no longer matters goes on the way."""
    now = state.clock()
    for subject in [subject for subject, due in state.due.items() if due < now]:
        del state.due[subject]
    standings = []
    for demand in demands:
        due, admitted = next_due(state.due.get(demand.subject), now, demand.rate)
        state.due[demand.subject] = due
        standings.append(standing_of(demand, due, now, admitted=admitted))
        if not admitted:
            break
    return standings
