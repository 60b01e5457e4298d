"""Content that is put into use: new versions beside the old ones, all of it or nothing, and servers that follow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from tests.content.small_content import QUESTIONS, Documents, documents, write

from credcore.errors import ContentFault
from credcore_app.banks import bank_in_use
from credcore_app.database import Place, publish
from credcore_app.settings import Settings
from credcore_pg import PostgresStores

PATIENCE = 30.0


@pytest.fixture
def made(tmp_path: Path) -> Documents:
    """Documents that are written to the folder which is published."""
    return documents()


@pytest.fixture
async def connection(clean_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    found = await asyncpg.connect(clean_dsn)
    yield found
    await found.close()


async def sync(folder: Path, dsn: str) -> int:
    place = Place(dsn=dsn, embedded=False, owned=False)
    revision, _ = await publish(Settings(database_url=dsn, content_dir=folder), place)
    return revision


async def stored(connection: asyncpg.Connection) -> tuple[int, int]:
    """How many revisions there are, and how many versions of questions."""
    revisions: int = await connection.fetchval("SELECT count(*) FROM bank_revision")
    versions: int = await connection.fetchval("SELECT count(*) FROM question")
    return revisions, versions


async def test_an_edit_becomes_a_new_version_and_the_old_one_stays_as_it_was(
    made: Documents, tmp_path: Path, clean_dsn: str, connection: asyncpg.Connection
) -> None:
    write(tmp_path, made)
    assert await sync(tmp_path, clean_dsn) == 1
    _, before = await stored(connection)
    old = await connection.fetch("SELECT * FROM question ORDER BY question_id")
    made[QUESTIONS]["multiple_choice"][0]["prompt"] = "Said better?"
    write(tmp_path, made)
    assert await sync(tmp_path, clean_dsn) == 2
    assert await stored(connection) == (2, before + 1)
    assert await connection.fetchval("SELECT count(*) FROM question WHERE question_id = 'choice-1'") == 2
    kept = await connection.fetch("SELECT * FROM question WHERE body->>'prompt' <> 'Said better?' ORDER BY question_id")
    assert kept == old


async def test_publishing_what_is_in_use_already_changes_nothing(
    made: Documents, tmp_path: Path, clean_dsn: str, connection: asyncpg.Connection
) -> None:
    write(tmp_path, made)
    assert [await sync(tmp_path, clean_dsn), await sync(tmp_path, clean_dsn)] == [1, 1]
    assert (await stored(connection))[0] == 1


@pytest.mark.parametrize(
    ("file", "spoilt"),
    [
        (QUESTIONS, "multiple_choice: [\n"),
        (QUESTIONS, "multiple_choice: []\n"),
        ("courses.yaml", "[]\n"),
        ("recommendations.yaml", "backend-developer: {}\n"),
        ("roles.yaml", "\xff"),
    ],
    ids=["no YAML", "a part missing", "courses gone", "cells missing", "other encoding"],
)
async def test_a_bad_file_changes_nothing(
    made: Documents, tmp_path: Path, clean_dsn: str, connection: asyncpg.Connection, file: str, spoilt: str
) -> None:
    write(tmp_path, made)
    await sync(tmp_path, clean_dsn)
    before = await stored(connection)
    made[QUESTIONS]["multiple_choice"][0]["prompt"] = "Said better?"
    write(tmp_path, made)
    (tmp_path / file).write_text(spoilt, encoding="latin-1")
    with pytest.raises(ContentFault):
        await sync(tmp_path, clean_dsn)
    assert await stored(connection) == before


async def test_what_fails_half_way_leaves_no_version_behind(
    made: Documents, tmp_path: Path, clean_dsn: str, connection: asyncpg.Connection
) -> None:
    """The revision is written after the questions; here it cannot be."""
    write(tmp_path, made)
    await connection.execute("ALTER TABLE bank_revision ADD CONSTRAINT closed CHECK (revision < 1)")
    try:
        with pytest.raises(asyncpg.CheckViolationError):
            await sync(tmp_path, clean_dsn)
    finally:
        await connection.execute("ALTER TABLE bank_revision DROP CONSTRAINT closed")
    assert await stored(connection) == (0, 0)


async def test_a_running_server_takes_up_what_is_published_and_keeps_its_bank_where_that_cannot_be_read(
    made: Documents, tmp_path: Path, clean_dsn: str, postgres: PostgresStores, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, made)
    await sync(tmp_path, clean_dsn)
    bank = await bank_in_use(postgres.bank)
    following = asyncio.create_task(bank.follow(postgres.bank, every=0.001))
    try:
        made[QUESTIONS]["multiple_choice"][0]["prompt"] = "Said better?"
        write(tmp_path, made)
        await sync(tmp_path, clean_dsn)
        await until(lambda: bank().by_id["choice-1"].prompt == "Said better?")
        await postgres.bank.publish(b"{}", bank())
        await until(lambda: "bank refused" in caplog.messages)
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
    assert bank().by_id["choice-1"].prompt == "Said better?"


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not happened():
            await asyncio.sleep(0)
