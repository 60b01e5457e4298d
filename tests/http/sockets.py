"""The application of a test on a real socket, and a connection to it that sends what no client library would."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.http.driving import World

from credcore_app.serving.listener import bind
from credcore_app.serving.server import serve

WITHIN = 30.0  # for anything that should take a moment; a loaded machine is no failure


@asynccontextmanager
async def served(world: World, trusted_proxies: Sequence[str] = ()) -> AsyncIterator[int]:
    """The application on a real socket; its port."""
    stop, ready = asyncio.Event(), asyncio.Event()
    with bind("127.0.0.1", 0) as listener:
        port: int = listener.getsockname()[1]
        serving = asyncio.create_task(
            serve(world.app, listener, on_ready=ready.set, stop=stop, trusted_proxies=trusted_proxies)
        )
        await ready.wait()
        try:
            yield port
        finally:
            stop.set()
            await serving


class Connection:
    """One that is used again and again: a refusal must leave it as good as it was."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, method: str, path: str, body: bytes, *headers: str) -> tuple[int, bytes]:
        """Status and body of the answer."""
        reader, writer = self._streams or await asyncio.open_connection("127.0.0.1", self._port)
        self._streams = reader, writer
        lines = (f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {len(body)}", *headers)
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        async with asyncio.timeout(WITHIN):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?im)^content-length: (\d+)", head)
            answer = await reader.readexactly(int(length[1])) if length else b""
        if b"\r\nconnection: close" in head.lower():
            await self.close()
        return int(head.split(b" ", 2)[1]), answer

    async def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            await self._streams[1].wait_closed()
            self._streams = None
