"""The service's own state, and its description."""

from __future__ import annotations

from litestar import HttpMethod, Response

from credcore.errors import Unavailable
from credcore_http import examples
from credcore_http.calls import Call, serves
from credcore_http.requests import json_response
from credcore_http.services import Injected
from credcore_http.wire.service import Live, Ready

TAG = "Service"


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


HANDLERS = (get_liveness, get_readiness)
