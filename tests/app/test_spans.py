"""Spans: one for each request, in the caller's trace, by the ids that were told, for whom ``OTEL_*`` names."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from opentelemetry.sdk.trace.export import SpanExportResult

from credcore_app.fault import Fault
from credcore_app.telemetry import spans
from credcore_http.edge import AccessLine, RequestIds
from credcore_http.edge.asgi import Message, Receive, Scope, Send

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Kept:
    """An exporter."""

    def __init__(self) -> None:
        self.spans: list[dict] = []

    def export(self, batch) -> SpanExportResult:
        self.spans += [json.loads(span.to_json()) for span in batch]
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        return

    def force_flush(self, timeout_millis: int = 0) -> bool:
        return True


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    exporter = Kept()
    monkeypatch.setenv(spans.VARIABLE, "kept")
    monkeypatch.setattr(spans, "_exporter", lambda name: exporter)
    return exporter


async def asked(tell, *headers: tuple[bytes, bytes], status: int = 200) -> dict[bytes, bytes]:
    """The headers of the answer to one request."""
    told: dict[bytes, bytes] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scope["path_template"] = "/profiles/{assessment_id}"
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Message) -> None:
        told.update(message.get("headers", ()))

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": "/profiles/7", "headers": list(headers), "state": {}}
    await RequestIds(app, log=tell)(scope, receive, send)
    return told


async def collected(kept: Kept, *headers: tuple[bytes, bytes], status: int = 200) -> tuple[list[dict], dict]:
    async with spans.open_spans() as tell:
        answer = await asked(tell, *headers, status=status)
    return kept.spans, answer


@pytest.fixture(autouse=True)
def no_sampler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_TRACES_SAMPLER", raising=False)


async def test_a_request_is_a_span_in_the_trace_of_its_caller(kept: Kept) -> None:
    [span], _ = await collected(kept, (b"traceparent", f"00-{TRACE}-{CALLER}-01".encode()))
    assert span["context"]["trace_id"] == f"0x{TRACE}"
    assert span["parent_id"] == f"0x{CALLER}"
    assert (span["name"], span["kind"]) == ("GET /profiles/{assessment_id}", "SpanKind.SERVER")
    assert span["attributes"] == {
        "http.request.method": "GET",
        "http.route": "/profiles/{assessment_id}",
        "http.response.status_code": 200,
    }
    assert span["resource"]["attributes"]["service.name"] == "credcore"


async def test_its_ids_are_those_that_the_log_and_the_caller_were_told(kept: Kept) -> None:
    lines: list[AccessLine] = []
    async with spans.open_spans() as tell:
        assert tell is not None
        await asked(lambda line: (tell(line), lines.append(line)))
    [span] = kept.spans
    assert span["context"]["trace_id"] == f"0x{lines[0].trace_id}"
    assert span["parent_id"] is None


async def test_a_caller_that_does_not_sample_is_not_collected(kept: Kept) -> None:
    found, _ = await collected(kept, (b"traceparent", f"00-{TRACE}-{CALLER}-00".encode()))
    assert found == []


async def test_a_defect_is_an_error(kept: Kept) -> None:
    [span], _ = await collected(kept, status=500)
    assert span["status"]["status_code"] == "ERROR"


async def test_without_the_variable_nobody_collects(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("", "none"):
        monkeypatch.setenv(spans.VARIABLE, value)
        async with spans.open_spans() as tell:
            assert tell is None


async def test_an_exporter_that_is_not_installed_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(spans.VARIABLE, "otlp")
    with pytest.raises(Fault, match=r"OTEL_TRACES_EXPORTER names otlp.*opentelemetry-exporter-otlp-proto-http"):
        async with spans.open_spans():
            raise AssertionError


async def test_the_exporter_that_comes_along_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(spans.VARIABLE, "none, console")
    async with spans.open_spans() as tell:
        assert tell is not None


def test_where_nobody_collects_the_sdk_is_not_loaded() -> None:
    code = "import sys, credcore_app.wiring; print([name for name in sys.modules if name.startswith('opentelemetry')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
