"""The service's own state, and its description."""

from __future__ import annotations

from litestar import HttpMethod, Response

from credcore.errors import NotFound, Unavailable
from credcore_http import examples
from credcore_http.calls import Call, serves
from credcore_http.requests import json_response
from credcore_http.services import Injected
from credcore_http.wire.service import Live, Ready

TAG = "Service"
METRICS_TYPE = "text/plain; version=1.0.0"
"""The framework adds the charset to any text; Prometheus refuses a type that has it twice."""


@serves(
    Call(
        operation_id="getLiveness",
        method=HttpMethod.GET,
        path="/health/live",
        tag=TAG,
        summary="Whether the process runs",
        description="Asks nobody else.",
        answer=Live,
        answer_example={"status": "live"},
        authenticated=False,
    )
)
async def get_liveness() -> Response[bytes]:
    return json_response(Live(status="live"))


@serves(
    Call(
        operation_id="getReadiness",
        method=HttpMethod.GET,
        path="/health/ready",
        tag=TAG,
        summary="Whether it can serve",
        description="503 names what is missing. A grading provider that is down makes it `degraded`, not unready.",
        answer=Ready,
        answer_example=examples.READY,
        errors=("unavailable",),
        authenticated=False,
    )
)
async def get_readiness(services: Injected) -> Response[bytes]:
    health = await services.health.check()
    if health.problems:
        missing = "; ".join(health.problems)
        raise Unavailable(missing, told=missing)
    degraded = services.degraded()
    return json_response(Ready(status="degraded" if degraded else "ready", problems=degraded))


@serves(
    Call(
        operation_id="getMetrics",
        method=HttpMethod.GET,
        path="/metrics",
        tag=TAG,
        summary="Figures for Prometheus",
        description="Counts and times of all that this server does, and how the grading queue stands. Nothing in it is "
        "about a person. 404 where the operator has it on an address of its own.",
        answer_text=examples.METRICS,
        answer_type="text/plain",
        errors=("not-found",),
        authenticated=False,
    )
)
async def get_metrics(services: Injected) -> Response[bytes]:
    if services.metrics is None:
        raise NotFound("metrics")
    return Response(await services.metrics(), media_type=METRICS_TYPE)


HANDLERS = (get_liveness, get_readiness, get_metrics)
