"""The circuit breaker of this process: the core's value, a clock, and a line in the log when it changes."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from credcore.breaker import Breaker, BreakerPolicy, BreakerState, CallResult
from credcore.grading_ports import GraderAway

log = logging.getLogger(__name__)


class Passage:
    """One call's way through. Unless its result is told it counts as abandoned, which is what a cancelled call is."""

    def __init__(self) -> None:
        self.result = CallResult.ABANDONED
        self.retry_after: float | None = None

    def came_to(self, result: CallResult, retry_after: float | None = None) -> None:
        self.result, self.retry_after = result, retry_after


class Gate:
    """``clock`` is monotonic, in seconds; ``changed`` is told each new state, to be counted."""

    def __init__(
        self,
        clock: Callable[[], float],
        policy: BreakerPolicy,
        changed: Callable[[BreakerState], None],
    ) -> None:
        self._clock = clock
        self._breaker = Breaker(policy=policy)
        self._changed = changed

    @property
    def state(self) -> BreakerState:
        return self._breaker.state(self._clock())

    @property
    def wait(self) -> int:
        """Whole seconds until a call may go through again; 0 if one may now."""
        return math.ceil(self._breaker.wait(self._clock()))

    @contextmanager
    def passage(self) -> Iterator[Passage]:
        """Raises GraderAway while the breaker is open, or its probe under way."""
        self._breaker, permit = self._breaker.admit(self._clock())
        if permit is None:
            raise GraderAway("ai-grader:breaker-open", retry_after_seconds=max(1, self.wait), shut=True)
        passage = Passage()
        try:
            yield passage
        finally:
            before = self._breaker.epoch
            now = self._clock()
            self._breaker = self._breaker.record(permit, passage.result, now, retry_after=passage.retry_after)
            if self._breaker.epoch != before:
                self._tell()

    def _tell(self) -> None:
        log.warning("ai grader breaker", extra={"state": self.state.value, "retry_after": self.wait})
        self._changed(self.state)
