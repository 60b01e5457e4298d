"""What people do with their own accounts: change them, see where they are signed in, have everything, leave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from account_world import PASSWORD, AccountWorld
from builders import ids, partner
from credcore.accounts import Caller, Origin
from credcore.consent import CONSENT_VERSION
from credcore.errors import Forbidden, InvalidCredentials, InvalidValue, NotFound, Unauthenticated


@pytest.fixture
def world() -> AccountWorld:
    return AccountWorld()


async def test_a_change_changes_what_it_names_and_nothing_else(world: AccountWorld) -> None:
    ada = (await world.register()).caller
    named = await world.own.change(ada, name="  Ada Lovelace ")
    assert (named.name, named.ai_consent) == ("Ada Lovelace", False)
    agreed = await world.own.change(ada, ai_consent=True)
    assert (agreed.name, agreed.ai_consent) == ("Ada Lovelace", True)
    assert await world.accounts.me(ada) == agreed


async def test_consent_is_to_the_text_of_today(world: AccountWorld) -> None:
    ada = (await world.register()).caller
    world.clock.move(days=1)
    await world.own.change(ada, ai_consent=True)
    secrets = world.state.secrets[ada.id]
    assert (secrets.consent_version, secrets.consent_at) == (CONSENT_VERSION, world.clock.now)


@pytest.mark.parametrize("name", ["", " \t", "two\nlines", "x" * 201, "\x00"])
async def test_a_bad_name_changes_nothing(world: AccountWorld, name: str) -> None:
    ada = (await world.register()).caller
    with pytest.raises(InvalidValue) as refused:
        await world.own.change(ada, name=name, ai_consent=True)
    assert refused.value.pointer == "/name"
    assert world.account(ada).name == "Ada King"
    assert not world.account(ada).ai_consent


async def test_sessions_come_newest_first_page_by_page(world: AccountWorld) -> None:
    first = await world.register(origin=Origin(address="192.0.2.1", agent="A browser"))
    others = [await world.login(), await world.login()]
    page = await world.own.sessions(first.caller, limit=2, after=None)
    assert [session.id for session in page.items] == [others[1].session_id, others[0].session_id]
    assert page.next_after == others[0].session_id
    rest = await world.own.sessions(first.caller, limit=2, after=page.next_after)
    [last] = rest.items
    assert (last.id, last.address, last.agent) == (first.session_id, "192.0.2.1", "A browser")
    assert rest.next_after is None
    assert (await world.own.sessions(first.caller, limit=3, after=None)).next_after is None


async def test_nobody_sees_or_ends_somebody_elses_session(world: AccountWorld) -> None:
    ada, eve = await world.register(), await world.register("eve@example.org")
    assert [shown.id for shown in (await world.own.sessions(eve.caller, limit=9, after=None)).items] == [eve.session_id]
    for session_id in (ada.session_id, ids.new_id()):
        with pytest.raises(NotFound):
            await world.own.end_session(eve.caller, session_id)
    assert await world.accounts.refresh(ada.refresh_token)


async def test_an_ended_session_is_over_and_the_others_go_on(world: AccountWorld) -> None:
    here, there = await world.register(), await world.login()
    await world.own.end_session(here.caller, there.session_id)
    with pytest.raises(Unauthenticated):
        await world.accounts.refresh(there.refresh_token)
    assert await world.accounts.refresh(here.refresh_token)
    with pytest.raises(NotFound):
        await world.own.end_session(here.caller, there.session_id)


async def test_an_export_has_the_account_and_no_secret_of_it(world: AccountWorld) -> None:
    ada = await world.register()
    held = await world.own.export(ada.caller)
    [account] = held["account"]
    assert (account["email"], account["name"]) == ("ada@example.org", "Ada King")
    assert [session["family_id"] for session in held["sessions"]] == [str(ada.session_id)]
    assert PASSWORD not in str(held)
    assert ada.refresh_token not in str(held)


async def test_whoever_is_erased_is_gone_and_the_address_free_again(world: AccountWorld) -> None:
    ada = await world.register()
    await world.own.erase(ada.caller, PASSWORD)
    with pytest.raises(InvalidCredentials):
        await world.login()
    for dead in (world.accounts.me(ada.caller), world.accounts.refresh(ada.refresh_token)):
        with pytest.raises(Unauthenticated):
            await dead
    assert (await world.register()).account.id != ada.account.id


@pytest.mark.parametrize("password", ["wrong horse battery", "", "\x00"])
async def test_a_stolen_token_alone_erases_nobody(world: AccountWorld, password: str) -> None:
    ada = (await world.register()).caller
    with pytest.raises(InvalidCredentials):
        await world.own.erase(ada, password)
    assert await world.accounts.me(ada)


@pytest.mark.parametrize(
    "deed",
    [
        lambda own, caller: own.change(caller, name="A platform"),
        lambda own, caller: own.sessions(caller, limit=1, after=None),
        lambda own, caller: own.end_session(caller, ids.new_id()),
        lambda own, caller: own.export(caller),
        lambda own, caller: own.erase(caller, PASSWORD),
    ],
    ids=["change", "sessions", "end_session", "export", "erase"],
)
async def test_a_partner_has_no_account_of_its_own(
    world: AccountWorld, deed: Callable[[object, Caller], Awaitable[object]]
) -> None:
    with pytest.raises(Forbidden):
        await deed(world.own, partner())
