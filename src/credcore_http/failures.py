"""Every error of the core, and of the web framework, to its code: the one table of the HTTP adapter."""

from __future__ import annotations

import logging

from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException

from credcore import errors
from credcore.rate_limits import RateLimited
from credcore_http.edge.problem import MEDIA_TYPE, FieldProblem, encode, instance_of, problem
from credcore_http.rate_limit_fields import rate_limit_fields

log = logging.getLogger(__name__)

CODES: dict[type[errors.CredcoreError], str] = {
    errors.Unauthenticated: "unauthenticated",
    errors.InvalidCredentials: "invalid-credentials",
    errors.SecondFactorRequired: "second-factor-required",
    errors.Forbidden: "forbidden",
    errors.NotFound: "not-found",
    errors.InvalidValue: "validation-failed",
    errors.EmailTaken: "email-taken",
    errors.AlreadyAnswered: "already-answered",
    errors.QuestionNotInForm: "question-not-in-form",
    errors.AssessmentNotCompleted: "assessment-not-completed",
    errors.AssessmentCompleted: "assessment-completed",
    errors.NothingToScore: "nothing-to-score",
    errors.AssessmentExpired: "assessment-expired",
    errors.IdempotencyKeyReused: "idempotency-key-reused",
    errors.RequestInProgress: "request-in-progress",
    RateLimited: "rate-limited",
    errors.Unavailable: "unavailable",
}
FRAMEWORK_CODES = {404: "not-found", 405: "method-not-allowed", 413: "payload-too-large"}

AnyRequest = Request[object, object, State]


def refused(request: AnyRequest, error: errors.CredcoreError) -> Response[bytes]:
    """The answer to an error that the core raised on purpose."""
    code = CODES.get(type(error))
    if code is None:
        return defect(request, error)
    headers: dict[str, str] = {}
    detail, fields = None, []
    match error:
        case errors.InvalidValue():
            fields = [FieldProblem(pointer=error.pointer, detail=error.detail)]
        case errors.Unauthenticated() | errors.InvalidCredentials() | errors.SecondFactorRequired():
            headers["WWW-Authenticate"] = 'Bearer realm="credcore"'
        case errors.RequestInProgress():
            # Most requests end within that; a killed one's key is free after its lease.
            headers["Retry-After"] = "1"
        case errors.NotFound():
            detail = f"There is no such {error.what} for this caller."
        case RateLimited():
            headers |= rate_limit_fields(error)
        case errors.Unavailable():
            headers["Retry-After"] = str(error.retry_after_seconds)
            detail = error.told
            log.warning("unavailable", extra={"dependency": error.what})
    return _answer(request, code, detail=detail, fields=fields, headers=headers)


def framework_refused(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """The answer where no route or method matched: the framework's own exceptions."""
    code = FRAMEWORK_CODES.get(error.status_code)
    if code is None:
        return defect(request, error)
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return _answer(request, code, headers=headers)


def defect(request: AnyRequest, error: Exception) -> Response[bytes]:
    """A bug of ours: nothing of it leaves, the log line has all, and the request id ties both together."""
    log.error("defect", exc_info=error)
    return _answer(request, "internal")


def _answer(
    request: AnyRequest,
    code: str,
    *,
    detail: str | None = None,
    fields: list[FieldProblem] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    document = problem(code, instance=instance_of(request.scope), detail=detail, errors=fields or ())  # type: ignore[arg-type]  # Litestar's scope is a TypedDict
    return Response(
        encode(document), status_code=document.status, media_type=MEDIA_TYPE or MediaType.JSON, headers=headers or {}
    )
