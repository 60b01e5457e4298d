"""A provider on a real socket that does what the script says, down to single bytes, and remembers what it was sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]
Behaviour = Callable[[asyncio.StreamWriter, "Request"], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Document:
        decoded: Document = json.loads(self.body)
        return decoded

    @property
    def user_message(self) -> str:
        text: str = self.document["messages"][-1]["content"]
        return text

    @property
    def answer(self) -> str:
        """What stands between the markers."""
        return self.user_message.split(">>>\n", 1)[1].rsplit("\n<<<END", 1)[0]


# --- behaviours -------------------------------------------------------------------------------------------------------


def sends(status: int, body: str | bytes, *headers: str, content_type: str = "application/json") -> Behaviour:
    payload = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status} x", f"content-type: {content_type}", f"content-length: {len(payload)}", *headers]

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write("\r\n".join([*head, "", ""]).encode() + payload)
        await writer.drain()

    return behave


def completes(content: str | None, **changes: object) -> Behaviour:
    """A well-formed completion; ``usage``, ``finish_reason``, ``refusal`` or ``choices`` can be put in its place."""
    return sends(200, json.dumps(completion(content, **changes)))


def completion(content: str | None, **changes: object) -> Document:
    message = {"role": "assistant", "content": content, "refusal": changes.pop("refusal", None)}
    choice = {"index": 0, "message": message, "finish_reason": changes.pop("finish_reason", "stop")}
    document: Document = {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-6-luna",
        "choices": [choice],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200},
    }
    document |= changes
    return {name: value for name, value in document.items() if value is not ...}


def fails(status: int, *headers: str, code: str | None = None, message: str = "no") -> Behaviour:
    error = {"error": {"message": message, "type": code or "error", "code": code}}
    return sends(status, json.dumps(error), *headers)


async def hangs(writer: asyncio.StreamWriter, request: Request) -> None:
    """Takes the request and never answers, until the other side goes."""
    await writer.wait_closed()


async def disconnects(writer: asyncio.StreamWriter, request: Request) -> None:
    """Ends the connection in the middle of the body."""
    writer.write(b"HTTP/1.1 200 x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n" + b'{"choices": [')
    await writer.drain()
    writer.close()


def dribbles(every: float) -> Behaviour:
    """A byte at a time, so that each read is quick and the body never ends."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(b"HTTP/1.1 200 x\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n")
        for _ in range(5000):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(every)

    return behave


def dribbles_an_error(status: int, every: float) -> Behaviour:
    """The status at once, and a body that never ends."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(f"HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n\r\n".encode())
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(every)

    return behave


def floods(status: int, sent: list[int]) -> Behaviour:
    """A body of fifty megabytes; ``sent`` gets how many bytes of it were taken."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(f"HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n\r\n".encode())
        taken = 0
        try:
            for _ in range(800):
                writer.write(b"x" * 65_536)
                await writer.drain()
                taken += 65_536
        finally:
            sent.append(taken)

    return behave


# --- the server -------------------------------------------------------------------------------------------------------


@dataclass
class Provider:
    """Answers each request with the next behaviour of ``script``, and with the last one from then on."""

    script: list[Behaviour] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    port: int = 0
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def prompts(self) -> list[Request]:
        return [request for request in self.requests if request.path.endswith("/chat/completions")]

    def will(self, *script: Behaviour) -> None:
        self.script = list(script)

    def behaviour_for(self, request: Request) -> Behaviour:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def stop(self, server: asyncio.Server) -> None:
        server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not writer.is_closing() and (request := await _read(reader)):
                self.requests.append(request)
                await self.behaviour_for(request)(writer, request)
        except ConnectionError:
            return
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method=method, path=path, headers=headers, body=body)
