"""What every request gets and every answer carries, whatever the application does."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from credcore_http.edge import AccessLine, RequestIds, current_request
from credcore_http.edge.asgi import App, Message, Receive, Scope, Send
from credcore_http.edge.problem import KINDS

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
SPAN = "11" * 8


class Exchange:
    """One request through ``RequestIds`` and what came of it; random bytes are all 0x11, a request takes 2 ms."""

    def __init__(self) -> None:
        self.lines: list[AccessLine] = []
        self.sent: list[Message] = []

    async def run(
        self,
        application: App,
        *headers: tuple[bytes, bytes],
        path: str = "/users/me",
        hsts_seconds: int = 0,
        scope: Scope | None = None,
    ) -> Exchange:
        ticks = iter((1.0, 1.002))
        edge = RequestIds(
            application,
            log=self.lines.append,
            hsts_seconds=hsts_seconds,
            random_bytes=lambda count: b"\x11" * count,
            clock=lambda: next(ticks),
        )
        request: Scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b"t=1"}
        await edge(request if scope is None else {**request, **scope}, _receive, self._send)
        return self

    async def _send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        status: int = self.sent[0]["status"]
        return status

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.sent[0]["headers"])

    @property
    def line(self) -> AccessLine:
        (line,) = self.lines
        return line


async def _receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def answering(*headers: tuple[bytes, bytes]) -> App:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        scope["path_template"] = "/users/{user}"
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": b"{}"})

    return application


def raising(error: BaseException, *, after_start: bool = False) -> App:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if after_start:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise error

    return application


@pytest.mark.parametrize("request_id", ["a", "A-b_c.9", "x" * 128])
async def test_a_well_formed_request_id_of_the_caller_is_kept(request_id: str) -> None:
    exchange = await Exchange().run(answering(), (b"x-request-id", request_id.encode()))

    assert exchange.headers[b"x-request-id"] == request_id.encode()
    assert exchange.line.request_id == request_id


@pytest.mark.parametrize("request_id", ["", "x" * 129, "a b", "a\n", "ä", '"', None])
async def test_any_other_request_id_is_replaced(request_id: str | None) -> None:
    headers = [] if request_id is None else [(b"x-request-id", request_id.encode())]

    exchange = await Exchange().run(answering(), *headers)

    assert exchange.headers[b"x-request-id"] == b"11" * 16


async def test_two_request_ids_are_none() -> None:
    exchange = await Exchange().run(answering(), (b"x-request-id", b"a"), (b"x-request-id", b"b"))

    assert exchange.headers[b"x-request-id"] == b"11" * 16


@pytest.mark.parametrize(
    ("traceparent", "flags"),
    [
        (f"00-{TRACE}-{PARENT}-01", "01"),
        (f"00-{TRACE}-{PARENT}-00", "00"),
        (f"00-{TRACE}-{PARENT}-ff", "01"),
        (f"cc-{TRACE}-{PARENT}-01-what-comes-later", "01"),
    ],
)
async def test_the_callers_trace_goes_on_with_a_span_of_ours(traceparent: str, flags: str) -> None:
    exchange = await Exchange().run(answering(), (b"traceparent", traceparent.encode()))

    assert exchange.headers[b"traceparent"] == f"00-{TRACE}-{SPAN}-{flags}".encode()
    assert exchange.line.trace_id == TRACE


@pytest.mark.parametrize(
    "traceparent",
    [
        "",
        f"ff-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01-more",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE}-{PARENT}-0\n",
    ],
)
async def test_a_broken_trace_is_replaced_by_a_new_one(traceparent: str) -> None:
    exchange = await Exchange().run(answering(), (b"traceparent", traceparent.encode()))

    assert exchange.headers[b"traceparent"] == f"00-{'11' * 16}-{SPAN}-00".encode()


async def test_the_request_is_known_wherever_a_log_line_is_written_and_forgotten_after_it() -> None:
    seen = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope["state"]["request_context"], current_request.get(), scope["state"]["of the server"]))
        await answering()(scope, receive, send)

    await Exchange().run(application, (b"x-request-id", b"a"), scope={"state": {"of the server": 1}})

    ((in_scope, in_context, of_the_server),) = seen
    assert in_scope.request_id == "a"
    assert in_context is in_scope
    assert of_the_server == 1
    assert current_request.get() is None


async def test_every_answer_carries_the_security_headers() -> None:
    headers = (await Exchange().run(answering())).headers

    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"cache-control"] == b"no-store"
    assert headers[b"referrer-policy"] == b"no-referrer"
    assert headers[b"content-security-policy"].startswith(b"default-src 'none'; frame-ancestors 'none'")
    assert b"strict-transport-security" not in headers


async def test_the_applications_own_policy_stands_but_not_its_own_request_id() -> None:
    application = answering((b"Cache-Control", b"max-age=300"), (b"X-Request-Id", b"other"))

    exchange = await Exchange().run(application, (b"x-request-id", b"a"))

    names = [name.lower() for name, _ in exchange.sent[0]["headers"]]
    assert exchange.headers[b"Cache-Control"] == b"max-age=300"
    assert exchange.headers[b"x-request-id"] == b"a"
    assert len(names) == len(set(names))


async def test_transport_security_is_announced_where_it_is_configured() -> None:
    headers = (await Exchange().run(answering(), hsts_seconds=31_536_000)).headers

    assert headers[b"strict-transport-security"] == b"max-age=31536000; includeSubDomains"


@pytest.mark.parametrize(
    ("path", "own_scripts"), [("/schema", True), ("/schema/swagger", True), ("/schemata", False), ("/", False)]
)
async def test_only_the_pages_of_the_schema_may_run_their_own_scripts(path: str, own_scripts: bool) -> None:
    policy = (await Exchange().run(answering(), path=path)).headers[b"content-security-policy"]

    assert (b"script-src 'self' 'unsafe-inline'" in policy) is own_scripts
    assert b"frame-ancestors 'none'" in policy
    assert not re.search(rb"https?:|\*", policy)


async def test_the_access_line_knows_the_route_and_nothing_that_is_secret() -> None:
    exchange = await Exchange().run(answering(), (b"x-request-id", b"a"), (b"authorization", b"Bearer secret"))

    assert exchange.line == AccessLine(
        method="GET",
        route="/users/{user}",
        status=200,
        milliseconds=pytest.approx(2.0),
        request_id="a",
        trace_id="11" * 16,
    )


async def test_a_defect_is_answered_without_detail_and_logged_with_it() -> None:
    error = ValueError("password=hunter2")

    exchange = await Exchange().run(raising(error))

    assert exchange.status == 500
    assert exchange.headers[b"x-request-id"] == b"11" * 16
    problem = json.loads(exchange.sent[1]["body"])
    assert (problem["code"], problem["detail"]) == ("internal", KINDS["internal"].detail)
    assert "hunter2" not in str(exchange.sent)
    assert exchange.line.status == 500
    assert exchange.line.error is error


async def test_a_defect_in_the_middle_of_an_answer_reaches_the_server_to_cut_it_off() -> None:
    exchange = Exchange()

    with pytest.raises(ValueError, match="too late"):
        await exchange.run(raising(ValueError("too late"), after_start=True))

    assert len(exchange.sent) == 1
    assert isinstance(exchange.line.error, ValueError)


async def test_a_request_that_the_server_gives_up_may_be_asked_again() -> None:
    exchange = Exchange()

    with pytest.raises(asyncio.CancelledError):
        await exchange.run(raising(asyncio.CancelledError()))

    assert exchange.status == 503
    assert exchange.headers[b"retry-after"] == b"1"
    assert json.loads(exchange.sent[1]["body"])["code"] == "unavailable"


async def test_a_client_that_left_has_no_status() -> None:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        return

    assert (await Exchange().run(application)).line.status is None
