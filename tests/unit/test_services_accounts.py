"""Registering, logging in and staying logged in."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from account_world import AccountWorld
from builders import partner
from credcore.accounts import UserRole
from credcore.errors import EmailTaken, Forbidden, InvalidCredentials, InvalidValue, Unauthenticated
from credcore.rate_limits import RateLimited
from credcore.services.accounts import SignedIn
from credcore.sign_in_ports import StoredPassword
from world import World

PASSWORD = "correct horse battery"


@pytest.fixture
def world() -> World:
    return World()


async def registered(world: World, email: str = "ada@example.org") -> SignedIn:
    return await world.accounts.register(email=email, name="Ada King", password=PASSWORD)


async def test_whoever_registers_is_a_student_signed_in_with_no_consent_to_ai(world: World) -> None:
    signed_in = await registered(world, " Ada@Example.org ")
    account = signed_in.account
    assert (account.email, account.name, account.role) == ("ada@example.org", "Ada King", UserRole.STUDENT)
    assert not account.ai_consent
    assert account.created_at == world.clock.now
    assert await world.accounts.me(account.caller) == account
    assert (await world.accounts.refresh(signed_in.refresh_token)).account == account


async def test_an_address_is_taken_however_it_is_written(world: World) -> None:
    await registered(world)
    with pytest.raises(EmailTaken):
        await registered(world, "ADA@EXAMPLE.ORG")


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [("email", "ada", "/email"), ("name", " ", "/name"), ("password", "too short", "/password")],
)
async def test_a_registration_with_a_bad_field_makes_no_account(
    world: World, field: str, value: str, pointer: str
) -> None:
    fields = {"email": "ada@example.org", "name": "Ada", "password": PASSWORD} | {field: value}
    with pytest.raises(InvalidValue) as refused:
        await world.accounts.register(**fields)
    assert refused.value.pointer == pointer
    assert world.state.accounts == {}


async def test_the_right_password_logs_in(world: World) -> None:
    account = (await registered(world)).account
    signed_in = await world.accounts.login(email="ADA@example.org", password=PASSWORD)
    assert signed_in.account == account


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@example.org", "wrong horse battery"),
        ("ada@example.org", ""),
        ("ada@example.org", "x" * 1000),
        ("ada@example.org", "\x00"),
        ("eve@example.org", PASSWORD),
        ("no address", PASSWORD),
        ("\x00", PASSWORD),
    ],
)
async def test_a_failed_login_says_nothing_and_costs_a_verification_all_the_same(
    world: World, email: str, password: str
) -> None:
    await registered(world)
    with pytest.raises(InvalidCredentials) as refused:
        await world.accounts.login(email=email, password=password)
    assert str(refused.value) == ""
    assert len(world.hasher.verified) == 1


async def test_an_empty_password_never_matches_even_where_an_unstorable_one_was_tried(world: World) -> None:
    account = (await registered(world)).account
    await world.people.replace_password_hash(account.id, f"plain:{PASSWORD}", "plain:another password")
    with pytest.raises(InvalidCredentials):
        await world.accounts.login(email=account.email, password="\x00")


async def test_who_registered_under_a_shorter_minimum_still_gets_in(world: World) -> None:
    await registered(world)
    stricter = replace(world.accounts, password_min_length=60)
    assert await stricter.login(email="ada@example.org", password=PASSWORD)


async def stored(world: World) -> StoredPassword:
    found = await world.people.by_email("ada@example.org")
    assert found is not None
    return found


async def test_an_outdated_hash_is_made_anew_at_the_next_login(world: World) -> None:
    account = (await registered(world)).account
    await world.people.replace_password_hash(account.id, f"plain:{PASSWORD}", f"stale:{PASSWORD}")
    await world.accounts.login(email=account.email, password=PASSWORD)
    assert (await stored(world)).password_hash == f"plain:{PASSWORD}"


async def test_a_hash_is_replaced_only_where_the_old_one_still_stands(world: World) -> None:
    account = (await registered(world)).account
    await world.people.replace_password_hash(account.id, "plain:another", "plain:stolen")
    assert (await stored(world)).password_hash == f"plain:{PASSWORD}"


async def test_a_refresh_token_rotates_and_a_lost_answer_gives_the_same_successor_again(world: World) -> None:
    first = (await registered(world)).refresh_token
    second = (await world.accounts.refresh(first)).refresh_token
    world.clock.move(seconds=9)
    assert (await world.accounts.refresh(first)).refresh_token == second
    assert second != first


async def test_a_token_used_again_after_its_successor_ends_the_family(world: World) -> None:
    first = (await registered(world)).refresh_token
    second = (await world.accounts.refresh(first)).refresh_token
    third = (await world.accounts.refresh(second)).refresh_token
    with pytest.raises(Unauthenticated):
        await world.accounts.refresh(first)
    with pytest.raises(Unauthenticated):
        await world.accounts.refresh(third)


async def test_one_family_s_end_leaves_the_others_alone(world: World) -> None:
    first = await registered(world)
    second = await world.accounts.login(email="ada@example.org", password=PASSWORD)
    await world.accounts.logout(first.refresh_token)
    await world.accounts.logout("an unknown token")
    with pytest.raises(Unauthenticated):
        await world.accounts.refresh(first.refresh_token)
    assert await world.accounts.refresh(second.refresh_token)


async def test_an_idle_an_unknown_and_an_orphaned_token_give_nothing(world: World) -> None:
    signed_in = await registered(world)
    with pytest.raises(Unauthenticated):
        await world.accounts.refresh("an unknown token")
    world.clock.now += timedelta(days=14)
    with pytest.raises(Unauthenticated):
        await world.accounts.refresh(signed_in.refresh_token)
    world.state.accounts.clear()
    with pytest.raises(Unauthenticated):
        await world.accounts.refresh(signed_in.refresh_token)


async def test_the_account_is_for_persons_who_have_one_with_the_epoch_it_is_at(world: World) -> None:
    account = (await registered(world)).account
    with pytest.raises(Forbidden):
        await world.accounts.me(partner())
    with pytest.raises(Unauthenticated):
        await world.accounts.me(replace(account.caller, epoch=2))
    world.state.accounts.clear()
    with pytest.raises(Unauthenticated):
        await world.accounts.me(account.caller)


async def test_whoever_stands_is_admitted_person_or_partner_and_nobody_else(world: World) -> None:
    account = (await registered(world)).account
    platform = partner()
    world.state.partners[platform.id] = platform.epoch
    for caller in (account.caller, platform):
        await world.accounts.admit(caller)
        with pytest.raises(Unauthenticated):
            await world.accounts.admit(replace(caller, epoch=caller.epoch + 1))
    with pytest.raises(Unauthenticated):
        await world.accounts.admit(partner())


# --- how often --------------------------------------------------------------------------------------------------------


async def test_new_tokens_come_ten_at_once_and_then_evenly() -> None:
    world = AccountWorld()
    signed_in = await world.register()
    for _ in range(10):
        signed_in = await world.accounts.refresh(signed_in.refresh_token)
    with pytest.raises(RateLimited):
        await world.accounts.refresh(signed_in.refresh_token)
    world.clock.move(seconds=6)
    assert await world.accounts.refresh(signed_in.refresh_token)


async def test_a_lost_answer_can_be_asked_for_as_often_as_it_takes() -> None:
    world = AccountWorld()
    first = (await world.register()).refresh_token
    second = (await world.accounts.refresh(first)).refresh_token
    for _ in range(20):
        assert (await world.accounts.refresh(first)).refresh_token == second


async def test_a_dead_token_is_tried_ten_times_and_shuts_its_owner_out_of_nothing() -> None:
    world = AccountWorld()
    dead, alive = await world.register(), await world.login()
    assert await world.accounts.logout(dead.refresh_token) == dead.session_id
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            await world.accounts.refresh(dead.refresh_token)
    with pytest.raises(RateLimited):
        await world.accounts.refresh(dead.refresh_token)
    assert await world.accounts.refresh(alive.refresh_token)
    assert await world.accounts.logout(alive.refresh_token) == alive.session_id


async def test_a_token_that_ends_nothing_is_no_error_ten_times() -> None:
    world = AccountWorld()
    for _ in range(10):
        assert await world.accounts.logout("unknown") is None
    with pytest.raises(RateLimited):
        await world.accounts.logout("unknown")


async def test_an_access_token_says_which_session_it_was_issued_with(world: World) -> None:
    signed_in = await registered(world)
    assert signed_in.caller == replace(signed_in.account.caller, session_id=signed_in.session_id)
