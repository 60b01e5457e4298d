"""Attempts at authentication: counted for each account and each address, as often as the policy says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import FakeClock, ids
from credcore.memory import MemoryRateLimits, MemoryState
from credcore.rate_limits import Demand, Rate, RateLimited, Standing
from credcore.services.attempts import PER_ACCOUNT, PER_ADDRESS, Attempts, TokenUse

HERE, THERE = "192.0.2.1", "198.51.100.7"
ADA = "ada@example.org"


@pytest.fixture
def attempts(clock: FakeClock) -> Attempts:
    return Attempts(limits=MemoryRateLimits(MemoryState(clock=clock)), key=b"k" * 32)


async def tried(attempts: Attempts, times: int, *, address: str | None = HERE, account: str | None = None) -> int:
    """How many of so many attempts were let through."""
    passed = 0
    for _ in range(times):
        try:
            await attempts.admit(address=address, account=account)
        except RateLimited:
            continue
        passed += 1
    return passed


async def test_an_account_has_ten_tries_at_once_wherever_they_come_from(attempts: Attempts) -> None:
    assert await tried(attempts, 6, address=HERE, account=ADA) == 6
    assert await tried(attempts, 6, address=THERE, account=ADA) == 4
    assert await tried(attempts, 1, account="eve@example.org") == 1


async def test_an_address_has_three_hundred_tries_at_once_whomever_they_are_for(attempts: Attempts) -> None:
    assert sum([await tried(attempts, 1, account=f"{number}@example.org") for number in range(310)]) == 300
    assert await tried(attempts, 1) == 0
    assert await tried(attempts, 1, address=THERE) == 1


async def test_an_address_that_has_no_tries_left_takes_none_from_anybody(attempts: Attempts) -> None:
    await tried(attempts, 300)
    assert await tried(attempts, 20, account=ADA) == 0
    assert await tried(attempts, 20, address=THERE, account=ADA) == 10


@pytest.mark.parametrize("named", [ADA, "019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11"])
async def test_each_way_to_write_a_name_counts_for_the_same(attempts: Attempts, named: str) -> None:
    assert await tried(attempts, 6, account=named) == 6
    assert await tried(attempts, 6, account=named.upper()) == 4


async def test_whoever_waits_gets_one_more_try_and_nobody_is_shut_out(attempts: Attempts, clock: FakeClock) -> None:
    await tried(attempts, 20, account=ADA)
    clock.move(seconds=6)
    assert await tried(attempts, 5, account=ADA) == 1
    await tried(attempts, 400)
    clock.move(milliseconds=200)
    assert await tried(attempts, 5) == 1


async def test_a_refusal_names_the_limit_and_how_long_to_wait(attempts: Attempts) -> None:
    await tried(attempts, 10, account=ADA)
    with pytest.raises(RateLimited) as refused:
        await attempts.admit(address=HERE, account=ADA)
    assert str(refused.value) == "account"
    assert refused.value.wait == timedelta(seconds=6)
    by_name = {standing.demand.limit: standing for standing in refused.value.standings}
    assert {name: standing.demand.rate for name, standing in by_name.items()} == {
        "account": PER_ACCOUNT,
        "address": PER_ADDRESS,
    }
    assert by_name["account"].remaining == 0
    assert by_name["address"].remaining == 300 - 11


@pytest.mark.parametrize("spelling", ["ADA@example.org", "  ada@EXAMPLE.org ", "Ada@Example.Org"])
async def test_one_account_has_one_limit_however_its_address_is_written(attempts: Attempts, spelling: str) -> None:
    await tried(attempts, 10, account=ADA)
    assert await tried(attempts, 1, account=spelling) == 0


@pytest.mark.parametrize("account", ["no address", "", "\x00", "\ud800", "2f0c0b1e-0000-7000-8000-000000000000"])
async def test_what_is_no_address_is_limited_like_one(attempts: Attempts, account: str) -> None:
    assert await tried(attempts, 12, account=account) == 10
    assert await tried(attempts, 1, account=f"{account}?") == 1


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        (None, "no address", True),
    ],
)
async def test_addresses_that_one_customer_can_choose_from_count_as_one(
    attempts: Attempts, one: str | None, other: str, together: bool
) -> None:
    assert await tried(attempts, 300, address=one) == 300
    assert await tried(attempts, 1, address=other) == (0 if together else 1)


async def test_an_account_and_an_address_of_the_same_name_are_counted_apart(attempts: Attempts) -> None:
    assert await tried(attempts, 300, address=HERE) == 300
    assert await tried(attempts, 1, address=THERE, account=HERE) == 1


async def test_whoever_shows_more_than_a_name_has_tries_that_nobody_can_use_up(attempts: Attempts) -> None:
    """A name can be given by anybody; an access token, or a token of one use, by its holder only."""
    ada = ids.new_id()
    assert await tried(attempts, 12, account=str(ada)) == 10
    for _ in range(10):
        await attempts.admit_own(address=THERE, account_id=ada)
    with pytest.raises(RateLimited) as refused:
        await attempts.admit_own(address=THERE, account_id=ada)
    assert str(refused.value) == "account"
    await attempts.admit_own(address=THERE, account_id=ids.new_id())


async def test_an_access_token_does_not_lift_the_limit_of_an_address(attempts: Attempts) -> None:
    assert await tried(attempts, 300) == 300
    with pytest.raises(RateLimited) as refused:
        await attempts.admit_own(address=HERE, account_id=ids.new_id())
    assert str(refused.value) == "address"


@pytest.mark.parametrize("use", TokenUse)
async def test_each_use_of_a_token_counts_by_itself_and_for_its_account(attempts: Attempts, use: TokenUse) -> None:
    ada = ids.new_id()
    for _ in range(10):
        await attempts.admit_token(use, ada)
    with pytest.raises(RateLimited):
        await attempts.admit_token(use, ada)
    for other in set(TokenUse) - {use}:
        await attempts.admit_token(other, ada)
    await attempts.admit_token(use, ids.new_id())


async def test_what_a_store_counts_is_what_is_counted_here(attempts: Attempts) -> None:
    ada = ids.new_id()
    await attempts.limits.hit([attempts.of(TokenUse.REFRESH)(ada)] * 10)
    with pytest.raises(RateLimited):
        await attempts.admit_token(TokenUse.REFRESH, ada)


async def test_a_token_that_is_good_for_nothing_counts_for_itself_alone(attempts: Attempts) -> None:
    for _ in range(10):
        await attempts.refuse("a dead token")
    with pytest.raises(RateLimited) as refused:
        await attempts.refuse("a dead token")
    assert str(refused.value) == "token"
    await attempts.refuse("another \ud800")


async def test_the_rates_are_the_operators_to_choose(attempts: Attempts) -> None:
    chosen = replace(
        attempts,
        per_account=Rate(count=2, per=timedelta(hours=1)),
        per_address=Rate(count=3, per=timedelta(hours=1)),
    )
    assert await tried(chosen, 3, account=ADA) == 2
    assert await tried(chosen, 3, address=THERE) == 3
    assert await tried(chosen, 1, address=THERE) == 0


async def test_what_is_stored_gives_nobody_away() -> None:
    """Another key gives other subjects: nobody can look an address up who does not have the key."""
    seen: list[bytes] = []

    class Spy:
        async def hit(self, demands: Sequence[Demand]) -> Sequence[Standing]:
            seen.extend(demand.subject for demand in demands)
            return []

    for key in (b"k" * 32, b"l" * 32, b"k" * 32):
        await Attempts(limits=Spy(), key=key).admit(address=HERE, account=ADA)
    assert len(set(seen)) == 4
    assert seen[:2] == seen[4:]
    assert not any(text.encode() in subject for subject in seen for text in (HERE, ADA))
