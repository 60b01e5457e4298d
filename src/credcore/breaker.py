"""A circuit breaker as a value: each step gives the next one, and time is whatever monotonic clock the caller reads.

Closed, every call goes through. Open, none does. Half open, once the pause is over, exactly one may try; its outcome
decides. A permit names the epoch it was given in, so a result that comes late, from before the last change of state,
changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class CallResult(StrEnum):
    """BLOCKED: the quota is used up or the key is refused, so that asking again is useless until somebody acts.

    ABANDONED: our side gave the call up; that says nothing about the other side.
    """

    SUCCESS = "success"
    FAILURE = "failure"
    BLOCKED = "blocked"
    ABANDONED = "abandoned"


@dataclass(frozen=True, kw_only=True, slots=True)
class BreakerPolicy:
    """Opens when ``share`` of the last ``window`` calls failed, but not on fewer than ``least_calls``; and when the
    last ``in_a_row`` all failed, so that an outage costs no more calls after an hour in which all went well.

    Pauses in seconds: the first, doubled with each probe that fails, up to the longest. A ``Retry-After`` is believed
    up to ``longest_retry_after``: an absurd header must not shut the provider out for a day. ``probe_wait``: how long
    the others stand back while one tries.
    """

    window: int = 20
    least_calls: int = 5
    in_a_row: int = 5
    share: Fraction = Fraction(1, 2)
    probe_wait: float = 2.0
    first_pause: float = 30.0
    longest_pause: float = 300.0
    longest_retry_after: float = 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Permit:
    """Leave for one call; its result has to be recorded, whatever becomes of it."""

    epoch: int
    probe: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Breaker:
    """``failed`` holds the latest results, newest last; ``open_until`` is None while closed; ``pause`` is the last
    one served in a row of failed probes, 0 after a success."""

    policy: BreakerPolicy = BreakerPolicy()
    epoch: int = 0
    failed: tuple[bool, ...] = ()
    open_until: float | None = None
    pause: float = 0.0
    probing: bool = False

    def state(self, now: float) -> BreakerState:
        if self.open_until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self.open_until else BreakerState.HALF_OPEN

    def wait(self, now: float) -> float:
        """Seconds until asking for a permit may make sense; 0 if it does now."""
        if self.open_until is None:
            return 0.0
        if self.probing:
            return self.policy.probe_wait
        return max(0.0, self.open_until - now)

    def admit(self, now: float) -> tuple[Breaker, Permit | None]:
        """A permit, unless the breaker is open or its probe is under way."""
        state = self.state(now)
        if state is BreakerState.CLOSED:
            return self, Permit(epoch=self.epoch, probe=False)
        if state is BreakerState.OPEN or self.probing:
            return self, None
        return replace(self, probing=True), Permit(epoch=self.epoch, probe=True)

    def record(self, permit: Permit, result: CallResult, now: float, *, retry_after: float | None = None) -> Breaker:
        """What the call came to. ``retry_after``: seconds that the other side asked for with a FAILURE."""
        if permit.epoch != self.epoch:
            return self
        if result is CallResult.ABANDONED:
            return replace(self, probing=False) if permit.probe else self
        if result is CallResult.SUCCESS:
            return self._succeeded(permit)
        if result is CallResult.BLOCKED:
            return self._opened(now, at_least=retry_after or 0.0)
        if retry_after is not None:
            return self._opened_until(now + min(retry_after, self.policy.longest_retry_after))
        return self._failed(permit, now)

    def _succeeded(self, permit: Permit) -> Breaker:
        if permit.probe:
            return Breaker(policy=self.policy, epoch=self.epoch + 1)
        return replace(self, failed=self._latest(False))

    def _failed(self, permit: Permit, now: float) -> Breaker:
        latest = self._latest(True)
        tripped = permit.probe or self._too_many(latest)
        return self._opened(now) if tripped else replace(self, failed=latest)

    def _too_many(self, latest: tuple[bool, ...]) -> bool:
        row = latest[-self.policy.in_a_row :]
        if len(row) == self.policy.in_a_row and all(row):
            return True
        return len(latest) >= self.policy.least_calls and sum(latest) >= self.policy.share * len(latest)

    def _latest(self, failed: bool) -> tuple[bool, ...]:
        return (*self.failed, failed)[-self.policy.window :]

    def _opened(self, now: float, *, at_least: float = 0.0) -> Breaker:
        doubled = min(2 * self.pause, self.policy.longest_pause) if self.pause else self.policy.first_pause
        asked = min(at_least, self.policy.longest_retry_after)
        return replace(self._opened_until(now + max(doubled, asked)), pause=doubled)

    def _opened_until(self, until: float) -> Breaker:
        return replace(self, epoch=self.epoch + 1, failed=(), open_until=until, probing=False)
