"""RefreshTokenStore: of any number at once one rotates, and a token used twice costs its whole family."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta

import pytest

from builders import FakeClock, ids
from credcore.accounts import RefreshOutcome, RefreshToken, refresh_outcome
from credcore.errors import Unauthenticated
from credcore.rate_limits import Demand, Rate, RateLimited
from credcore.sign_in_ports import Presented


def new_hash() -> bytes:
    return secrets.token_bytes(32)


async def signed_in(stores):
    """An account with the first token of a family."""
    account = await stores.account()
    token = new_hash()
    await stores.refresh_tokens.open_family(ids.new_id(), account.id, token)
    return account, token


async def present(stores, token, successor, decide=refresh_outcome):
    return (await stores.refresh_tokens.present(token, successor, decide)).account


async def refused(stores, token) -> bool:
    try:
        await present(stores, token, new_hash())
    except Unauthenticated:
        return True
    return False


async def test_a_token_gives_its_account_and_is_spent_for_the_next(stores):
    account, first = await signed_in(stores)
    second, third = new_hash(), new_hash()
    assert await present(stores, first, second) == account
    assert await present(stores, second, third) == account
    assert not await refused(stores, third)


async def test_the_rule_is_told_all_it_needs(stores, clock: FakeClock):
    account, family = await stores.account(), ids.new_id()
    first, second = new_hash(), new_hash()
    await stores.refresh_tokens.open_family(family, account.id, first)
    began, told = clock.now, []

    def decide(token: RefreshToken, now):
        told.append((token, now))
        return RefreshOutcome.ROTATE if token.spent_at is None else RefreshOutcome.SAME_AGAIN

    rotated = clock.move(days=1)
    await present(stores, first, second, decide)
    clock.move(seconds=3)
    await present(stores, first, second, decide)
    await present(stores, second, new_hash(), decide)
    await present(stores, first, second, decide)
    state = [(token.issued_at, token.spent_at, token.successor_spent) for token, _ in told]
    assert state == [
        (began, None, False),
        (began, rotated, False),
        (rotated, None, False),
        (began, rotated, True),
    ]
    assert {(token.family_id, token.family_started_at, token.family_revoked) for token, _ in told} == {
        (family, began, False)
    }
    assert [now for _, now in told] == [rotated, clock.now, clock.now, clock.now]


async def test_a_lost_answer_can_be_asked_for_again_while_it_is_unused(stores, clock: FakeClock):
    account, first = await signed_in(stores)
    second = new_hash()
    await present(stores, first, second)
    clock.move(seconds=9)
    assert await present(stores, first, second) == account
    assert not await refused(stores, second)


async def test_a_spent_token_after_the_overlap_ends_the_family_for_good(stores, clock: FakeClock):
    _, first = await signed_in(stores)
    second = new_hash()
    await present(stores, first, second)
    clock.move(seconds=10)
    assert await refused(stores, first)
    assert await refused(stores, second)


async def test_a_spent_token_whose_successor_is_used_ends_the_family_for_good(stores):
    _, first = await signed_in(stores)
    second, third = new_hash(), new_hash()
    await present(stores, first, second)
    await present(stores, second, third)
    assert await refused(stores, first)
    assert await refused(stores, third)


async def test_a_family_that_ends_takes_no_other_with_it(stores):
    account, first = await signed_in(stores)
    other = new_hash()
    await stores.refresh_tokens.open_family(ids.new_id(), account.id, other)
    await stores.refresh_tokens.revoke_family_of(first)
    assert await refused(stores, first)
    assert not await refused(stores, other)


async def test_a_hundred_at_once_rotate_once(stores):
    account, first = await signed_in(stores)
    second, outcomes = new_hash(), []

    def decide(token: RefreshToken, now):
        outcomes.append(refresh_outcome(token, now))
        return outcomes[-1]

    given = await asyncio.gather(*(present(stores, first, second, decide) for _ in range(100)))
    assert all(found == account for found in given)
    assert outcomes.count(RefreshOutcome.ROTATE) == 1
    assert outcomes.count(RefreshOutcome.SAME_AGAIN) == 99
    assert not await refused(stores, second)


@pytest.mark.parametrize("days", [14, 30])
async def test_a_token_that_is_too_old_is_refused(stores, clock: FakeClock, days):
    _, token = await signed_in(stores)
    clock.move(days=days)
    assert await refused(stores, token)


async def test_what_the_rule_raises_leaves_the_token_as_it_was(stores):
    _, token = await signed_in(stores)

    def fail(token: RefreshToken, now):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        await present(stores, token, new_hash(), fail)
    assert not await refused(stores, token)


async def test_an_unknown_token_is_refused_and_revoking_it_is_no_error(stores):
    assert await refused(stores, new_hash())
    await stores.refresh_tokens.revoke_family_of(new_hash())


async def test_the_newest_token_and_a_spent_one_both_end_their_family(stores):
    for use_spent in (True, False):
        _, first = await signed_in(stores)
        second = new_hash()
        await present(stores, first, second)
        await stores.refresh_tokens.revoke_family_of(first if use_spent else second)
        assert await refused(stores, second)


async def test_whoever_has_no_account_gets_no_family(stores):
    with pytest.raises(Unauthenticated):
        await stores.refresh_tokens.open_family(ids.new_id(), ids.new_id(), new_hash())


async def test_opening_the_same_family_again_changes_nothing(stores):
    account, family = await stores.account(), ids.new_id()
    first, second = new_hash(), new_hash()
    await stores.refresh_tokens.open_family(family, account.id, first)
    await present(stores, first, second)
    await stores.refresh_tokens.open_family(family, account.id, first)
    await present(stores, second, new_hash())
    assert await refused(stores, first)


async def test_the_tokens_of_an_erased_account_are_dead(stores):
    account, token = await signed_in(stores)
    await stores.office.erase(account.id)
    assert await refused(stores, token)


async def test_a_refreshed_account_is_the_one_that_stands_now(stores):
    account, token = await signed_in(stores)
    await stores.office.move_epoch(account.id)
    assert (await present(stores, token, new_hash())).epoch == 2


ACCOUNT_RATE = Rate(count=3, per=timedelta(minutes=1))


def limit(account_id) -> Demand:
    return Demand(limit="account", subject=account_id.bytes, rate=ACCOUNT_RATE)


async def outcomes_of(attempts) -> list[type]:
    return [type(outcome) for outcome in await asyncio.gather(*attempts, return_exceptions=True)]


async def signed_in_often(stores, times: int):
    account, tokens = await stores.account(), [new_hash() for _ in range(times)]
    for token in tokens:
        await stores.refresh_tokens.open_family(ids.new_id(), account.id, token)
    return account, tokens


async def test_of_an_accounts_many_rotations_at_once_as_many_pass_as_its_limit_says(stores, clock: FakeClock):
    _, tokens = await signed_in_often(stores, 20)
    present = stores.refresh_tokens.present
    outcomes = await outcomes_of(present(token, new_hash(), refresh_outcome, limit) for token in tokens)
    assert (outcomes.count(Presented), outcomes.count(RateLimited)) == (3, 17)
    clock.move(minutes=1)
    refused = [token for token, outcome in zip(tokens, outcomes, strict=True) if outcome is RateLimited]
    assert await present(refused[0], new_hash(), refresh_outcome, limit)


async def test_a_hundred_at_once_for_one_successor_count_once(stores):
    account, first = await signed_in(stores)
    second = new_hash()
    again = (stores.refresh_tokens.present(first, second, refresh_outcome, limit) for _ in range(100))
    assert await outcomes_of(again) == [Presented] * 100
    [standing] = await stores.rate_limits.hit([limit(account.id)])
    assert standing.remaining == 1


async def test_a_token_that_gives_nothing_counts_for_nobody(stores, clock: FakeClock):
    account, first = await signed_in(stores)
    present = stores.refresh_tokens.present
    await present(first, new_hash(), refresh_outcome)
    clock.move(seconds=11)
    for token in (first, first, new_hash(), new_hash()):
        with pytest.raises(Unauthenticated):
            await present(token, new_hash(), refresh_outcome, limit)
    [standing] = await stores.rate_limits.hit([limit(account.id)])
    assert standing.remaining == 2


async def test_a_spent_token_ends_its_family_also_where_the_account_is_at_its_limit(stores, clock: FakeClock):
    account, first = await signed_in(stores)
    second = new_hash()
    await present(stores, first, second)
    clock.move(seconds=11)
    for _ in range(4):
        await stores.rate_limits.hit([limit(account.id)])
    with pytest.raises(Unauthenticated):
        await stores.refresh_tokens.present(first, new_hash(), refresh_outcome, limit)
    assert await refused(stores, second)


async def test_of_an_accounts_many_endings_at_once_as_many_pass_as_its_limit_says(stores):
    _, tokens = await signed_in_often(stores, 10)
    end = stores.refresh_tokens.revoke_family_of
    outcomes = await outcomes_of(end(token, limit) for token in tokens)
    assert outcomes.count(RateLimited) == 7
    stand = [token for token, outcome in zip(tokens, outcomes, strict=True) if outcome is RateLimited]
    assert [await refused(stores, token) for token in stand] == [False] * 7


async def test_ending_what_has_ended_or_never_was_counts_for_nobody(stores):
    account, token = await signed_in(stores)
    end = stores.refresh_tokens.revoke_family_of
    assert await end(token, limit)
    assert [await end(each, limit) for each in (token, token, token, new_hash())] == [None] * 4
    [standing] = await stores.rate_limits.hit([limit(account.id)])
    assert standing.remaining == 1


async def test_many_who_end_one_family_at_once_count_once(stores):
    account, token = await signed_in(stores)
    ended = await asyncio.gather(*(stores.refresh_tokens.revoke_family_of(token, limit) for _ in range(20)))
    assert [family for family in ended if family] == [next(family for family in ended if family)]
    [standing] = await stores.rate_limits.hit([limit(account.id)])
    assert standing.remaining == 1
