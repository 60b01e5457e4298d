"""The server as an operator meets it: a real process, real signals, real sockets."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import pytest

from credcore_app.serving import StartFailed
from credcore_app.serving.listener import UNREAD_SECONDS, bind, url_of

HERE = Path(__file__).parent
DEADLINE = 20.0  # for anything that should take a moment; a loaded machine is no failure
CLOSED_WITHIN = 6.0
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])}


class Program:
    """The script beside this file as a process, with its URL once it is ready."""

    def __init__(self, kind: str, *, port: int = 0, broken: str = "nothing") -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "serving_app.py"), kind, str(port), broken],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment(),
        )

    @property
    def output(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout

    def ready(self) -> Program:
        url = self.output.readline().strip()
        assert url.startswith("http://127.0.0.1:"), url
        self.port = int(url.rpartition(":")[2])
        return self

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), DEADLINE)

    def ask(self, request: bytes) -> bytes:
        """All of the answer to ``request``, after which the server or we close the connection."""
        with self.connect() as client:
            return answer_to(client, request)

    def pid_of_worker(self) -> int:
        return int(self.ask(GET).rpartition(b"\r\n\r\n")[2].split()[0])

    def wait(self) -> int:
        return self.process.wait(DEADLINE)


def answer_to(client: socket.socket, request: bytes) -> bytes:
    # A request may be refused before it is read to the end; the answer is there all the same.
    with contextlib.suppress(OSError):
        client.sendall(request)
    received = b""
    while not is_complete(received):
        part = client.recv(65_536)
        if not part:
            break
        received += part
    return received


def is_complete(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    return any(
        line.lower().startswith(b"content-length:") and len(body) >= int(line.split(b":")[1])
        for line in head.split(b"\r\n")
    )


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def wait_for_end(pids: set[int]) -> None:
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        ended, _, _ = select.select([descriptor], [], [], DEADLINE)
        os.close(descriptor)
        assert ended, f"process {pid} is still there"


@pytest.fixture
def start() -> Iterator[Callable[..., Program]]:
    programs: list[Program] = []

    def started(kind: str = "one", **options: object) -> Program:
        programs.append(Program(kind, **options))  # type: ignore[arg-type]  # the options of Program
        return programs[-1]

    yield started
    for program in programs:
        workers = children_of(program.process.pid)
        program.process.kill()
        program.process.wait()
        program.output.close()
        wait_for_end(workers)


def test_the_real_port_is_reported_once_it_takes_requests(start: Callable[..., Program]) -> None:
    program = start().ready()

    assert status_of(program.ask(GET)) == 200


@pytest.mark.parametrize("kind", ["one", "workers"])
def test_a_taken_port_stops_the_start_with_one_line(kind: str, start: Callable[..., Program]) -> None:
    first = start().ready()

    second = start(kind, port=first.port)

    assert (
        second.output.readline() == f"failed: cannot listen on 127.0.0.1, port {first.port}: Address already in use\n"
    )
    assert second.wait() == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels have no such limit")
def test_every_connection_has_a_limit_for_clients_that_do_not_read() -> None:
    with bind("127.0.0.1", 0) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as connection:
            limit = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)

    assert limit == UNREAD_SECONDS * 1000


@pytest.mark.parametrize(("host", "url"), [("127.0.0.1", "http://127.0.0.1"), ("::1", "http://[::1]")])
def test_the_url_can_be_opened_as_it_is(host: str, url: str) -> None:
    with bind("127.0.0.1", 0) as listener:
        assert url_of(listener, host) == f"{url}:{listener.getsockname()[1]}"


def test_an_address_of_another_machine_is_one_line_for_the_operator() -> None:
    with pytest.raises(StartFailed, match=r"^cannot listen on 192\.0\.2\.1, port 0: "):
        bind("192.0.2.1", 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("kind", ["one", "workers"])
def test_a_request_in_flight_is_answered_before_the_exit(
    kind: str, number: signal.Signals, start: Callable[..., Program]
) -> None:
    program = start(kind).ready()
    with program.connect() as client, program.connect() as idle, program.connect() as half:
        answer_to(idle, GET)
        half.sendall(b"GET / HT")
        client.sendall(GET.replace(b"/ ", b"/hold ", 1))
        assert program.output.readline() == "holding\n"

        program.process.send_signal(number)

        assert status_of(answer_to(client, b"")) == 200
    assert program.wait() == 0


@pytest.mark.parametrize("kind", ["one", "workers"])
def test_no_request_on_an_open_connection_is_lost_by_the_stop(kind: str, start: Callable[..., Program]) -> None:
    program = start(kind).ready()
    under_way = threading.Barrier(9)
    with ThreadPoolExecutor(8) as pool:
        clients = [pool.submit(ask_until_told_to_leave, program, under_way) for _ in range(8)]
        under_way.wait(DEADLINE)

        program.process.terminate()

        lost = [client.result(DEADLINE) for client in clients]
    assert lost == [None] * 8
    assert program.wait() == 0


def test_a_request_without_end_does_not_keep_the_server(start: Callable[..., Program]) -> None:
    program = start(broken="drain").ready()
    with program.connect() as client:
        client.sendall(GET.replace(b"/ ", b"/forever ", 1))
        assert program.output.readline() == "holding\n"

        program.process.terminate()
        answer = answer_to(client, b"")

    assert status_of(answer) == 503
    assert b"retry-after: 1" in answer
    assert program.wait() == 0


@pytest.mark.parametrize("kind", ["one", "workers"])
def test_an_application_that_cannot_start_ends_the_server(kind: str, start: Callable[..., Program]) -> None:
    program = start(kind, broken="start")

    reason = program.output.readline()

    expected = {"one": "the application did not start: the content is missing", "workers": "a worker ended before"}
    assert reason.startswith(f"failed: {expected[kind]}")
    assert program.wait() == 1


def test_killing_the_supervisor_leaves_no_worker_behind(start: Callable[..., Program]) -> None:
    program = start("workers").ready()
    workers = children_of(program.process.pid)
    assert len(workers) == 2

    program.process.kill()

    wait_for_end(workers)
    with pytest.raises(ConnectionRefusedError):
        program.connect()


def test_a_worker_ends_with_a_supervisor_that_never_heard_it_was_ready() -> None:
    ours, theirs = socket.socketpair()
    with bind("127.0.0.1", 0) as listener, theirs:
        descriptors = (listener.fileno(), theirs.fileno())
        arguments = ["-P", "-m", "credcore_app.serving.worker", "serving_app:application", *map(str, descriptors)]
        worker = subprocess.Popen([sys.executable, *arguments], pass_fds=descriptors, env=environment())
    try:
        ready, _, _ = select.select([ours], [], [], DEADLINE)
        assert ready

        ours.close()

        assert worker.wait(DEADLINE) == 1
    finally:
        worker.kill()
        worker.wait()


def test_a_killed_worker_is_replaced_and_nobody_is_refused(start: Callable[..., Program]) -> None:
    program = start("workers").ready()
    before = children_of(program.process.pid)

    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_for_end(before)

    assert program.pid_of_worker() not in before
    program.process.terminate()
    assert program.wait() == 0


def test_workers_that_are_told_to_stop_are_replaced_too(start: Callable[..., Program]) -> None:
    program = start("workers").ready()
    before = children_of(program.process.pid)

    for pid in before:
        os.kill(pid, signal.SIGTERM)
    wait_for_end(before)

    assert program.pid_of_worker() not in before


def test_slow_clients_are_closed_while_others_are_served(start: Callable[..., Program]) -> None:
    program = start().ready()
    began = time.monotonic()
    silent = program.connect()
    half_heads = [opened(program, b"GET / HTTP/1.1\r\nHost: x\r\nX-A") for _ in range(60)]
    second_heads = [opened(program, GET) for _ in range(20)]
    for client in second_heads:
        answer_to(client, b"")
        client.sendall(b"\r\nGET / HT")
    slow_bodies = [opened(program, POST + b'Content-Length: 9\r\n\r\n{"a"') for _ in range(60)]

    served = [timed(program) for _ in range(100)]

    assert sorted(served)[94] < 0.5
    with silent:
        assert silent.recv(1) == b""
    for client in [*half_heads, *second_heads, *slow_bodies]:
        assert status_of(answer_to(client, b"")) == 400
        assert client.recv(1) == b""
        client.close()
    assert time.monotonic() - began < CLOSED_WITHIN


def test_a_dripped_head_or_body_earns_no_more_time(start: Callable[..., Program]) -> None:
    program = start().ready()
    began = time.monotonic()
    head = opened(program, b"GET / HTTP/1.1\r\nHost: x\r\n")
    body = opened(program, POST + b"Content-Length: 60000\r\n\r\n")

    ended = dripped({head: b"X-A: b\r\n", body: b" "})

    assert time.monotonic() - began < CLOSED_WITHIN
    assert status_of(ended[head]) == 400
    assert b"not complete after 5 seconds" in ended[head]
    assert status_of(ended[body]) == 400


def chunked(body: bytes) -> bytes:
    size = 4_096
    chunks = (body[at : at + size] for at in range(0, len(body), size))
    return (
        POST
        + b"Transfer-Encoding: chunked\r\n\r\n"
        + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
        + b"0\r\n\r\n"
    )


def sized(body: bytes) -> bytes:
    return POST + b"Content-Length: %d\r\n\r\n" % len(body) + body


HOSTILE = {
    "garbage": (b"\x00\xff\x13\r\n\r\n", 400),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nhello", 400),
    "length and chunks": (
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        400,
    ),
    "NUL in a header": (b"GET / HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n", 400),
    "bare line feeds": (b"GET / HTTP/1.1\nHost: x\n\n", 400),
    "raw path": (b"GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "broken chunk": (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    "long header": (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 100_000 + b"\r\n\r\n", 431),
    "endless header": (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 5_000_000, 431),
    "many headers": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 50_000 + b"\r\n", 431),
    "long path": (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
    "oversize": (sized(b"[" + b" " * 2_000_000 + b"]"), 413),
    "chunked oversize": (chunked(b"[" + b" " * 2_000_000 + b"]"), 413),
    "no body after a promise": (POST + b"Content-Length: 70000\r\nExpect: 100-continue\r\n\r\n", 413),
    "deep nesting": (sized(b"[" * 20_000), 400),
    "bad UTF-8": (sized(b'{"a": "\xff"}'), 400),
    "5,000 digits": (sized(b"1" * 5_000), 400),
    "a name twice": (sized(b'{"a": 1, "a": 2}'), 400),
    "text": (sized(b"{}").replace(b"application/json", b"text/plain"), 415),
}


@pytest.fixture(scope="module")
def shared() -> Iterator[Program]:
    program = Program("one").ready()
    yield program
    program.process.kill()
    program.process.wait()
    program.output.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_requests_are_refused_with_a_problem(name: str, shared: Program) -> None:
    request, status = HOSTILE[name]

    head, _, body = shared.ask(request).partition(b"\r\n\r\n")

    assert status_of(head) == status
    assert b"content-type: application/problem+json" in head
    assert b"x-request-id: " in head
    assert b"x-content-type-options: nosniff" in head
    assert json.loads(body)["status"] == status
    assert status_of(shared.ask(GET)) == 200


def test_a_connection_survives_a_body_that_was_too_large(shared: Program) -> None:
    with shared.connect() as client:
        assert status_of(answer_to(client, sized(b"[" + b" " * 200_000 + b"]"))) == 413
        assert status_of(answer_to(client, GET)) == 200


CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
AROUND_A_BODY = {
    "trailers": (b"2\r\n{}\r\n0\r\n", b"X-Some: thing\r\n" * 1_000),
    "one trailer": (b"2\r\n{}\r\n0\r\nX-Some: ", b"thing" * 1_000),
    "an extension": (b"2;", b"thing" * 1_000),
}


@pytest.mark.parametrize("kind", AROUND_A_BODY)
def test_what_stands_around_a_body_has_a_limit_too(shared: Program, kind: str) -> None:
    start, more = AROUND_A_BODY[kind]
    sent = 0
    with shared.connect() as client:
        client.sendall(CHUNKED + start)
        with contextlib.suppress(OSError):
            while sent < 50_000_000 and not select.select([client], [], [], 0)[0]:
                sent += client.send(more)
        assert sent < 10_000_000
        answer = answer_to(client, b"")
        assert status_of(answer) == 400
        assert b"too much around the body" in answer
    assert status_of(shared.ask(GET)) == 200


def test_whoever_was_refused_within_a_body_has_the_answer_whatever_came_with_it(shared: Program) -> None:
    with shared.connect() as client:
        client.sendall(CHUNKED)
        shared.ask(GET)  # by now the head was read by itself
        answer = answer_to(client, b"no length\r\n" + b"x" * 200_000)
        assert status_of(answer) == 400
        for _ in range(3):
            client.sendall(b"more")  # is read for a moment, so that nothing resets the connection
            shared.ask(GET)


def test_a_trailer_is_not_taken_for_a_header(shared: Program) -> None:
    trailer = b"Content-Type: text/plain\r\nAuthorization: Bearer x\r\n"
    with shared.connect() as client:
        assert status_of(answer_to(client, CHUNKED + b"2\r\n{}\r\n0\r\n" + trailer + b"\r\n")) == 200
        assert status_of(answer_to(client, GET)) == 200


def test_a_body_in_the_smallest_chunks_is_taken(shared: Program) -> None:
    chunks = b"1\r\n \r\n" * 60_000
    assert status_of(shared.ask(CHUNKED + chunks + b"2\r\n{}\r\n0\r\n\r\n")) == 200


def test_headers_are_counted_as_well_as_measured(shared: Program) -> None:
    for number, status in ((1_000, 200), (10_000, 431)):
        assert status_of(shared.ask(GET[:-2] + b"a:\r\n" * number + b"\r\n")) == status


def test_requests_sent_ahead_are_answered_one_after_the_other(shared: Program) -> None:
    with shared.connect() as client:
        client.sendall(GET * 60)
        received = b""
        while received.count(b"HTTP/1.1 200") < 60:
            part = client.recv(65_536)
            assert part
            received += part


def test_nobody_has_thousands_of_requests_wait_on_one_connection(shared: Program) -> None:
    received = b""
    with shared.connect() as client, contextlib.suppress(ConnectionError):
        client.sendall(GET * 6_000)
        while part := client.recv(65_536):
            received += part
    assert received.count(b"HTTP/1.1 200") < 100
    assert status_of(shared.ask(GET)) == 200


@pytest.mark.parametrize("bad", [b"\x00\xff\r\n\r\n", CHUNKED + b"no length\r\n"], ids=["a head", "a body"])
def test_a_refusal_is_never_taken_for_the_answer_before_it(shared: Program, bad: bytes) -> None:
    with shared.connect() as client:
        client.sendall(GET.replace(b"/ ", b"/hold ", 1) + bad)
        assert shared.output.readline() == "holding\n"

        assert client.recv(65_536) == b""


def ask_until_told_to_leave(program: Program, under_way: threading.Barrier) -> str | None:
    """What went wrong with a request that was sent, if anything did."""
    with program.connect() as client:
        for count in itertools.count():
            try:
                answer = answer_to(client, GET)
            except OSError as error:
                return repr(error)
            if status_of(answer or b"- 0 ") != 200:
                return f"request {count}: {answer!r}"
            if b"connection: close" in answer:
                return None
            if count == 0:
                under_way.wait(DEADLINE)
    return None


def opened(program: Program, first: bytes) -> socket.socket:
    client = program.connect()
    client.sendall(first)
    return client


def timed(program: Program) -> float:
    began = time.monotonic()
    assert status_of(program.ask(GET)) == 200
    return time.monotonic() - began


def dripped(drips: dict[socket.socket, bytes]) -> dict[socket.socket, bytes]:
    """What each connection got in the end, while its drip went on four times a second."""
    ended: dict[socket.socket, bytes] = {}
    while len(ended) < len(drips):
        waiting = [client for client in drips if client not in ended]
        readable, _, _ = select.select(waiting, [], [], 0.25)
        for client in waiting:
            if client in readable:
                ended[client] = answer_to(client, b"")
                client.close()
            else:
                client.sendall(drips[client])
    return ended


def children_of(pid: int) -> set[int]:
    """Its child processes; none if it has ended, waited for or not."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return {int(child) for child in children.read_text().split()} if children.exists() else set()
