"""Places to run the program in."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.app.program import Home, Program


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own account may pass through, too, as it must where we are root."""
    base = Path(tempfile.mkdtemp(prefix="credcore-tests-"))
    base.chmod(0o711)
    yield base
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def home(folder: Path) -> Home:
    """Nothing there yet: the first start makes the data."""
    return Home(folder=folder, variables={"CREDCORE_DATA_DIR": str(folder / "data"), "HOME": str(folder)})


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
