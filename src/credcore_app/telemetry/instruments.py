"""The counters of this process, and who adds to them.

Where several processes serve together prometheus_client keeps all values in files of ``PROMETHEUS_MULTIPROC_DIR``, so
that whichever is asked can tell the sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from credcore.breaker import BreakerState
from credcore.grading import Flag, Grade
from credcore_http.edge import AccessLine

REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0)
"""Completion waits up to its limit of 20 s; all else should be far below one."""
CALL_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
"""In place of what the other side can make up: a method, a path that is no route."""
TOO_MANY = 429


class Instruments:
    """All of them, on a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        requests = ["method", "route"]
        self._requests = self._counter(
            "credcore_http_requests", "Requests by method, route and status.", *requests, "status"
        )
        self._request_seconds = self._histogram(
            "credcore_http_request_duration_seconds", "Time to answer.", REQUEST_SECONDS, *requests
        )
        self._rate_limited = self._counter("credcore_rate_limited", "Requests refused with 429.", "route")
        self.calls = self._counter("credcore_ai_calls", "Calls to the AI provider by outcome.", "model", "outcome")
        self.call_seconds = self._histogram(
            "credcore_ai_call_duration_seconds", "Time of a call.", CALL_SECONDS, "model"
        )
        self.tokens = self._counter(
            "credcore_ai_tokens", "Tokens charged to the budget, in the prompt and in the reply.", "model", "direction"
        )
        self.cost = self._counter("credcore_ai_cost_usd", "US dollars charged to the budget.", "model")
        self.openings = self._counter("credcore_ai_breaker_openings", "How often the breaker opened.", "model")
        self.breaker_open = Gauge(
            "credcore_ai_breaker_open",
            "Processes whose breaker is not closed.",
            ["model"],
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._grades = self._counter("credcore_grades", "Grades stored, by what made them.", "grader", "provisional")
        self._refused = self._counter("credcore_grades_refused", "Grades that came too late and were refused.")
        self._waits = self._counter("credcore_grading_retries", "Essays given back to the queue, by reason.", "reason")

    def request(self, line: AccessLine) -> None:
        method = line.method if line.method in METHODS else OTHER
        route = line.route or OTHER
        # None: the client was gone before an answer began.
        status = "none" if line.status is None else str(line.status)
        self._requests.labels(method, route, status).inc()
        self._request_seconds.labels(method, route).observe(line.milliseconds / 1000)
        if line.status == TOO_MANY:
            self._rate_limited.labels(route).inc()

    def graded(self, grade: Grade) -> None:
        judgement = grade.judgement
        provisional = "true" if Flag.PROVISIONAL in judgement.flags else "false"
        self._grades.labels(judgement.grader.name, provisional).inc()

    def refused(self) -> None:
        self._refused.inc()

    def waits(self, reason: str) -> None:
        self._waits.labels(reason).inc()

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, text, labels, buckets=buckets, registry=self.registry)


@dataclass(frozen=True)
class AiInstruments:
    """Listens to what the AI grader of ``model`` does; where there is one, its figures are there at once, at zero."""

    instruments: Instruments
    model: str
    configured: bool = True

    def __post_init__(self) -> None:
        if not self.configured:
            return
        self.instruments.openings.labels(self.model)
        self.instruments.breaker_open.labels(self.model).set(0)
        self.instruments.cost.labels(self.model)

    def called(
        self, *, outcome: str, seconds: float, cost_usd: Decimal, tokens_in: int = 0, tokens_out: int = 0
    ) -> None:
        told = self.instruments
        told.calls.labels(self.model, outcome).inc()
        told.call_seconds.labels(self.model).observe(seconds)
        told.tokens.labels(self.model, "in").inc(tokens_in)
        told.tokens.labels(self.model, "out").inc(tokens_out)
        told.cost.labels(self.model).inc(float(cost_usd))

    def breaker_changed(self, state: BreakerState) -> None:
        is_open = state is not BreakerState.CLOSED
        self.instruments.breaker_open.labels(self.model).set(is_open)
        if is_open:
            self.instruments.openings.labels(self.model).inc()
