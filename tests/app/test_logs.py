"""Log lines hold what is on the list, and nothing of anybody's data."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from credcore.breaker import BreakerPolicy, CallResult
from credcore_app import logs
from credcore_http.edge import AccessLine, RequestContext, current_request
from credcore_openai.gate import Gate

CANARY = "ada@example.org"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, {name: logging.getLogger(name).level for name in logs.OURS}
    yield
    root.handlers[:], level, levels = before
    root.setLevel(level)
    for name, of in levels.items():
        logging.getLogger(name).setLevel(of)


@pytest.fixture
def stream() -> io.StringIO:
    made = io.StringIO()
    logs.configure("info", made)
    return made


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def failed() -> Exception:
    """An error whose message, and whose cause's, hold somebody's data."""
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise RuntimeError(f"no account for {CANARY}") from error
    except RuntimeError as error:
        return error


def test_a_line_is_json_with_time_level_logger_and_event(stream: io.StringIO) -> None:
    logging.getLogger("credcore.services.grading").warning("late grade refused", extra={"assessment_id": "a-1"})
    (line,) = lines(stream)
    assert line["timestamp"].endswith("Z")
    assert {name: line[name] for name in ("level", "logger", "event", "assessment_id")} == {
        "level": "warning",
        "logger": "credcore.services.grading",
        "event": "late grade refused",
        "assessment_id": "a-1",
    }


@pytest.mark.parametrize("name", ["email", "password", "token", "name_", "body", "answer", "text", "detail", "query"])
def test_a_field_that_is_not_on_the_list_is_dropped(stream: io.StringIO, name: str) -> None:
    logging.getLogger("credcore").error("something", extra={name: CANARY, "status": 500})
    assert CANARY not in stream.getvalue()
    assert lines(stream)[0]["status"] == 500


def test_a_listed_field_holds_a_plain_value_or_the_name_of_its_type(stream: io.StringIO) -> None:
    logging.getLogger("credcore").error("something", extra={"dependency": {"email": CANARY}})
    assert lines(stream)[0]["dependency"] == "dict"


def test_what_is_put_into_a_message_stays_out_of_it(stream: io.StringIO) -> None:
    logging.getLogger("credcore").error("no account for %s", CANARY)
    logging.getLogger("other").error("no account for %s", CANARY)
    assert [line["event"] for line in lines(stream)] == ["no account for %s"] * 2


def test_a_breaker_that_opens_says_so_and_for_how_long(stream: io.StringIO) -> None:
    gate = Gate(lambda: 0.0, BreakerPolicy(), lambda state: None)
    with gate.passage() as passage:
        passage.came_to(CallResult.BLOCKED)
    (line,) = lines(stream)
    assert (line["event"], line["state"], line["retry_after"]) == ("ai grader breaker", "open", 30)


def test_of_a_message_of_several_lines_the_first_stands(stream: io.StringIO) -> None:
    logging.getLogger("asyncio").error(f"Task exception was never retrieved\nfuture: <{CANARY}>")
    assert lines(stream)[0]["event"] == "Task exception was never retrieved"


def test_a_very_long_text_is_cut(stream: io.StringIO) -> None:
    logging.getLogger("credcore").error("x" * 10_000)
    assert len(lines(stream)[0]["event"]) == logs.LONGEST


def test_a_line_break_in_a_value_makes_no_second_line(stream: io.StringIO) -> None:
    logging.getLogger("credcore").error("something", extra={"error_code": 'a\r\n{"event": "forged"}\u2028'})
    assert len(stream.getvalue().splitlines()) == 1


def test_an_exception_is_told_by_types_and_places_without_its_words(stream: io.StringIO) -> None:
    logging.getLogger("credcore_http.failures").error("defect", exc_info=failed())
    (line,) = lines(stream)
    assert CANARY not in stream.getvalue()
    told = line["exception"]
    assert (told[0], told[2], told[3]) == ("RuntimeError", "caused by", "KeyError")
    assert told[1].startswith("  test_logs.py:")
    assert told[1].endswith(" failed")


def test_a_group_of_exceptions_tells_its_members(stream: io.StringIO) -> None:
    logging.getLogger("credcore").error("defect", exc_info=ExceptionGroup(CANARY, [failed(), ValueError(CANARY)]))
    told = lines(stream)[0]["exception"]
    assert [line for line in told if not line.startswith("  ")] == [
        "ExceptionGroup",
        "containing",
        "RuntimeError",
        "caused by",
        "KeyError",
        "containing",
        "ValueError",
    ]
    assert CANARY not in stream.getvalue()


def test_every_line_of_a_request_carries_its_id(stream: io.StringIO) -> None:
    context = RequestContext(request_id="r-1", trace_id="0" * 32, span_id="0" * 16, sampled=False)
    token = current_request.set(context)
    try:
        logging.getLogger("credcore").info("something")
    finally:
        current_request.reset(token)
    logging.getLogger("credcore").info("something else")
    inside, outside = lines(stream)
    assert (inside["request_id"], inside["trace_id"]) == ("r-1", "0" * 32)
    assert "request_id" not in outside


def access(*, route: str = "/users/me", status: int = 200, error: Exception | None = None) -> AccessLine:
    return AccessLine(
        method="GET", route=route, status=status, milliseconds=1.26, request_id="r", trace_id="t", error=error
    )


def test_a_request_is_one_line_with_its_route(stream: io.StringIO) -> None:
    logs.access(access())
    (line,) = lines(stream)
    for name in ("timestamp", "process"):
        del line[name]
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "credcore_app.access",
        "method": "GET",
        "route": "/users/me",
        "status": 200,
        "milliseconds": 1.3,
        "request_id": "r",
        "trace_id": "t",
    }


def test_a_request_that_hit_a_defect_is_an_error_with_its_place(stream: io.StringIO) -> None:
    logs.access(access(status=500, error=failed()))
    (line,) = lines(stream)
    assert line["level"] == "error"
    assert line["exception"][0] == "RuntimeError"


def test_health_is_asked_for_too_often_to_be_told_while_all_is_well(stream: io.StringIO) -> None:
    logs.access(access(route="/health/ready"))
    logs.access(access(route="/health/ready", status=503))
    assert [line["status"] for line in lines(stream)] == [503]


def test_other_libraries_are_heard_from_warnings_on_and_ours_from_the_level_that_is_set(stream: io.StringIO) -> None:
    logs.configure("debug", stream)
    for name in ("credcore_pg.listening", "asyncpg.pool"):
        logging.getLogger(name).debug("something")
        logging.getLogger(name).warning("something worse")
    assert [(line["logger"], line["level"]) for line in lines(stream)] == [
        ("credcore_pg.listening", "debug"),
        ("credcore_pg.listening", "warning"),
        ("asyncpg.pool", "warning"),
    ]


def test_at_a_terminal_lines_are_for_reading_and_say_as_little_of_anybody() -> None:
    terminal = Terminal()
    logs.configure("info", terminal)
    logging.getLogger("credcore").error("defect", exc_info=failed(), extra={"email": CANARY, "status": 500})
    written = terminal.getvalue()
    assert CANARY not in written
    assert "defect" in written
    assert "RuntimeError\n  test_logs.py:" in written
