"""The outermost layer: a request gets an id, an answer its headers and a log line, a defect an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from os import urandom
from time import perf_counter

from credcore_http.edge.asgi import App, Message, Receive, Scope, Send
from credcore_http.edge.cors import CorsPolicy
from credcore_http.edge.headers import with_edge_headers
from credcore_http.edge.problem import answer, instance_of, problem
from credcore_http.edge.trace import RandomBytes, RequestContext, context_of, current_request

STATE_KEY = "request_context"


@dataclass(frozen=True, kw_only=True)
class AccessLine:
    """One request as the log may know it: no query, no body, no header, and the route instead of the path.

    ``route`` is the template that matched, ``None`` if none did or a guard answered first; ``status`` is
    ``None`` if the client was gone before an answer began; ``error`` is the defect behind a 500.
    """

    method: str
    route: str | None
    status: int | None
    milliseconds: float
    request_id: str
    trace_id: str
    error: Exception | None = None


class RequestIds:
    """Gives ``app`` a ``RequestContext`` (in the scope's state) and answers for it when it fails."""

    def __init__(
        self,
        app: App,
        *,
        log: Callable[[AccessLine], None],
        hsts_seconds: int = 0,
        cors: CorsPolicy | None = None,
        random_bytes: RandomBytes = urandom,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._app = app
        self._log = log
        self._hsts_seconds = hsts_seconds
        self._cors = cors or CorsPolicy()
        self._random_bytes = random_bytes
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = self._clock()
        context = context_of(scope, self._random_bytes)
        scope.setdefault("state", {})[STATE_KEY] = context
        exchange = _Exchange(scope, send, context, self._hsts_seconds, self._cors)
        token = current_request.set(context)
        try:
            await exchange.run(self._app, receive)
        finally:
            self._log(
                AccessLine(
                    method=scope["method"],
                    route=scope.get("path_template"),
                    status=exchange.status,
                    milliseconds=(self._clock() - began) * 1000,
                    request_id=context.request_id,
                    trace_id=context.trace_id,
                    error=exchange.error,
                )
            )
            current_request.reset(token)


class _Exchange:
    """One request and what became of it."""

    def __init__(self, scope: Scope, send: Send, context: RequestContext, hsts_seconds: int, cors: CorsPolicy) -> None:
        self._scope = scope
        self._send = send
        self._context = context
        self._hsts_seconds = hsts_seconds
        self._cors = cors
        self.status: int | None = None
        self.error: Exception | None = None

    async def run(self, app: App, receive: Receive) -> None:
        try:
            await app(self._scope, receive, self.send)
        except asyncio.CancelledError:
            # The server has no more time for it. Whether it took effect is unknown; asking again is safe.
            await self._answer_if_possible("unavailable", (b"retry-after", b"1"))
            raise
        # Broad on purpose: what the application did not foresee must neither leave as a stack trace nor end
        # without an answer. Nothing is swallowed: the error goes to the log with the request's id.
        except Exception as error:
            self.error = error
            if not await self._answer_if_possible("internal"):
                raise

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = with_edge_headers(
                message.get("headers", ()),
                path=self._scope["path"],
                context=self._context,
                hsts_seconds=self._hsts_seconds,
            )
            message = {**message, "headers": headers + self._cors.headers(self._scope)}
        await self._send(message)

    async def _answer_if_possible(self, code: str, *headers: tuple[bytes, bytes]) -> bool:
        """Whether there was still an answer to give; one that has begun can only be cut off."""
        if self.status is not None:
            return False
        await answer(self.send, problem(code, instance=instance_of(self._scope)), headers=headers)
        return True
