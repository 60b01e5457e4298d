"""Who asked, and as part of what: the request id and the W3C trace context (https://www.w3.org/TR/trace-context/)."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from credcore_http.edge.asgi import Scope, header_values

RandomBytes = Callable[[int], bytes]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# Later versions may append fields; what stands in front of them keeps its meaning (section 3.2.4).
_TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


@dataclass(frozen=True, kw_only=True)
class RequestContext:
    """What ties an answer, its log lines and the caller's own trace together. All ids are safe to log.

    ``parent_id``: the caller's span; None where this trace begins here.
    """

    request_id: str
    trace_id: str
    span_id: str
    sampled: bool
    parent_id: str | None = None

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{int(self.sampled):02x}"


# For log lines written far from any scope; set for the length of one request.
current_request: ContextVar[RequestContext | None] = ContextVar("current_request", default=None)


def context_of(scope: Scope, random_bytes: RandomBytes) -> RequestContext:
    """The caller's own ids where they are well formed, with a new span for this hop; new ones otherwise."""
    trace = _caller_trace(scope)
    trace_id, parent_id, sampled = trace if trace is not None else (random_bytes(16).hex(), None, False)
    return RequestContext(
        request_id=_caller_request_id(scope) or random_bytes(16).hex(),
        trace_id=trace_id,
        span_id=random_bytes(8).hex(),
        sampled=sampled,
        parent_id=parent_id,
    )


def _caller_request_id(scope: Scope) -> str | None:
    values = header_values(scope, b"x-request-id")
    return values[0] if len(values) == 1 and _REQUEST_ID.fullmatch(values[0]) else None


def _caller_trace(scope: Scope) -> tuple[str, str, bool] | None:
    values = header_values(scope, b"traceparent")
    match = _TRACEPARENT.fullmatch(values[0]) if len(values) == 1 else None
    if match is None:
        return None
    version, trace_id, parent_id, flags, rest = match.groups()
    if (version == "00" and rest) or not int(trace_id, 16) or not int(parent_id, 16):
        return None
    return trace_id, parent_id, bool(int(flags, 16) & 1)
