"""A running server follows the question bank that is in use."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from credcore.errors import Unavailable
from credcore.ports import BankStore
from credcore_app.banks import BankInUse, bank_in_use
from credcore_app.fault import Fault
from samples import ROLE, bank_bytes, bank_document, small_bank

PATIENCE = 30.0


def titled(title: str) -> bytes:
    document = bank_document()
    document["roles"][0]["title"] = title
    return json.dumps(document).encode()


class Store:
    """A bank store whose answers a test puts in; ``asked`` counts the looks, ``fetched`` the documents."""

    def __init__(self) -> None:
        self.answer: Callable[[], tuple[int, bytes] | None] = lambda: (1, bank_bytes())
        self.times = asyncio.Condition()
        self.asked = 0
        self.fetched = 0

    async def publish(self, bank_document: bytes, bank: object) -> int:
        raise NotImplementedError

    async def current(self) -> tuple[int, bytes] | None:
        self.fetched += 1
        return self.answer()

    async def revision(self) -> int | None:
        async with self.times:
            self.asked += 1
            self.times.notify_all()
        answer = self.answer()
        return answer[0] if answer else None

    async def looked_at(self, times: int) -> None:
        """Until it was asked so many times more."""
        async with asyncio.timeout(PATIENCE), self.times:
            wanted = self.asked + times
            await self.times.wait_for(lambda: self.asked >= wanted)


@asynccontextmanager
async def following(bank: BankInUse, store: BankStore) -> AsyncIterator[None]:
    task = asyncio.create_task(bank.follow(store, every=0.001))
    yield
    assert not task.done()
    task.cancel()


async def until(condition: Callable[[], bool], again: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await again()


async def test_the_bank_is_the_one_in_use() -> None:
    assert (await bank_in_use(Store()))().role(ROLE) == small_bank().role(ROLE)


async def test_a_new_revision_is_taken_into_use() -> None:
    store = Store()
    bank = await bank_in_use(store)
    async with following(bank, store):
        store.answer = lambda: (2, titled("Another title"))
        await until(lambda: bank().roles[0].title == "Another title", lambda: store.looked_at(1))


async def test_the_document_is_fetched_only_when_there_is_another_revision() -> None:
    store = Store()
    bank = await bank_in_use(store)
    async with following(bank, store):
        await store.looked_at(5)
        assert store.fetched == 1
        store.answer = lambda: (2, titled("Another title"))
        await until(lambda: bank().roles[0].title == "Another title", lambda: store.looked_at(1))
        await store.looked_at(5)
        assert store.fetched == 2


async def test_the_same_revision_is_not_read_again() -> None:
    store = Store()
    bank = await bank_in_use(store)
    before = bank()
    async with following(bank, store):
        store.answer = lambda: (1, titled("Never looked at"))
        await store.looked_at(3)
        assert bank() is before


async def test_a_bank_that_cannot_be_read_is_complained_about_once_and_the_one_before_stays(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = Store()
    bank = await bank_in_use(store)
    before = bank()
    async with following(bank, store):
        store.answer = lambda: (2, b'{"roles": 1}')
        await store.looked_at(5)
        assert bank() is before
        store.answer = lambda: (3, titled("Mended"))
        await until(lambda: bank().roles[0].title == "Mended", lambda: store.looked_at(1))
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == ["bank refused"]


async def test_a_database_that_is_down_is_asked_again() -> None:
    store = Store()
    bank = await bank_in_use(store)

    def down() -> tuple[int, bytes]:
        raise Unavailable("database")

    async with following(bank, store):
        store.answer = down
        await store.looked_at(2)
        store.answer = lambda: (2, titled("Back"))
        await until(lambda: bank().roles[0].title == "Back", lambda: store.looked_at(1))


@pytest.mark.parametrize(
    ("answer", "line"),
    [
        (None, "the database holds no question bank; run `credcore content sync`"),
        ((7, b'{"roles": 1}'), "the question bank in the database (revision 7) does not fit this version"),
        ((8, b"no JSON"), "the question bank in the database (revision 8) does not fit this version"),
    ],
)
async def test_a_start_without_a_bank_that_can_be_used_says_what_to_do(
    answer: tuple[int, bytes] | None, line: str
) -> None:
    store = Store()
    store.answer = lambda: answer
    with pytest.raises(Fault) as fault:
        await bank_in_use(store)
    assert str(fault.value).startswith(line)
    assert str(fault.value).endswith("`credcore content sync`")
