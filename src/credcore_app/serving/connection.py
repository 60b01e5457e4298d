"""What uvicorn's connection lacks: a deadline and a limit for a request's head, limits for what stands around a body
and for requests sent ahead of their answers, and problems as refusals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from os import urandom

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from credcore_http.edge.headers import with_edge_headers
from credcore_http.edge.problem import MEDIA_TYPE, encode, problem
from credcore_http.edge.trace import context_of

HEAD_SECONDS = 5.0
MAX_HEAD_BYTES = 65_536
FIELD_BYTES = 32  # what a header costs beside its name and value, as RFC 9113 reckons (6.5.2): thousands cost megabytes
MAX_WRAPPING = 8  # bytes around each byte of a body that comes in chunks: the smallest chunk takes five
MAX_WAITING = 64  # requests that a client sends ahead of their answers; each costs fifty times its bytes
LAST_REQUEST_SECONDS = 0.5  # a request may be on its way on an idle connection when the server starts to stop
LINGER_SECONDS = 1.0  # a refused client may send that long before it is cut off, or it would not see the answer


class BoundedConnection(HttpToolsProtocol):
    """One HTTP/1.1 connection that waits at most ``HEAD_SECONDS`` for the head of a request.

    The deadline runs from the first moment of the connection, later from the first byte of the next request;
    a connection that is silent between requests is uvicorn's to close. How long a body takes is the application's to
    judge; what comes around it (extensions of chunks, trailers) is nobody's business and is bounded here.
    """

    _deadline: asyncio.TimerHandle | None = None
    _in_head = False
    _head_bytes = 0
    _in_body = False
    _body_bytes = 0
    _read_bytes = 0
    _refused = False
    _stopping = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own
        super().connection_made(transport)
        self._arm(HEAD_SECONDS, self._give_up_head)

    def connection_lost(self, exc: Exception | None) -> None:
        self._disarm()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        was_in_head, body_of = self._in_head, self.cycle if self._in_body else None
        super().data_received(data)
        if self._in_body and self.cycle is body_of and not self._refused:
            self._read_bytes += len(data)
            if self._wraps_too_much():
                self.send_400_response("")
        if not self._awaits_head():
            return
        if self._deadline is None:
            self._arm(HEAD_SECONDS, self._give_up_head)
        # The parser reports a header when it is complete; until then only raw bytes tell how long it gets.
        if was_in_head and self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.send_400_response("")

    def on_message_begin(self) -> None:
        self._in_head = True
        self._head_bytes = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        # RFC 9110, section 6.5.1: a trailer must not be taken for a header; nobody here wants to know any.
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._in_body = True
        self._body_bytes = self._read_bytes = 0
        self._disarm()
        self._head_bytes = len(self.url) + sum(len(name) + len(value) + FIELD_BYTES for name, value in self.headers)
        if self._head_bytes > MAX_HEAD_BYTES:
            raise _HeadTooLarge
        if len(self.pipeline) == MAX_WAITING:
            raise _TooManyAtOnce
        super().on_headers_complete()
        if self._stopping:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        super().on_message_complete()

    def shutdown(self) -> None:
        """Called by uvicorn when the server stops; it would cut an idle connection and lose what is on its way."""
        self._stopping = True
        if self._serves_request():
            self.cycle.keep_alive = False
        elif not self._refused:
            self._disarm()
            self._arm(LAST_REQUEST_SECONDS)

    def send_400_response(self, msg: str) -> None:
        """Called by uvicorn for what is not HTTP, and here; ``msg`` is always uvicorn's own and is not sent."""
        if self._serves_request():
            if self.pipeline or self.cycle.response_started or not self.cycle.more_body:
                # An answer is due to a request before this one: a refusal here would be taken for it.
                self.transport.close()
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self._head_bytes > MAX_HEAD_BYTES:
            detail = f"The request's head exceeds {MAX_HEAD_BYTES} bytes, each header counted with {FIELD_BYTES} more."
            self._refuse(431, "payload-too-large", detail)
        elif self._wraps_too_much():
            self._refuse(400, "malformed-body", "There is too much around the body: trailers, or extensions of chunks.")
        else:
            self._refuse(400, "malformed-body", "The request is not HTTP/1.1.")

    def _give_up_head(self) -> None:
        """Who has begun a request is told; who has sent nothing waits for no answer."""
        if self._in_head:
            detail = f"The head of the request was not complete after {HEAD_SECONDS:g} seconds."
            self._refuse(400, "malformed-body", detail)
        else:
            self.transport.close()

    def _refuse(self, status: int, code: str, detail: str) -> None:
        self._refused = True
        self.transport.write(_refusal(status, code, detail))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._disarm()
        self._arm(LINGER_SECONDS)

    def _wraps_too_much(self) -> bool:
        """The parser keeps a trailer until it is complete, and reports no extension: raw bytes alone tell of either."""
        return self._read_bytes > MAX_HEAD_BYTES + (1 + MAX_WRAPPING) * self._body_bytes

    def _awaits_head(self) -> bool:
        return not self._refused and not self._serves_request()

    def _serves_request(self) -> bool:
        # bool(): there is no cycle before the first request, which uvicorn's annotation does not say.
        return bool(self.cycle) and not self.cycle.response_complete

    def _arm(self, seconds: float, then: Callable[[], None] | None = None) -> None:
        self._deadline = self.loop.call_later(seconds, then or self.transport.close)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _HeadTooLarge(Exception):
    """Raised within the parser's callback, which makes it a parser error, and uvicorn a refusal."""


class _TooManyAtOnce(Exception):
    """As above. An answer is due to another request: the connection ends without one."""


def _refusal(status: int, code: str, detail: str) -> bytes:
    body = encode(problem(code, instance="/", status=status, detail=detail))
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    context = context_of({"headers": ()}, urandom)
    lines = with_edge_headers(headers, path="/", context=context, hsts_seconds=0)
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()
    return head + b"".join(b"%s: %s\r\n" % line for line in lines) + b"\r\n" + body
