"""What the guard lets through to the application, and what it answers itself."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from credcore_http.edge import BodyGuard
from credcore_http.edge.asgi import Message, Receive, Scope, Send

JSON = [(b"content-type", b"application/json")]
FORM = [(b"content-type", b"application/x-www-form-urlencoded")]


class Application:
    """Remembers the body that it was given."""

    def __init__(self) -> None:
        self.body: bytes | None = None
        self.afterwards: Message = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        assert not message["more_body"]
        self.body = message["body"]
        self.afterwards = await receive()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class Answer:
    def __init__(self, application: Application, sent: Sequence[Message]) -> None:
        self.application = application
        self.status: int | None = sent[0]["status"] if sent else None
        self.headers = dict(sent[0]["headers"]) if sent else {}
        self.problem: dict[str, Any] = json.loads(sent[1]["body"] or b"{}") if sent else {}  # Any: JSON


async def ask(
    *parts: bytes,
    headers: Sequence[tuple[bytes, bytes]] = JSON,
    path: str = "/assessments/start",
    ending: Message | None = None,
    max_bytes: int = 65_536,
) -> Answer:
    """The answer to a body that comes in ``parts``; with an ``ending`` it stops there instead of being complete."""
    messages: list[Message] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    if ending is None:
        messages.append({"type": "http.request", "body": b"", "more_body": False})
        ending = {"type": "http.disconnect"}
    messages.append(ending)
    pending = iter(messages)
    sent: list[Message] = []

    async def receive() -> Message:
        message = next(pending)
        if message["type"] == "never":
            await asyncio.Event().wait()
        return message

    async def send(message: Message) -> None:
        sent.append(message)

    application = Application()
    guard = BodyGuard(application, max_bytes=max_bytes, body_seconds=0.05)
    await guard({"type": "http", "path": path, "headers": headers}, receive, send)
    return Answer(application, sent)


async def test_a_sound_body_is_replayed_in_one_piece_and_then_the_server_speaks() -> None:
    answer = await ask(b'{"a"', b": 1}")

    assert answer.status == 204
    assert answer.application.body == b'{"a": 1}'
    assert answer.application.afterwards == {"type": "http.disconnect"}


@pytest.mark.parametrize("headers", [[], JSON, [(b"content-type", b"text/plain")]])
async def test_an_empty_body_needs_no_type(headers: list[tuple[bytes, bytes]]) -> None:
    answer = await ask(headers=headers)

    assert answer.application.body == b""


async def test_the_largest_body_passes_and_one_byte_more_does_not() -> None:
    assert (await ask(b'"' + b"a" * 62 + b'"', max_bytes=64)).status == 204

    answer = await ask(b'"' + b"a" * 62, b' "', max_bytes=64)

    assert (answer.status, answer.problem["code"]) == (413, "payload-too-large")
    assert answer.application.body is None


async def test_an_announced_oversize_is_refused_before_it_is_read() -> None:
    answer = await ask(headers=[*JSON, (b"content-length", b"65537")], ending={"type": "never"})

    assert answer.status == 413
    assert b"connection" not in answer.headers


async def test_a_client_that_waits_for_permission_is_refused_for_good() -> None:
    headers = [*JSON, (b"content-length", b"9" * 5_000), (b"expect", b"100-continue")]

    answer = await ask(headers=headers, ending={"type": "never"})

    assert (answer.status, answer.headers[b"connection"]) == (413, b"close")


async def test_size_goes_before_type_and_type_before_syntax() -> None:
    text = [(b"content-type", b"text/plain")]

    assert (await ask(b"[" * 99, headers=text, max_bytes=64)).status == 413
    assert (await ask(b"[" * 9, headers=text, max_bytes=64)).status == 415


async def test_a_body_that_stops_is_answered_and_the_connection_closed() -> None:
    answer = await ask(b'{"a"', ending={"type": "never"})

    assert (answer.status, answer.problem["code"]) == (400, "malformed-body")
    assert answer.problem["detail"] == "The body was not complete after 0.05 seconds."
    assert answer.headers[b"connection"] == b"close"
    assert answer.application.body is None


async def test_a_client_that_left_is_neither_served_nor_answered() -> None:
    answer = await ask(b'{"a"', ending={"type": "http.disconnect"})

    assert answer.status is None
    assert answer.application.body is None


@pytest.mark.parametrize(
    "content_type",
    [b"application/json", b"Application/JSON", b"application/json;charset=UTF-8", b'application/json; charset="utf-8"'],
)
async def test_json_is_accepted_in_utf_8_only_however_it_is_spelt(content_type: bytes) -> None:
    assert (await ask(b"{}", headers=[(b"content-type", content_type)])).status == 204


@pytest.mark.parametrize(
    "headers",
    [
        [],
        FORM,
        [*JSON, *JSON],
        [(b"content-type", b"text/plain")],
        [(b"content-type", b"application/json; charset=latin-1")],
        [(b"content-type", b"application/jsonx")],
        [(b"content-type", b"application/msgpack")],
        [*JSON, (b"content-encoding", b"gzip")],
    ],
)
async def test_any_other_type_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    answer = await ask(b"{}", headers=headers)

    assert (answer.status, answer.problem["code"]) == (415, "malformed-body")


async def test_the_token_endpoint_takes_a_form_and_nothing_else() -> None:
    form = b"grant_type=client_credentials&scope=a%20b"

    assert (await ask(form, headers=FORM, path="/auth/token")).application.body == form
    assert (await ask(b"{}", headers=JSON, path="/auth/token")).status == 415
    assert (await ask("grant_type=ä".encode(), headers=FORM, path="/auth/token")).status == 400


async def test_malformed_json_is_a_problem_with_every_member() -> None:
    answer = await ask(b'{"a": 1, "a": 2}', path="/assessments/é/answer")

    assert answer.status == 400
    assert answer.headers[b"content-type"] == b"application/problem+json"
    assert answer.problem == {
        "type": "urn:credcore:problem:malformed-body",
        "title": "Malformed body",
        "status": 400,
        "detail": "An object in the body has the same name twice.",
        "instance": "/assessments/%C3%A9/answer",
        "code": "malformed-body",
    }


async def test_what_a_field_must_not_hold_is_left_to_the_field() -> None:
    assert (await ask(b'{"a": "\\u0000 \\ud800"}')).status == 204


async def test_the_lifespan_is_not_touched() -> None:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "lifespan.startup.complete"})

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError("the guard must not read")

    await BodyGuard(application)({"type": "lifespan"}, receive, send)

    assert sent == [{"type": "lifespan.startup.complete"}]
