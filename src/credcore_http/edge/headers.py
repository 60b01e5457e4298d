"""The headers that every answer carries, whoever gave it."""

from __future__ import annotations

from credcore_http.edge.asgi import Headers
from credcore_http.edge.trace import RequestContext

SCHEMA_PATH = "/schema"

_API_POLICY = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# The pages of the API's description bring their scripts and styles along, in part inline.
_SCHEMA_POLICY = (
    b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    b"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    b"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def with_edge_headers(
    headers: Headers, *, path: str, context: RequestContext, hsts_seconds: int
) -> list[tuple[bytes, bytes]]:
    """``headers`` and ours; where the application set one of the policies itself, its own stands.

    What says nothing is of no type: the framework calls an empty body text.
    """
    ours = [
        (b"x-request-id", context.request_id.encode()),
        (b"traceparent", context.traceparent.encode()),
    ]
    owned = {name for name, _ in ours}
    given = [(name, value) for name, value in headers if name.lower() not in owned]
    is_empty = (b"content-length", b"0") in ((name.lower(), value) for name, value in given)
    kept = [(name, value) for name, value in given if not (is_empty and name.lower() == b"content-type")]
    present = {name.lower() for name, _ in kept}
    policies = [(name, value) for name, value in _policies(path, hsts_seconds) if name not in present]
    return kept + ours + policies


def _policies(path: str, hsts_seconds: int) -> list[tuple[bytes, bytes]]:
    is_schema = path == SCHEMA_PATH or path.startswith(SCHEMA_PATH + "/")
    policies = [
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", _SCHEMA_POLICY if is_schema else _API_POLICY),
    ]
    if hsts_seconds:
        policies.append((b"strict-transport-security", b"max-age=%d; includeSubDomains" % hsts_seconds))
    return policies
