"""Databases on the tests' server, dumped and restored as operators do it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import asyncpg

from conftest import with_database
from credcore.memory import RandomIds
from credcore_app.embedded.binaries import select


class Databases:
    """Databases on the tests' server, and PostgreSQL's own programs for them."""

    def __init__(self, server: str) -> None:
        self.server = server
        programs = os.environ.get("CREDCORE_PG_BIN")
        self.programs = select(Path(programs) if programs else None, None).bin_dir
        self.names: list[str] = []

    async def empty(self) -> str:
        name = f"credcore_{RandomIds().new_id().hex}"
        await self._run(f"CREATE DATABASE {name}")
        self.names.append(name)
        return with_database(self.server, name)

    async def drop(self) -> None:
        for name in self.names:
            await self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def dump(self, dsn: str) -> str:
        return self._program("pg_dump", "--no-owner", "--dbname", dsn)

    def restore(self, dump: str, dsn: str) -> None:
        self._program("psql", "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "--dbname", dsn, stdin=dump)

    def _program(self, name: str, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run(
            [self.programs / name, *arguments], input=stdin, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.server)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
