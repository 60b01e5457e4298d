"""The head of a request, judged before anything acts on it: what two parties could read in two ways is refused."""

from __future__ import annotations

import re
from collections.abc import Set

from credcore_http.edge.asgi import App, Headers, Receive, Scope, Send, header_values
from credcore_http.edge.problem import answer, instance_of, problem

ONCE = (b"host", b"content-length", b"transfer-encoding")
CLOSE: Headers = ((b"connection", b"close"),)
# RFC 9110, section 7.2: host and port as RFC 3986 writes them (3.2.2, 3.2.3). An empty one is allowed.
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]{0,5})?", re.ASCII)


class HeadGuard:
    """Refuses ambiguous heads, and lets HEAD have what GET has where that neither changes nor tells anything.

    ``readable``: the paths of which that is known. On all others HEAD is no method (405): looking at a question begins
    its time, following a recommendation is counted.
    """

    def __init__(self, app: App, *, readable: Set[str] = frozenset()) -> None:
        self._app = app
        self._readable = readable

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if (detail := _fault(scope)) is not None:
            document = problem("malformed-body", instance=instance_of(scope), detail=detail)
            # Where this request ends and the next begins is not certain.
            await answer(send, document, headers=CLOSE)
            return
        if scope["method"] == "HEAD" and scope["path"] in self._readable:
            scope = {**scope, "method": "GET"}  # the server itself sends no body in answer to HEAD
        await self._app(scope, receive, send)


def _fault(scope: Scope) -> str | None:
    for name in ONCE:
        if len(header_values(scope, name)) > 1:
            return f"The header {name.decode()} must be given once."
    return _fault_of_host(scope) or _fault_of_framing(scope)


def _fault_of_host(scope: Scope) -> str | None:
    """RFC 9112, section 3.2: an HTTP/1.1 request without Host is refused, as is any that names none in its form."""
    hosts = header_values(scope, b"host")
    if not hosts:
        return "The header host is missing." if scope.get("http_version") == "1.1" else None
    return None if _HOST.fullmatch(hosts[0]) else "The header host names no host."


def _fault_of_framing(scope: Scope) -> str | None:
    version = scope.get("http_version")
    if version == "0.9":
        return "HTTP/0.9 is not spoken here."
    codings = header_values(scope, b"transfer-encoding")
    # RFC 9112, section 6.1: who does not know chunks has not understood what follows the head.
    if codings and version == "1.0":
        return "HTTP/1.0 has no Transfer-Encoding."
    # RFC 9112, section 6.1. Its 501 for others would blame us for what nobody sends in good faith.
    if codings and codings[0].strip().lower() != "chunked":
        return "The only Transfer-Encoding known here is chunked."
    # As above: such a request may be an attempt at smuggling another one past a proxy.
    if header_values(scope, b"content-length") and header_values(scope, b"transfer-encoding"):
        return "Content-Length and Transfer-Encoding must not be given together."
    return None
