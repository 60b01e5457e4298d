"""``credcore serve`` as its users run it: a process, a port, a database of its own, real signals."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

PATIENCE = 60.0  # for a start; a loaded machine is no failure


# Below the ports that the kernel gives to outgoing connections: it could give one of those to somebody else's while the
# server that has it is down for a moment. Each process of a test run begins elsewhere.
_PORTS = itertools.count(10_000 + os.getpid() * 101 % 20_000)


def free_port() -> int:
    """One that nobody has now, and that nobody gets without asking for it by its number."""
    return next(port for port in _PORTS if not _taken(port))


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Server:
    """``credcore serve`` on a database of its own, started again as often as it is killed."""

    folder: Path
    port: int
    variables: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    process: asyncio.subprocess.Process | None = None
    outages: list[float] = field(default_factory=list)

    async def start(self) -> None:
        began = time.monotonic()
        with (self.folder / "server.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "credcore_app", "serve", "--port", str(self.port), *self.options),
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(PATIENCE), httpx.AsyncClient() as probe:
            while not await _is_ready(probe, self.port):
                assert self.process.returncode is None, (self.folder / "server.log").read_text()
                await asyncio.sleep(0.05)
        self.outages.append(time.monotonic() - began)

    @property
    def environment(self) -> dict[str, str]:
        """What any command needs that works on this server's database."""
        return {**os.environ, "CREDCORE_DATA_DIR": str(self.folder / "data"), **self.variables}

    async def beside(self, *arguments: str) -> asyncio.subprocess.Process:
        """Another command on the same database, running until it is ended."""
        with (self.folder / "beside.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "credcore_app", *arguments), env=self.environment, stdout=log, stderr=log
            )

    async def kill(self, by: signal.Signals = signal.SIGKILL) -> int:
        assert self.process is not None
        self.process.send_signal(by)
        return await self.process.wait()


async def _is_ready(probe: httpx.AsyncClient, port: int) -> bool:
    try:
        return (await probe.get(f"http://127.0.0.1:{port}/health/ready")).status_code == 200
    except httpx.TransportError:
        return False


@asynccontextmanager
async def running_server(*options: str, **variables: str) -> AsyncIterator[Server]:
    """``options`` and ``variables``: of the command and its settings, beyond those that every server here has."""
    folder = Path(tempfile.mkdtemp(prefix="credcore-kills-"))
    folder.chmod(0o711)  # as root, PostgreSQL's own account has to pass through
    server = Server(folder, free_port(), variables, options)
    try:
        await server.start()
        yield server
    finally:
        if server.process is not None and server.process.returncode is None:
            await server.kill()
        shutil.rmtree(folder, ignore_errors=True)
