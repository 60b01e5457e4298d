"""``credcore`` as an operator meets it: a real process with its own environment, whose output is waited for."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

PATIENCE = 60.0
"""For anything that should take a moment; a loaded machine is no failure."""
COMMAND = (sys.executable, "-W", "error", "-m", "credcore_app")


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where commands run: an empty folder of their own, and the environment beside the one that all have."""

    folder: Path
    variables: Mapping[str, str]

    def environment(self, **more: str) -> dict[str, str]:
        bare = {name: value for name, value in os.environ.items() if not name.startswith(("CREDCORE_", "OPENAI_"))}
        return {**bare, **self.variables, **more}

    def call(self, *arguments: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment(**more),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    def start(self, *arguments: str, **more: str) -> Program:
        return Program(
            subprocess.Popen(
                [*COMMAND, *arguments],
                cwd=self.folder,
                env=self.environment(**more),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )


class Program:
    """A command that runs on. Threads read what it says, so that waiting for a line can have a deadline.

    ``said`` is what came on stderr, ``told`` what came on both streams.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self.told: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._listeners = [
            threading.Thread(target=self._listen, args=(stream, store))
            for stream, store in ((process.stdout, None), (process.stderr, self.said))
        ]
        for listener in self._listeners:
            listener.start()

    def _listen(self, stream: IO[str], store: list[str] | None) -> None:
        for line in stream:
            self.told.append(line)
            if store is not None:
                store.append(line)
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def line_with(self, words: str) -> str:
        """The next line, on whichever stream, that has these words."""
        seen: list[str | None] = []
        while seen.count(None) < len(self._listeners):
            try:
                seen.append(self._lines.get(timeout=PATIENCE))
            except queue.Empty:
                break
            line = seen[-1]
            if line is not None and words in line:
                return line
        raise AssertionError("\n".join([f"no line with {words!r} in:", *filter(None, seen)]))

    def url(self) -> str:
        """Of a server, once it is ready."""
        return self.line_with("credcore serves ").split()[2]

    def address(self) -> tuple[str, int]:
        """Host and port of a server, once it is ready."""
        host, _, port = urlsplit(self.url()).netloc.partition(":")
        return host, int(port)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        self.process.wait(PATIENCE)
        for listener in self._listeners:
            listener.join(PATIENCE)
        return self.process.returncode

    def end(self) -> None:
        """Whatever state it is in."""
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


def ask(
    url: str, method: str, path: str, body: object = None, token: str | None = None
) -> tuple[int, Any]:  # Any: JSON, whatever the server says
    """One request on a connection of its own."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        raw = answer.read()
        return answer.status, json.loads(raw) if raw else None
    finally:
        connection.close()


def register(url: str, email: str = "ada@example.org") -> str:
    """A student's access token."""
    status, tokens = ask(
        url, "POST", "/auth/register", {"email": email, "name": "Ada", "password": "correct horse battery"}
    )
    assert status == 201, tokens
    token: str = tokens["accessToken"]
    return token
