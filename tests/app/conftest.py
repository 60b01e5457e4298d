"""Places to run the program in."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.app.databases import Databases
from tests.app.program import Home, Program


@contextmanager
def passable_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own account may pass through, too, as it must where we are root."""
    base = Path(tempfile.mkdtemp(prefix="credcore-tests-"))
    base.chmod(0o711)
    try:
        yield base
    finally:
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="session")
def started_once() -> Iterator[Path]:
    """A data directory with an empty, migrated database, to be copied: making one takes longer than most tests."""
    with passable_folder() as base:
        made = home_in(base).call("migrate")
        assert made.returncode == 0, made.stderr
        yield base / "data"


def home_in(folder: Path) -> Home:
    return Home(folder=folder, variables={"CREDCORE_DATA_DIR": str(folder / "data"), "HOME": str(folder)})


@pytest.fixture
def fresh_home() -> Iterator[Home]:
    """Nothing there yet: the first start makes the data."""
    with passable_folder() as folder:
        yield home_in(folder)


@pytest.fixture
def home(fresh_home: Home, started_once: Path) -> Home:
    """Where a first start has been."""
    subprocess.run(["cp", "-a", started_once, fresh_home.folder / "data"], check=True)
    return fresh_home


@pytest.fixture
def start() -> Iterator[Callable[..., Program]]:
    """``start(home, "serve", "--port", "0")``; what still runs at the end of the test is ended."""
    running: list[Program] = []

    def begin(home: Home, *arguments: str, **more: str) -> Program:
        running.append(home.start(*arguments, **more))
        return running[-1]

    yield begin
    for program in running:
        program.end()


@pytest.fixture
async def databases(postgres_dsn: str) -> AsyncIterator[Databases]:
    made = Databases(postgres_dsn)
    yield made
    await made.drop()
