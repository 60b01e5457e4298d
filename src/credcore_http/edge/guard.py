"""Stands in front of the application: nobody behind it waits for a body or sees one that is not sound."""

from __future__ import annotations

import asyncio
from collections.abc import Set

from credcore_http.edge import json_syntax
from credcore_http.edge.asgi import App, Headers, Message, Receive, Scope, Send, header_values
from credcore_http.edge.problem import answer, instance_of, problem

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
FORM_PATHS = frozenset({"/auth/token"})  # OAuth 2.0 (RFC 6749, section 4.4.2) wants a form there
CLOSE: Headers = ((b"connection", b"close"),)


class BodyGuard:
    """Reads the whole body, judges its size, pace, type and syntax, and gives it to ``app`` in one piece.

    ``body_seconds`` is wall-clock time for all of the body together: a byte now and then does not buy more.
    """

    def __init__(
        self,
        app: App,
        *,
        max_bytes: int = 65_536,
        body_seconds: float = 5.0,
        form_paths: Set[str] = FORM_PATHS,
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._body_seconds = body_seconds
        self._form_paths = form_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(scope, receive)
            if body:
                self._check(scope, body)
        except _ClientGone:
            return
        except _BodyRefused as refused:
            document = problem(refused.code, instance=instance_of(scope), detail=refused.detail, status=refused.status)
            await answer(send, document, headers=refused.headers)
            return
        await self._app(scope, _Replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        announced = header_values(scope, b"content-length")
        if announced and announced[0].isdecimal() and int(announced[0][:20]) > self._max_bytes:
            # A client that waits for "100 Continue" must not find its next request taken for this body.
            raise self._too_large(CLOSE if header_values(scope, b"expect") else ())
        body = bytearray()
        try:
            async with asyncio.timeout(self._body_seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _ClientGone
                    body += message.get("body", b"")
                    if len(body) > self._max_bytes:
                        raise self._too_large()
                    more = message.get("more_body", False)
        except TimeoutError:
            detail = f"The body was not complete after {self._body_seconds:g} seconds."
            # 408 would fit, too, but the contract gives this code two statuses, and that is none of them.
            raise _BodyRefused("malformed-body", 400, detail, CLOSE) from None
        return bytes(body)

    def _too_large(self, headers: Headers = ()) -> _BodyRefused:
        return _BodyRefused("payload-too-large", 413, f"The body exceeds {self._max_bytes} bytes.", headers)

    def _check(self, scope: Scope, body: bytes) -> None:
        expected = FORM_TYPE if scope["path"] in self._form_paths else JSON_TYPE
        if not _is_plain(scope, expected):
            detail = f"The body has to be {expected}, in UTF-8, not compressed."
            raise _BodyRefused("malformed-body", 415, detail)
        if expected == FORM_TYPE:
            _check_form(body)
            return
        try:
            json_syntax.check(body)
        except json_syntax.MalformedJson as error:
            raise _BodyRefused("malformed-body", 400, str(error)) from None


class _ClientGone(Exception):
    """The connection ended before the body did; there is nobody left to answer."""


class _BodyRefused(Exception):
    def __init__(self, code: str, status: int, detail: str, headers: Headers = ()) -> None:
        super().__init__(detail)
        self.code = code
        self.status = status
        self.detail = detail
        self.headers = headers


class _Replay:
    """``receive`` for the application: the body once, then whatever the server has to say."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


def _is_plain(scope: Scope, expected: str) -> bool:
    """Whether there is one Content-Type, ``expected``, at most with ``charset=utf-8``, and no encoding."""
    types = header_values(scope, b"content-type")
    if len(types) != 1 or header_values(scope, b"content-encoding"):
        return False
    media_type, *parameters = (part.strip().lower() for part in types[0].split(";"))
    return media_type == expected and all(part in {"charset=utf-8", 'charset="utf-8"'} for part in parameters)


def _check_form(body: bytes) -> None:
    """A form is ASCII on the wire (URL standard, section 5); what its escapes mean is not judged here."""
    if not body.isascii():
        raise _BodyRefused("malformed-body", 400, "A form has to be percent-encoded.")
