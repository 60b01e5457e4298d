"""RateLimits: exact under concurrency, by the store's clock, each subject by itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from builders import FakeClock
from credcore.rate_limits import Demand, Rate
from credcore_pg import PostgresStores

RATE = Rate(count=10, per=timedelta(minutes=1))


def demand(subject: str = "ada", rate: Rate = RATE, limit: str = "account") -> Demand:
    return Demand(limit=limit, subject=subject.encode(), rate=rate)


async def tries(stores, number: int, *demands: Demand) -> int:
    """How many of so many at once are let through."""
    outcomes = await asyncio.gather(*(stores.rate_limits.hit(demands) for _ in range(number)))
    return sum(all(standing.admitted for standing in standings) for standings in outcomes)


async def test_of_many_at_once_exactly_as_many_pass_as_the_rate_says(stores):
    assert await tries(stores, 60, demand()) == 10


async def test_a_rate_that_does_not_divide_its_time_lets_all_of_its_count_through(stores):
    assert await tries(stores, 20, demand(rate=Rate(count=7, per=timedelta(minutes=1)))) == 7


async def test_one_more_passes_each_time_a_place_becomes_free(stores, clock: FakeClock):
    await tries(stores, 20, demand())
    clock.move(seconds=5.9)
    assert await tries(stores, 5, demand()) == 0
    clock.move(seconds=0.1)
    assert await tries(stores, 5, demand()) == 1
    clock.move(minutes=5)
    assert await tries(stores, 20, demand()) == 10


async def test_each_subject_is_counted_by_itself(stores):
    assert await tries(stores, 20, demand("ada")) == 10
    assert await tries(stores, 20, demand("bob")) == 10


async def test_a_try_under_two_limits_passes_only_where_both_let_it(stores):
    narrow, wide = demand("ada"), demand("a class", Rate(count=30, per=timedelta(minutes=1)), "address")
    first = await stores.rate_limits.hit([wide, narrow])
    assert [standing.demand for standing in first] == [wide, narrow]
    assert [standing.remaining for standing in first] == [29, 9]
    assert await tries(stores, 20, wide, narrow) == 9


async def test_a_try_that_the_first_limit_refuses_costs_the_next_one_nothing(stores, clock: FakeClock):
    narrow, wide = demand("a class", limit="address"), demand("ada", Rate(count=30, per=timedelta(minutes=1)))
    await tries(stores, 10, narrow)
    for _ in range(3):
        [standing] = await stores.rate_limits.hit([narrow, wide])
        assert (standing.demand, standing.admitted) == (narrow, False)
    clock.move(seconds=6)
    first, second = await stores.rate_limits.hit([narrow, wide])
    assert first.admitted
    assert second.remaining == 29


async def test_pairs_that_cross_wait_for_each_other_without_harm(stores):
    wide = Rate(count=1000, per=timedelta(minutes=1))
    ada, bob = demand("ada", wide), demand("bob", wide)
    outcomes = await asyncio.gather(
        *(stores.rate_limits.hit(pair) for _ in range(20) for pair in ((ada, bob), (bob, ada)))
    )
    assert min(standing.remaining for standings in outcomes for standing in standings) == 960


async def test_a_refusal_says_how_long_to_wait(stores, clock: FakeClock):
    await tries(stores, 10, demand())
    [standing] = await stores.rate_limits.hit([demand()])
    assert (standing.admitted, standing.remaining, standing.wait) == (False, 0, timedelta(seconds=6))
    clock.move(seconds=6)
    [standing] = await stores.rate_limits.hit([demand()])
    assert standing.admitted


async def test_a_subject_can_be_any_bytes(stores):
    assert await tries(stores, 1, Demand(limit="account", subject=bytes(range(256)), rate=RATE)) == 1


async def test_what_no_longer_matters_is_not_kept(postgres: PostgresStores, clock: FakeClock):
    for number in range(5):
        await postgres.rate_limits.hit([demand(str(number))])
    clock.move(minutes=12)
    await postgres.rate_limits.hit([demand("ada")])
    kept = await postgres.database.rows("SELECT subject FROM rate_limit")
    assert [row["subject"] for row in kept] == [b"ada"]
