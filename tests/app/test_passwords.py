"""Password hashing: slow on purpose, the same for everybody, and never more of it than the pool takes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher as Argon2

from credcore.errors import Unavailable
from credcore_app.passwords import HOLD, Argon2Passwords
from credcore_app.reading import Argon2Cost

PASSWORD = "correct horse battery staple"


@pytest.fixture
def passwords() -> Iterator[Argon2Passwords]:
    made = Argon2Passwords(threads=1, waiting=1)
    yield made
    made.close()


async def test_a_password_verifies_against_its_own_hash_only(passwords: Argon2Passwords) -> None:
    stored = await passwords.hash(PASSWORD)
    assert await passwords.verify(stored, PASSWORD)
    assert not await passwords.verify(stored, PASSWORD + " ")


async def test_the_hash_names_the_parameters_and_never_holds_the_password(passwords: Argon2Passwords) -> None:
    stored = await passwords.hash(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in stored


async def test_the_same_password_is_never_stored_alike(passwords: Argon2Passwords) -> None:
    assert await passwords.hash(PASSWORD) != await passwords.hash(PASSWORD)


async def test_an_account_that_does_not_exist_has_no_password_and_costs_a_hash_all_the_same(
    passwords: Argon2Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    matches = passwords._matches

    def noting(stored: str, given: str) -> bool:
        compared.append(stored)
        return matches(stored, given)

    monkeypatch.setattr(passwords, "_matches", noting)
    assert not await passwords.verify(None, PASSWORD)
    assert not await passwords.verify(None, "an account that does not exist")
    assert all(stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for stored in compared)
    assert len(compared) == 2


async def test_what_is_no_hash_matches_nothing(passwords: Argon2Passwords) -> None:
    assert not await passwords.verify("not a hash", PASSWORD)


async def test_a_hash_made_with_other_parameters_is_due_for_a_new_one(passwords: Argon2Passwords) -> None:
    assert passwords.needs_rehash(Argon2(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD))
    assert not passwords.needs_rehash(await passwords.hash(PASSWORD))


class Gate:
    """Stands in for the hashing: nothing gets through before it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, passwords: Argon2Passwords) -> None:
        self._open = threading.Event()
        monkeypatch.setattr(passwords, "_matches", lambda stored, given: self._open.wait())

    def open(self) -> None:
        self._open.set()


async def test_one_too_many_is_kept_a_moment_then_refused_and_admitted_when_there_is_room_again(
    passwords: Argon2Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, passwords)
    admitted = [asyncio.create_task(passwords.verify("stored", PASSWORD)) for _ in range(2)]
    await asyncio.wait(admitted, timeout=0)
    began = asyncio.get_running_loop().time()
    with pytest.raises(Unavailable) as refused:
        await passwords.verify("stored", PASSWORD)
    assert refused.value.what == "password hashing"
    assert asyncio.get_running_loop().time() - began >= HOLD
    gate.open()
    assert await asyncio.gather(*admitted) == [True, True]
    assert await passwords.verify("stored", PASSWORD)


async def test_who_gives_up_waiting_does_not_make_room_for_more_than_the_pool_takes(
    passwords: Argon2Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, passwords)
    hashing = asyncio.create_task(passwords.verify("stored", PASSWORD))
    waiting = asyncio.create_task(passwords.verify("stored", PASSWORD))
    await asyncio.wait([hashing, waiting], timeout=0)
    for task in (hashing, waiting):
        task.cancel()
    await asyncio.gather(hashing, waiting, return_exceptions=True)
    # The one that waited is gone; the thread that hashes goes on and keeps its place.
    takes_the_place = asyncio.create_task(passwords.verify("stored", PASSWORD))
    await asyncio.wait([takes_the_place], timeout=0)
    with pytest.raises(Unavailable):
        await passwords.verify("stored", PASSWORD)
    gate.open()
    assert await takes_the_place


async def test_the_event_loop_goes_on_while_a_password_is_hashed(
    passwords: Argon2Passwords, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch, passwords)
    hashing = asyncio.create_task(passwords.verify("stored", PASSWORD))
    await asyncio.wait([hashing], timeout=0)
    gate.open()  # reached only because the loop is free
    assert await hashing


async def test_another_cost_is_that_of_new_hashes_and_older_ones_go_on_matching(passwords: Argon2Passwords) -> None:
    before = await passwords.hash(PASSWORD)
    dearer = Argon2Passwords(Argon2Cost(memory_kib=47_104, passes=1, lanes=1), threads=1)
    try:
        assert await dearer.verify(before, PASSWORD)
        assert dearer.needs_rehash(before)
        anew = await dearer.hash(PASSWORD)
    finally:
        dearer.close()
    assert anew.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert not passwords.needs_rehash(before)
