"""What can go wrong between us and the provider, by what it means: ask again, wait, or give up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum


class Fault(StrEnum):
    """What is wrong with a reply that came with status 200.

    FILTERED stands for an error status, too, where a provider says in that way that its filter turned the answer away.
    """

    NO_COMPLETION = "no-completion"  # HTML, cut or empty JSON, something else than a chat completion
    OVERSIZE = "oversize"
    NO_CONTENT = "no-content"  # no choices, or null content
    REFUSED = "refused"
    FILTERED = "filtered"
    CUT_OFF = "cut-off"
    NOT_JSON = "not-json"
    DUPLICATE_KEY = "duplicate-key"
    NOT_A_NUMBER = "not-a-number"
    WRONG_SHAPE = "wrong-shape"
    WRONG_CRITERIA = "wrong-criteria"
    OUT_OF_RANGE = "out-of-range"
    CANARY = "canary"  # the reply holds what must not leave the prompt

    @property
    def of_transport(self) -> bool:
        """Whether the model's reply never reached us: the way to it is at fault, not the answer it was asked about."""
        return self is Fault.NO_COMPLETION

    @property
    def worth_asking_again(self) -> bool:
        """Whether the same question may well get a better reply. What the learner's answer provokes, it would again."""
        return self not in {Fault.REFUSED, Fault.FILTERED, Fault.CUT_OFF, Fault.CANARY, Fault.OVERSIZE}


class UnusableReply(Exception):
    """A reply came and is no grade."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class FailureKind(StrEnum):
    """TRANSIENT: ask again later. BLOCKED: useless until somebody acts. REJECTED: this request, for good."""

    TRANSIENT = "transient"
    BLOCKED = "blocked"
    REJECTED = "rejected"


class CallFailed(Exception):
    """No reply came. ``maybe_answered``: the provider may have worked, and charged, for it all the same.

    ``retry_after`` in seconds, where the provider said so; ``message`` is the provider's, for dialects only.
    """

    def __init__(
        self,
        kind: FailureKind,
        code: str,
        *,
        maybe_answered: bool = False,
        retry_after: float | None = None,
        message: str = "",
    ) -> None:
        super().__init__(code)
        self.kind = kind
        self.code = code
        self.maybe_answered = maybe_answered
        self.retry_after = retry_after
        self.message = message

    @property
    def provoked(self) -> bool:
        """Whether the provider works, and turned away nothing but this answer."""
        return self.code == Fault.FILTERED

    @property
    def perhaps_ours(self) -> bool:
        """Whether the answer may be what brings the provider down: it hangs over it, is gone, or fails inside."""
        return self.maybe_answered or self.code == INTERNAL


INTERNAL = "status-500"
TIMED_OUT = "timed-out"
_OUT_OF_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_FILTERING = frozenset({"content_filter", "content_policy_violation"})
_BLOCKING = frozenset({401, 402, 403, 404})
_PASSING = frozenset({408, 409, 425, 429})


def failure_of(status: int, codes: frozenset[str], *, retry_after: float | None, message: str) -> CallFailed:
    """An error status. ``codes``: the ``code`` and ``type`` of the body's error, where it has them."""
    if codes & _FILTERING and 400 <= status < 500:
        return CallFailed(FailureKind.REJECTED, Fault.FILTERED.value)
    moved = 300 <= status < 400  # the address that was set is not the provider's
    if moved or status in _BLOCKING or (status == 429 and codes & _OUT_OF_QUOTA):
        kind = FailureKind.BLOCKED
    elif status in _PASSING or status >= 500:
        kind = FailureKind.TRANSIENT
    else:
        kind = FailureKind.REJECTED
    code = "quota" if codes & _OUT_OF_QUOTA else f"status-{status}"
    return CallFailed(kind, code, retry_after=retry_after, message=message)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds from ``Retry-After`` (a number or a date) or ``retry-after-ms``; None where neither makes sense."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        seconds = _number(headers.get(name, ""))
        if seconds is not None:
            return seconds * scale
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
