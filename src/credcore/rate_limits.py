"""How often something may be tried: GCRA, the generic cell rate algorithm (ITU-T I.371), one moment for each subject.

That moment, ``due_at``, is when the tries counted so far would all have been due, had they come evenly. It needs no
window, no list of tries, and no clearing up to be exact.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from credcore.errors import Refused


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """``count`` at once, and from then on one more each ``spacing``: nobody is ever shut out for good."""

    count: int
    per: timedelta

    @property
    def spacing(self) -> timedelta:
        """Rounded down to the microsecond, so that ``count`` of them are never longer than ``per``."""
        return self.per // self.count

    @property
    def slack(self) -> timedelta:
        """How far ahead of now ``due_at`` may be for one more to be let through."""
        return self.spacing * (self.count - 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """One limit that a request comes under. ``subject`` is whom it counts, as a hash that gives nobody away."""

    limit: str
    subject: bytes
    rate: Rate


DemandOf: TypeAlias = Callable[[UUID], Demand]
"""The demand that an account comes under: of a token it is known only once the token was found whose it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a demand stands now. ``wait`` is how long until one more would be let through, zero if it would now."""

    demand: Demand
    admitted: bool
    remaining: int
    wait: timedelta


class RateLimited(Refused):
    """Too many tries. ``standings`` has every demand that was judged with it, those that would have passed included."""

    def __init__(self, standings: Sequence[Standing]) -> None:
        super().__init__(", ".join(standing.demand.limit for standing in standings if not standing.admitted))
        self.standings = tuple(standings)

    @property
    def wait(self) -> timedelta:
        return max(standing.wait for standing in self.standings if not standing.admitted)


def require_admitted(standings: Sequence[Standing]) -> None:
    """Raises RateLimited."""
    if not all(standing.admitted for standing in standings):
        raise RateLimited(standings)


def next_due(due_at: datetime | None, now: datetime, rate: Rate) -> tuple[datetime, bool]:
    """What ``due_at`` becomes with a try at ``now``, and whether that is let through. A refused try costs nothing."""
    due = now if due_at is None else max(due_at, now)
    admitted = due - now <= rate.slack
    return (due + rate.spacing if admitted else due), admitted


def standing_of(demand: Demand, due_at: datetime, now: datetime, *, admitted: bool) -> Standing:
    """``due_at`` as it is after the try."""
    ahead = max(due_at - now, timedelta())
    rate = demand.rate
    return Standing(
        demand=demand,
        admitted=admitted,
        remaining=max((rate.spacing * rate.count - ahead) // rate.spacing, 0),
        wait=max(ahead - rate.slack, timedelta()),
    )


def network_of(address: str | None) -> str:
    """What stands for a client: its IPv4 address, or the /64 that one IPv6 customer has to choose addresses from."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
