"""A PostgreSQL for the whole run, started when a test first asks for it, and a database in it with the schema."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import urllib.parse
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from hypothesis import settings

from builders import FakeClock
from credcore.memory import RandomIds
from credcore_app.embedded import EmbeddedSettings, start
from credcore_pg import DatabaseSettings, PostgresStores, connect, migrate, open_stores

# Hypothesis: fewer examples than usual, and no deadline, since machines are busy at times. Under ``CI`` it takes a
# profile of its own, whose examples are the same in every run; that stays. ``CREDCORE_EXAMPLES`` says how many; fewer
# in the nox session ``coverage``, where reaching the lines is enough.
EXAMPLES = int(os.environ.get("CREDCORE_EXAMPLES", "60"))
settings.register_profile("credcore", parent=settings.default, deadline=None, max_examples=EXAMPLES)
settings.load_profile("credcore")

TEMPLATE = "credcore_template"
SHARED = "credcore_shared"

EMPTY = """
DELETE FROM principal;
DELETE FROM audit_entry;
DELETE FROM erased_assessments;
DELETE FROM erasure;
DELETE FROM question;
DELETE FROM bank_revision;
DELETE FROM signing_key;
DELETE FROM server_secret;
DELETE FROM rate_limit;
DELETE FROM ai_call;
DELETE FROM ai_month;
DELETE FROM measured_grader;
"""
"""All that tests leave behind: what belongs to somebody goes with them. Far quicker than a database a test."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs a PostgreSQL goes by that keyword, so that ``-k "not postgres"`` starts none."""
    for item in items:
        if {"postgres_dsn", "postgres"} & set(getattr(item, "fixturenames", ())):
            item.extra_keyword_matches.add("postgres")


def patient(dsn: str) -> DatabaseSettings:
    """For tests of what comes out: of a hundred at once, on a busy machine, nobody is told that it took too long.

    What becomes of whoever is told that stands in ``pg/test_outages.py``.
    """
    return DatabaseSettings(dsn=dsn, connect=10.0, acquire=60.0, lock=30.0, statement=40.0, command=50.0)


def with_database(dsn: str, name: str) -> str:
    return urllib.parse.urlsplit(dsn)._replace(path=f"/{name}").geturl()


async def _run(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def _make_databases(dsn: str) -> None:
    await _run(dsn, f"CREATE DATABASE {TEMPLATE}")
    connection = await connect(DatabaseSettings(dsn=with_database(dsn, TEMPLATE)))
    try:
        await migrate(connection)
    finally:
        await connection.close()
    await _run(dsn, f"CREATE DATABASE {SHARED} TEMPLATE {TEMPLATE}")


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """A server that lives as long as the run; its role may create databases."""
    base = Path(tempfile.mkdtemp(prefix="credcore-tests-"))
    base.chmod(0o711)  # as root, PostgreSQL's own account has to pass through
    try:
        programs = os.environ.get("CREDCORE_PG_BIN")  # which PostgreSQL to test against; the system's unless set
        settings = EmbeddedSettings(data_dir=base / "data", pg_bin=Path(programs) if programs else None)
        with start(settings, on_progress=lambda line: None) as server:
            asyncio.run(_make_databases(server.dsn))
            yield server.dsn
    finally:
        shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
async def clean_dsn(postgres_dsn: str) -> str:
    """The shared database, migrated and empty."""
    dsn = with_database(postgres_dsn, SHARED)
    await _run(dsn, EMPTY)
    return dsn


@pytest.fixture
async def new_dsn(postgres_dsn: str) -> AsyncIterator[str]:
    """A database of its own with nothing in it, for tests about the schema itself."""
    name = f"credcore_{RandomIds().new_id().hex}"
    await _run(postgres_dsn, f"CREATE DATABASE {name}")
    yield with_database(postgres_dsn, name)
    await _run(postgres_dsn, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def postgres(clean_dsn: str, clock: FakeClock) -> AsyncIterator[PostgresStores]:
    """The PostgreSQL stores over the shared database, with a clock that the test moves."""
    async with open_stores(patient(clean_dsn), clock=clock) as stores:
        yield stores
