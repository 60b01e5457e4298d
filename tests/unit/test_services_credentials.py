"""Changing a password, and getting back in without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from account_world import PASSWORD, STOLEN, AccountWorld
from builders import partner
from credcore.audit import OPERATOR, Actor, Deed
from credcore.errors import (
    Forbidden,
    InvalidCredentials,
    InvalidValue,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from credcore.rate_limits import RateLimited

NEW = "four words and nothing else"


@pytest.fixture
def world() -> AccountWorld:
    return AccountWorld()


async def reset_token(world: AccountWorld) -> str:
    """The token of a reset that the operator sent to Ada."""
    await world.credentials.send_reset(OPERATOR, "ada@example.org")
    return world.outbox.sent[-1].text.split("POST /auth/reset:\n\n")[1].split()[0]


async def test_the_new_password_logs_in_and_the_old_one_does_not(world: AccountWorld) -> None:
    ada = (await world.register()).caller
    await world.credentials.change_password(ada, current=PASSWORD, new=NEW)
    assert await world.login(NEW)
    with pytest.raises(InvalidCredentials):
        await world.login(PASSWORD)


async def test_a_new_password_ends_all_other_sessions_and_every_access_token(world: AccountWorld) -> None:
    here, there = await world.register(), await world.login()
    await world.credentials.change_password(here.caller, current=PASSWORD, new=NEW)
    assert (await world.accounts.refresh(here.refresh_token)).session_id == here.session_id
    with pytest.raises(Unauthenticated):
        await world.accounts.refresh(there.refresh_token)
    with pytest.raises(Unauthenticated):
        await world.accounts.me(here.caller)


async def test_a_wrong_password_changes_nothing(world: AccountWorld) -> None:
    ada = (await world.register()).caller
    with pytest.raises(InvalidCredentials):
        await world.credentials.change_password(ada, current="wrong horse battery", new=NEW)
    assert await world.login(PASSWORD)
    assert await world.accounts.me(ada)


@pytest.mark.parametrize("unfit", ["too short", STOLEN, "ada@example.org 1", "abcabcabcabcabcabc"])
async def test_a_new_password_is_held_to_the_rules_of_a_first_one(world: AccountWorld, unfit: str) -> None:
    ada = (await world.register()).caller
    with pytest.raises(InvalidValue) as refused:
        await world.credentials.change_password(ada, current=PASSWORD, new=unfit)
    assert refused.value.pointer == "/newPassword"
    assert await world.login(PASSWORD)


@pytest.mark.parametrize("unfit", [STOLEN, "Ada King, Ada King", "aaaaaaaaaaaaaaaaaaaa"])
async def test_nobody_registers_with_what_a_guesser_tries_first(world: AccountWorld, unfit: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        await world.register(password=unfit)
    assert refused.value.pointer == "/password"
    assert world.state.accounts == {}


async def test_without_a_list_of_stolen_passwords_none_is_refused_for_being_on_it(world: AccountWorld) -> None:
    unlisted = replace(world.accounts, stolen=None)
    assert await unlisted.register(email="ada@example.org", name="Ada", password=STOLEN)


async def test_only_persons_have_passwords(world: AccountWorld) -> None:
    with pytest.raises(Forbidden):
        await world.credentials.change_password(partner(), current=PASSWORD, new=NEW)


async def test_a_reset_is_mailed_to_whose_it_is_and_leaves_an_entry(world: AccountWorld) -> None:
    await world.register()
    token = await reset_token(world)
    [mail] = world.outbox.sent
    assert mail.to == "ada@example.org"
    assert token not in mail.subject
    assert await world.deeds() == [(Deed.RESET_ISSUED, "")]


async def test_a_link_carries_the_token_where_no_log_and_no_referer_has_it(world: AccountWorld) -> None:
    await world.register()
    with_page = replace(world.credentials, reset_page="https://campus.example/choose")
    await with_page.send_reset(OPERATOR, " ADA@example.org ")
    [mail] = world.outbox.sent
    [link] = [line for line in mail.text.splitlines() if line.startswith("https:")]
    page, _, token = link.partition("#token=")
    assert page == "https://campus.example/choose"
    await world.credentials.reset(token, NEW)
    assert await world.login(NEW)


async def test_a_reset_lets_in_with_the_new_password_and_ends_every_session(world: AccountWorld) -> None:
    before = await world.register()
    await world.credentials.reset(await reset_token(world), NEW)
    assert await world.login(NEW)
    with pytest.raises(Unauthenticated):
        await world.accounts.refresh(before.refresh_token)
    with pytest.raises(Unauthenticated):
        await world.accounts.me(before.caller)


async def test_a_reset_is_good_once(world: AccountWorld) -> None:
    await world.register()
    token = await reset_token(world)
    await world.credentials.reset(token, NEW)
    with pytest.raises(Unauthenticated):
        await world.credentials.reset(token, "another few words of it")
    assert await world.login(NEW)


async def test_a_reset_is_good_for_an_hour(world: AccountWorld) -> None:
    await world.register()
    token = await reset_token(world)
    world.clock.move(hours=1)
    with pytest.raises(Unauthenticated):
        await world.credentials.reset(token, NEW)
    world.clock.now -= timedelta(microseconds=1)
    await world.credentials.reset(token, NEW)


async def test_a_password_that_is_not_fit_leaves_the_reset_good(world: AccountWorld) -> None:
    await world.register()
    token = await reset_token(world)
    with pytest.raises(InvalidValue) as refused:
        await world.credentials.reset(token, "Ada King 2026!!")
    assert refused.value.pointer == "/newPassword"
    await world.credentials.reset(token, NEW)


async def test_an_unknown_token_is_refused_before_the_password_is_looked_at(world: AccountWorld) -> None:
    await world.register()
    with pytest.raises(Unauthenticated):
        await world.credentials.reset("unknown", "short")


async def test_whoever_holds_a_reset_has_ten_tries_at_a_fit_password(world: AccountWorld) -> None:
    await world.register()
    token = await reset_token(world)
    for _ in range(10):
        with pytest.raises(InvalidValue):
            await world.credentials.reset(token, "too short")
    with pytest.raises(RateLimited):
        await world.credentials.reset(token, NEW)
    world.clock.move(seconds=6)
    await world.credentials.reset(token, NEW)


async def test_a_token_that_is_good_for_nothing_is_tried_ten_times_and_uses_up_no_tries_of_others(
    world: AccountWorld,
) -> None:
    await world.register()
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            await world.credentials.reset("unknown", NEW)
    with pytest.raises(RateLimited):
        await world.credentials.reset("unknown", NEW)
    await world.credentials.reset(await reset_token(world), NEW)


async def test_where_nothing_is_counted_a_reset_is_tried_as_often_as_it_takes(world: AccountWorld) -> None:
    await world.register()
    uncounted = replace(world.credentials, attempts=None)
    token = await reset_token(world)
    for _ in range(20):
        with pytest.raises(Unauthenticated):
            await uncounted.reset("unknown", NEW)
        with pytest.raises(InvalidValue):
            await uncounted.reset(token, "too short")
    await uncounted.reset(token, NEW)
    assert await world.login(NEW)


async def test_of_two_who_spend_a_reset_at_once_the_later_changes_nothing(world: AccountWorld) -> None:
    """The other one spends it between this one's look and its own spending."""
    await world.register()
    token = await reset_token(world)
    hasher = world.credentials.new.hasher

    class Slow:
        async def hash(self, password: str) -> str:
            await world.credentials.reset(token, NEW)
            return await hasher.hash(password)

    slow = replace(world.credentials, new=replace(world.credentials.new, hasher=Slow()))  # type: ignore[arg-type]  # hashes only
    with pytest.raises(Unauthenticated):
        await slow.reset(token, "the words of the slower one")
    assert await world.login(NEW)


async def test_there_is_no_reset_for_an_address_that_nobody_has(world: AccountWorld) -> None:
    with pytest.raises(NotFound):
        await world.credentials.send_reset(OPERATOR, "nobody@example.org")
    with pytest.raises(InvalidValue):
        await world.credentials.send_reset(OPERATOR, "no address")
    assert world.outbox.sent == []
    assert await world.deeds() == []


async def test_whoever_is_no_administrator_sends_no_reset(world: AccountWorld) -> None:
    ada = (await world.register()).caller
    with pytest.raises(Unauthenticated):
        await world.credentials.send_reset(Actor(caller=ada), "ada@example.org")
    assert world.outbox.sent == []


async def test_a_mail_that_cannot_be_sent_is_no_success(world: AccountWorld) -> None:
    await world.register()
    world.outbox.down = True
    with pytest.raises(Unavailable):
        await world.credentials.send_reset(OPERATOR, "ada@example.org")
    assert await world.login(PASSWORD)
