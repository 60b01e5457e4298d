"""Which keys verify and which one signs, as time goes on after a rotation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from builders import NOON, FakeClock, account, ids
from credcore_app.fault import Fault
from credcore_app.sign_ins import LONGEST, followed_sign_ins
from credcore_app.signing import HEARD_OF_AFTER, VERIFIES_ON, keys_in_use, rotated, signing_keys
from credcore_pg import PostgresStores, SigningKey
from credcore_pg.sessions import PostgresSessions

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
PATIENCE = 30.0


def _key(kid: str, age: timedelta, retired_for: timedelta | None = None) -> SigningKey:
    retired_at = None if retired_for is None else NOON - retired_for
    return SigningKey(kid=kid, private_key=b"k" * 32, created_at=NOON - age, retired_at=retired_at)


def _in_use(*keys: SigningKey) -> list[str]:
    return [key.kid for key in keys_in_use(keys, NOON)]


def test_the_only_key_signs_from_its_first_moment() -> None:
    assert _in_use(_key("only", timedelta())) == ["only"]


def test_a_new_key_is_known_at_once_and_signs_once_every_server_has_heard_of_it() -> None:
    for age, signs in ((SECOND, "old"), (HEARD_OF_AFTER - SECOND, "old"), (HEARD_OF_AFTER, "new")):
        in_use = _in_use(_key("new", age), _key("old", DAY, retired_for=age))
        assert set(in_use) == {"old", "new"}
        assert in_use[-1] == signs


def test_a_retired_key_verifies_until_the_last_token_that_it_signed_is_over() -> None:
    # It went on signing until its successor was heard of; 24 hours are the most that a token lives, 30 s the leeway.
    assert HEARD_OF_AFTER + DAY + timedelta(seconds=30) <= VERIFIES_ON
    new = _key("new", 2 * DAY)
    assert _in_use(new, _key("old", 9 * DAY, retired_for=VERIFIES_ON - SECOND)) == ["old", "new"]
    assert _in_use(new, _key("old", 9 * DAY, retired_for=VERIFIES_ON)) == ["new"]


def test_of_two_rotations_one_after_the_other_the_last_one_signs_in_the_end() -> None:
    keys = (_key("third", SECOND), _key("second", 2 * SECOND, retired_for=SECOND), _key("first", DAY, 2 * SECOND))
    assert _in_use(*keys)[-1] == "first"
    later = [replace(key, created_at=key.created_at - DAY) for key in keys]
    assert _in_use(*later)[-1] == "third"


async def test_a_server_takes_up_what_was_rotated_and_ended_elsewhere(
    postgres: PostgresStores, clock: FakeClock
) -> None:
    async with followed_sign_ins(postgres, None, clock) as sign_ins:
        [old] = sign_ins.keys
        clock.move(seconds=1)
        new = await rotated(postgres.keys, None)
        await sign_ins.look()
        assert list(sign_ins.keys) == [new.kid, old]
        clock.move(seconds=HEARD_OF_AFTER.total_seconds())
        await sign_ins.look()
        assert list(sign_ins.keys) == [old, new.kid]
        assert list(sign_ins.keys) == list(await signing_keys(postgres.keys, None, clock()))
        clock.move(seconds=VERIFIES_ON.total_seconds())
        await sign_ins.look()
        assert list(sign_ins.keys) == [new.kid]


class DefectiveOnce:
    """The sessions of a store, the second look at which runs into a defect."""

    def __init__(self, real: PostgresSessions) -> None:
        self.real, self.looks = real, 0

    async def ended(self, within: timedelta) -> Sequence[UUID]:
        self.looks += 1
        if self.looks == 2:
            raise LookupError("a defect")
        return await self.real.ended(within)


async def test_a_defect_ends_nothing_but_one_look(
    postgres: PostgresStores, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that no longer looked would let ended sessions in for a day, and say nothing of it."""
    monkeypatch.setattr("credcore_app.sign_ins.FOLLOW_SECONDS", 0.01)
    sessions = DefectiveOnce(postgres.sessions)
    stores = replace(postgres, sessions=sessions)  # type: ignore[arg-type]  # one method is asked
    async with asyncio.timeout(PATIENCE), followed_sign_ins(stores, None, clock) as sign_ins:
        caller = (await postgres.accounts.add(account(), "a hash")).caller
        family = ids.new_id()
        await postgres.refresh_tokens.open_family(family, caller.id, b"t" * 32)
        await postgres.sessions.end(caller, family)
        while family not in sign_ins.ended:
            await asyncio.sleep(0.01)
    assert sessions.looks > 2
    [line] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert line.exc_info is not None


async def test_keys_made_at_one_instant_sign_in_the_order_in_which_they_were_made(postgres: PostgresStores) -> None:
    made = [await rotated(postgres.keys, None) for _ in range(5)]
    in_use = keys_in_use(await postgres.keys.load(), NOON + DAY / 2)
    assert [key.kid for key in in_use] == [key.kid for key in made]


async def test_rotating_again_and_again_keeps_one_key_that_is_not_retired(postgres: PostgresStores) -> None:
    made = [await rotated(postgres.keys, None) for _ in range(3)]
    standing = [key.kid for key in await postgres.keys.load() if key.retired_at is None]
    assert standing == [made[-1].kid]


async def test_the_operators_own_keys_are_not_rotated(postgres: PostgresStores, tmp_path: Path) -> None:
    with pytest.raises(Fault, match="add a new one at its end"):
        await rotated(postgres.keys, tmp_path / "keys.pem")
    assert await postgres.keys.load() == ()


def test_ended_sessions_are_remembered_for_as_long_as_any_access_token_lives() -> None:
    assert timedelta(hours=24, seconds=30) <= LONGEST
