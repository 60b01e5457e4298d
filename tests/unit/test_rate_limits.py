"""GCRA: so many at once, then evenly, and nobody is shut out for good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credcore.rate_limits import Demand, Rate, RateLimited, network_of, next_due, standing_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
RATES = st.builds(
    Rate,
    count=st.integers(1, 999_999),
    per=st.sampled_from([timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)]),
)


def let_through(rate: Rate, times: list[datetime]) -> int:
    due: datetime | None = None
    passed = 0
    for now in times:
        due, admitted = next_due(due, now, rate)
        passed += admitted
    return passed


@given(count=st.integers(1, 400), seconds=st.sampled_from([1, 60, 3600]), more=st.integers(0, 50))
def test_of_any_number_at_one_moment_exactly_the_count_passes(count: int, seconds: int, more: int) -> None:
    rate = Rate(count=count, per=timedelta(seconds=seconds))
    assert let_through(rate, [NOON] * (count + more)) == count


@given(
    rate=st.builds(Rate, count=st.integers(1, 20), per=st.just(timedelta(minutes=1))),
    gaps=st.lists(st.integers(0, 40_000), max_size=80),
)
def test_never_more_pass_than_the_burst_and_what_has_become_due_since(rate: Rate, gaps: list[int]) -> None:
    times = [NOON]
    for gap in gaps:
        times.append(times[-1] + timedelta(milliseconds=gap))
    assert let_through(rate, times) <= rate.count + (times[-1] - NOON) / rate.spacing


@given(rate=RATES, tries=st.integers(1, 50))
def test_whoever_waits_as_long_as_told_is_let_through(rate: Rate, tries: int) -> None:
    due: datetime = NOON + rate.spacing * (rate.count + tries)
    demand = Demand(limit="account", subject=b"s", rate=rate)
    wait = standing_of(demand, due, NOON, admitted=False).wait
    assert next_due(due, NOON + wait, rate)[1]
    if wait:
        assert not next_due(due, NOON + wait - timedelta(microseconds=1), rate)[1]


def test_a_refused_try_costs_nothing() -> None:
    rate = Rate(count=2, per=timedelta(minutes=1))
    half_a_minute_of_hammering = [NOON + timedelta(milliseconds=100 * n) for n in range(300)]
    assert let_through(rate, half_a_minute_of_hammering) == 2
    assert let_through(rate, [*half_a_minute_of_hammering, NOON + timedelta(seconds=30)]) == 3


def test_what_remains_counts_down_to_nothing_and_comes_back() -> None:
    rate = Rate(count=3, per=timedelta(seconds=60))
    demand = Demand(limit="account", subject=b"s", rate=rate)
    due: datetime | None = None
    remaining = []
    for _ in range(4):
        due, admitted = next_due(due, NOON, rate)
        standing = standing_of(demand, due, NOON, admitted=admitted)
        remaining.append((standing.admitted, standing.remaining, standing.wait.total_seconds()))
    assert remaining == [(True, 2, 0), (True, 1, 0), (True, 0, 20), (False, 0, 20)]
    assert due is not None
    assert standing_of(demand, due, NOON + timedelta(minutes=2), admitted=True).remaining == 3


def test_the_longest_wait_of_what_was_refused_is_the_one_that_counts() -> None:
    rate = Rate(count=1, per=timedelta(seconds=60))
    demand = Demand(limit="account", subject=b"s", rate=rate)
    passed = standing_of(demand, NOON + timedelta(seconds=60), NOON, admitted=True)
    refused = standing_of(demand, NOON + timedelta(seconds=45), NOON, admitted=False)
    assert RateLimited([passed, refused]).wait == timedelta(seconds=45)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "unknown"),
        ("", "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_a_client_is_its_address_or_the_network_it_can_choose_addresses_from(address: str | None, network: str) -> None:
    assert network_of(address) == network
