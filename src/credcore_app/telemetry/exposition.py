"""The figures as Prometheus reads them: those of all processes that serve together, and the queue's as it is now."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from credcore.errors import Unavailable
from credcore_app.telemetry.instruments import Instruments
from credcore_http.edge.asgi import Receive, Scope, Send
from credcore_pg import QueueState

SHARED = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = CONTENT_TYPE_LATEST


@dataclass(frozen=True)
class Exposition:
    """``queue`` looks at the database once for each time that somebody asks; one that is down hides no other figure."""

    instruments: Instruments
    queue: Callable[[], Awaitable[QueueState]]

    async def __call__(self) -> bytes:
        try:
            state: QueueState | None = await self.queue()
        except Unavailable:
            state = None
        now = CollectorRegistry()
        now.register(_Now(state))
        return generate_latest(self._counted()) + generate_latest(now)

    def _counted(self) -> CollectorRegistry:
        if SHARED not in os.environ:
            return self.instruments.registry
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library's own gap
        return together

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application that knows nothing but ``/metrics``."""
        if scope["type"] == "lifespan":
            for phase in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{phase}.complete"})
            return
        known = scope["path"] == "/metrics" and scope["method"] in ("GET", "HEAD")
        body = await self() if known else b""
        headers = [(b"content-type", CONTENT_TYPE.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200 if known else 404, "headers": headers})
        await send({"type": "http.response.body", "body": body if scope["method"] == "GET" else b""})


@dataclass(frozen=True)
class _Now(Collector):
    state: QueueState | None

    def collect(self) -> Iterator[Metric]:
        state = self.state
        answered = int(state is not None)
        yield GaugeMetricFamily("credcore_database_up", "Whether the database answered just now.", answered)
        if state is not None:
            yield from _queue(state)


def _queue(state: QueueState) -> Iterable[Metric]:
    jobs = GaugeMetricFamily("credcore_grading_jobs", "Essays without their final grade.", labels=["state"])
    jobs.add_metric(["waiting"], state.waiting)
    jobs.add_metric(["held"], state.held)
    jobs.add_metric(["dead"], state.dead)
    yield jobs
    yield GaugeMetricFamily(
        "credcore_grading_oldest_job_seconds",
        "How long the oldest essay in the queue has waited; 0 where there is none.",
        state.oldest_seconds,
    )
