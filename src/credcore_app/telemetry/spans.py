"""A span for each request, for whoever collects traces; nothing in it but method, route and status.

Off unless ``OTEL_TRACES_EXPORTER`` names an exporter. The OpenTelemetry SDK itself brings ``console``; ``otlp`` and
others are packages, found by their entry points. All other ``OTEL_*`` variables are read by the SDK.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import entry_points, version
from typing import TYPE_CHECKING, Any

from credcore_app.fault import Fault
from credcore_http.edge import AccessLine, RequestContext, current_request

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

VARIABLE = "OTEL_TRACES_EXPORTER"
GROUP = "opentelemetry_traces_exporter"
NANOSECONDS = 1_000_000_000

Tell = Callable[[AccessLine], None]


@asynccontextmanager
async def open_spans() -> AsyncIterator[Tell | None]:
    """Who takes each request's line while it is the current one; None where nobody collects.

    Raises:
        Fault: an exporter that is not installed.
    """
    names = [name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip() not in ("", "none")]
    if not names:
        yield None
        return
    provider, ids = _provider([_exporter(name) for name in names])
    try:
        yield _Spans(provider, ids)
    finally:
        # It sends what is left, and waits for whoever takes it.
        await asyncio.to_thread(provider.shutdown)


def _exporter(name: str) -> Any:  # Any: of a package that need not be there
    found = tuple(entry_points(group=GROUP, name=_registered(name)))
    if not found:
        known = ", ".join(sorted(entry.name for entry in entry_points(group=GROUP)))
        raise Fault(
            f"{VARIABLE} names {name}, which is not installed (there is: {known}); for otlp install "
            "opentelemetry-exporter-otlp-proto-http"
        )
    return found[0].load()()


def _registered(name: str) -> str:
    """``otlp`` is two exporters, by its protocol; HTTP unless said otherwise, as the specification recommends."""
    if name != "otlp":
        return name
    return "otlp_proto_grpc" if os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc" else "otlp_proto_http"


def _provider(exporters: list[Any]) -> tuple[TracerProvider, _Told]:  # Any: as above
    # Loaded where somebody collects spans: it takes longer than most of a start.
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = "OTEL_SERVICE_NAME" in os.environ or "service.name" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    ours = {} if named else {"service.name": "credcore"}
    ids = _Told()
    provider = TracerProvider(
        resource=Resource.create({**ours, "service.version": version("credcore")}),
        id_generator=ids,  # type: ignore[arg-type]  # it is one by shape; its class is not loaded without need
        shutdown_on_exit=False,
    )
    for exporter in exporters:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider, ids


class _Told:
    """An id generator: the ids that the caller and the log were told already."""

    def __init__(self) -> None:
        self.trace_id = 0
        self.span_id = 0

    def generate_trace_id(self) -> int:
        return self.trace_id

    def generate_span_id(self) -> int:
        return self.span_id

    def is_trace_id_random(self) -> bool:
        return True


class _Spans:
    def __init__(self, provider: TracerProvider, ids: _Told) -> None:
        self._tracer = provider.get_tracer("credcore")
        self._ids = ids

    def __call__(self, line: AccessLine) -> None:
        from opentelemetry.trace import SpanKind, StatusCode

        request = current_request.get()
        if request is None:
            return
        self._ids.trace_id, self._ids.span_id = int(request.trace_id, 16), int(request.span_id, 16)
        end = time.time_ns()
        span = self._tracer.start_span(
            f"{line.method} {line.route}" if line.route else line.method,
            context=_parent(request),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": line.method, **({"http.route": line.route} if line.route else {})},
            start_time=end - int(line.milliseconds / 1000 * NANOSECONDS),
        )
        if line.status is not None:
            span.set_attribute("http.response.status_code", line.status)
        if line.status is None or line.status >= 500:
            span.set_status(StatusCode.ERROR)
        span.end(end)


def _parent(request: RequestContext) -> Context:
    """The caller's span, whose decision to sample is kept; an empty context where there is none."""
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    if request.parent_id is None:
        return Context()
    caller = SpanContext(
        trace_id=int(request.trace_id, 16),
        span_id=int(request.parent_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED if request.sampled else TraceFlags.DEFAULT),
    )
    return set_span_in_context(NonRecordingSpan(caller), Context())
