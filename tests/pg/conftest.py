"""A PostgreSQL of a test's own, to be stopped, killed and started again."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from credcore_app.embedded import EmbeddedServer, EmbeddedSettings, start
from credcore_pg import DatabaseSettings, connect, migrate


class OwnServer:
    """Runs from the start; ``stop`` and ``start`` as often as a test likes. Its address stays the same."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._server: EmbeddedServer | None = None
        self.start()
        assert self._server is not None
        self.dsn = self._server.dsn

    def start(self) -> None:
        self._server = start(EmbeddedSettings(data_dir=self._base / "data"), on_progress=lambda line: None)

    def stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def kill(self) -> None:
        """As a power cut would; whoever owns it starts it again."""
        os.kill(self.postmaster, signal.SIGKILL)

    @property
    def postmaster(self) -> int:
        return int((self._base / "data" / "cluster" / "postmaster.pid").read_text().splitlines()[0])


async def _migrate(dsn: str) -> None:
    connection = await connect(DatabaseSettings(dsn=dsn))
    try:
        await migrate(connection)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def migrated_server() -> Iterator[OwnServer]:
    base = Path(tempfile.mkdtemp(prefix="credcore-tests-"))
    base.chmod(0o711)  # as root, PostgreSQL's own account has to pass through
    server = OwnServer(base)
    try:
        asyncio.run(_migrate(server.dsn))
        yield server
    finally:
        server.stop()
        shutil.rmtree(base, ignore_errors=True)
