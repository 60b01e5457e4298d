"""Log lines on stderr: JSON, or readable at a terminal. Nothing gets into them that is not on a list.

Who writes a line gives it a constant text and fields (``extra={...}``). Fields that are not listed are dropped, so that
no e-mail, token, name, body or answer ever gets in by an oversight. Of an exception the types and the places stand
there, never the message: it may repeat a value. Of other libraries' lines only the template is taken, not what was put
into it.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import MutableMapping
from pathlib import PurePath
from typing import IO, Any
from uuid import UUID

import structlog

from credcore_http.edge import AccessLine, current_request

FIELDS = frozenset(
    {
        # of every line
        *("timestamp", "level", "logger", "event", "request_id", "trace_id", "exception"),
        # of a request
        *("method", "route", "status", "milliseconds"),
        # of the service's own life
        *("url", "place", "revision", "version", "workers", "grading", "dependency", "process"),
        # of grading
        *("assessment_id", "question_id", "attempt", "error", "error_code"),
        # of the ai grader: codes and names that we or the operator chose
        *("state", "retry_after", "reason", "limit", "model", "shutdown", "listed", "reservation_id", "grade_id"),
    }
)
LONGEST = 300
OURS = ("credcore", "credcore_http", "credcore_pg", "credcore_openai", "credcore_app")
WATCHED = ("/health/", "/metrics")

Event = MutableMapping[str, Any]  # Any: what structlog passes from processor to processor
access_log = logging.getLogger("credcore_app.access")


def configure(level: str, stream: IO[str]) -> None:
    """Routes all logging of this process to ``stream``; other libraries' from WARNING on."""
    terminal = stream.isatty()
    render = structlog.dev.ConsoleRenderer(colors=terminal, sort_keys=False) if terminal else _json()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_gather(terminal),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
            use_get_message=False,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())


def access(line: AccessLine) -> None:
    """One request. Probes and scrapes come every few seconds: while they are answered well they are mere debugging."""
    healthy = (line.route or "").startswith(WATCHED) and line.status == 200
    access_log.log(
        logging.ERROR if line.error else logging.DEBUG if healthy else logging.INFO,
        "request",
        exc_info=line.error,
        extra={
            "method": line.method,
            "route": line.route,
            "status": line.status,
            "milliseconds": round(line.milliseconds, 1),
            "request_id": line.request_id,
            "trace_id": line.trace_id,
        },
    )


def _gather(terminal: bool) -> tuple[structlog.typing.Processor, ...]:
    return (
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=FIELDS - {"process"} if terminal else FIELDS),
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if terminal else "iso", utc=not terminal),
        _with_request,
        _with_exception(as_text=terminal),
        _only_listed,
    )


def _json() -> structlog.processors.JSONRenderer:
    return structlog.processors.JSONRenderer(ensure_ascii=True)


def _with_request(_logger: object, _method: str, event: Event) -> Event:
    if (request := current_request.get()) is not None:
        event.setdefault("request_id", request.request_id)
        event.setdefault("trace_id", request.trace_id)
    return event


def _with_exception(*, as_text: bool) -> structlog.typing.Processor:
    def process(_logger: object, _method: str, event: Event) -> Event:
        given = event.pop("exc_info", None)
        error = given[1] if isinstance(given, tuple) else given
        if isinstance(error, BaseException):
            places = described(error)
            event["exception"] = "\n".join(places) if as_text else places
        return event

    return process


def described(error: BaseException) -> list[str]:
    """The exception, what caused it and what it groups: types and places, innermost last; no messages."""
    lines = [type(error).__qualname__]
    lines += [f"  {PurePath(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if behind is not None:
        lines += ["caused by", *described(behind)]
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            lines += ["containing", *described(member)]
    return lines


def _only_listed(_logger: object, _method: str, event: Event) -> Event:
    # structlog's own entries begin with an underscore; it takes them out itself.
    return {name: _plain(name, value) for name, value in event.items() if name in FIELDS or name.startswith("_")}


def _plain(name: str, value: object) -> object:
    if name.startswith("_") or name == "exception" or isinstance(value, int | float | None):
        return value
    if not isinstance(value, str | UUID):
        return type(value).__name__
    # A library's event may go on after its first line, with the values that it happened to.
    return str(value).partition("\n")[0][:LONGEST]
