"""Cross-origin requests (the Fetch standard, section 3.2): which web pages may read our answers. By default, none.

Tokens travel in a header that only a script which holds one can set: there are no cookies, so credentials are never
allowed. An origin that is not on the list gets the same answers, without the headers that let its page read them.
"""

from __future__ import annotations

from collections.abc import Collection

from credcore_http.edge.asgi import App, Receive, Scope, Send, header_values

METHODS = b"GET, POST, PATCH, DELETE"
REQUEST_HEADERS = b"Authorization, Content-Type, Idempotency-Key, X-Request-Id, Traceparent"
READABLE_HEADERS = (
    b"X-Request-Id, Traceparent, Location, Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, "
    b"WWW-Authenticate, Content-Disposition, Credcore-Reminder"
)
MAX_AGE_SECONDS = 7200  # no browser keeps a preflight longer


class CorsPolicy:
    """``origins`` as browsers send them: scheme, host and port."""

    def __init__(self, origins: Collection[str] = ()) -> None:
        self._origins = frozenset(origins)

    def headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """What any answer to this request carries, a refusal included."""
        if not self._origins:
            return []
        varies = [(b"vary", b"Origin")]
        origin = self._allowed(scope)
        if origin is None:
            return varies
        allowed = (b"access-control-allow-origin", origin.encode("latin-1"))
        return [allowed, (b"access-control-expose-headers", READABLE_HEADERS), *varies]

    def is_preflight(self, scope: Scope) -> bool:
        """Whether a browser asks, for a page that is let in, what it may send."""
        asks = scope["method"] == "OPTIONS" and len(header_values(scope, b"access-control-request-method")) == 1
        return asks and self._allowed(scope) is not None

    def _allowed(self, scope: Scope) -> str | None:
        given = header_values(scope, b"origin")
        return given[0] if len(given) == 1 and given[0] in self._origins else None


class Preflights:
    """Answers preflights; whatever else comes is for ``app``."""

    def __init__(self, app: App, policy: CorsPolicy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._policy.is_preflight(scope):
            await self._app(scope, receive, send)
            return
        headers = [
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", REQUEST_HEADERS),
            (b"access-control-max-age", b"%d" % MAX_AGE_SECONDS),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
