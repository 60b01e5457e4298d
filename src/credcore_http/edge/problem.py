"""Errors on the wire: ``application/problem+json`` (RFC 9457), from one table of codes.

``type`` is a URN made of the code: the same in every deployment and under every path prefix, and it sends
nobody to look for a page that does not exist (RFC 9457, section 3.1.1, advises absolute URIs and allows those
that lead nowhere). Programs compare ``code``; ``type`` says the same to generic RFC 9457 clients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

import msgspec

from credcore_http.edge.asgi import Headers, Scope, Send

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:credcore:problem:"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What all problems with one code share; ``detail`` is what is said where nothing better is known."""

    status: int
    title: str
    detail: str


_TABLE = (
    ("malformed-body", 400, "Malformed body", "The body is not the JSON document that it should be."),
    ("validation-failed", 422, "Validation failed", "A field is missing, unknown or has a wrong value."),
    ("unauthenticated", 401, "Not authenticated", "A valid token is needed."),
    ("invalid-credentials", 401, "Invalid credentials", "The e-mail address or the password is wrong."),
    ("forbidden", 403, "Forbidden", "The caller's role or scope does not allow this."),
    ("not-found", 404, "Not found", "There is no such thing for this caller."),
    ("email-taken", 409, "E-mail taken", "This e-mail address has an account already."),
    ("already-answered", 409, "Already answered", "Another answer to this question stands."),
    ("assessment-not-completed", 409, "Assessment not completed", "The assessment has to be completed."),
    ("assessment-completed", 409, "Assessment completed", "The assessment takes no more answers."),
    ("nothing-to-score", 409, "Nothing to score", "No scored question has been answered."),
    ("assessment-expired", 410, "Assessment expired", "The time for this assessment is over."),
    ("question-not-in-form", 422, "Question not in form", "The question is not one of this assessment's."),
    ("idempotency-key-reused", 422, "Idempotency key reused", "This key was used for another request."),
    ("request-in-progress", 409, "Request in progress", "The first request with this key is still running."),
    ("payload-too-large", 413, "Payload too large", "The body is larger than this server accepts."),
    ("rate-limited", 429, "Rate limited", "There were too many requests; try again later."),
    ("second-factor-required", 401, "Second factor required", "The account asks for a one-time code."),
    ("method-not-allowed", 405, "Method not allowed", "This resource does not have that method."),
    ("internal", 500, "Internal error", "The request failed; its id finds the cause in the logs."),
    ("unavailable", 503, "Unavailable", "Something this needs is down; asking again is safe."),
)

KINDS: Mapping[str, Kind] = MappingProxyType(
    {code: Kind(status=status, title=title, detail=detail) for code, status, title, detail in _TABLE}
)


class FieldProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One wrong place in the caller's document; ``pointer`` is a JSON Pointer (RFC 6901)."""

    pointer: str
    detail: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The members of RFC 9457 and ours; ``errors`` is left out where there are none."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: Sequence[FieldProblem] = ()


def problem(
    code: str,
    *,
    instance: str,
    detail: str | None = None,
    status: int | None = None,
    errors: Sequence[FieldProblem] = (),
) -> Problem:
    """The problem ``code``; ``status`` only where one code has several (``malformed-body``: 400, 415).

    Raises:
        KeyError: for a code that the table does not have.
    """
    kind = KINDS[code]
    return Problem(
        type=TYPE_PREFIX + code,
        title=kind.title,
        status=kind.status if status is None else status,
        detail=kind.detail if detail is None else detail,
        instance=instance,
        code=code,
        errors=errors,
    )


def instance_of(scope: Scope) -> str:
    """The request's path as a URI reference: without the query, which may hold what must not be repeated."""
    return quote(scope["path"], safe="/:@!$&'()*+,;=~")


def encode(document: Problem) -> bytes:
    return msgspec.json.encode(document)


async def answer(send: Send, document: Problem, *, headers: Headers = ()) -> None:
    """Sends ``document`` as the whole response."""
    body = encode(document)
    start_headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        *headers,
    ]
    await send({"type": "http.response.start", "status": document.status, "headers": start_headers})
    await send({"type": "http.response.body", "body": body})
