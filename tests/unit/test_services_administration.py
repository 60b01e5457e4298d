"""What administrators and the operator do with other people's accounts, and the entries it leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from account_world import AccountWorld
from builders import ids
from credcore.accounts import Origin, UserRole
from credcore.audit import OPERATOR, Actor, Deed
from credcore.errors import Forbidden, InvalidValue, NotFound, Unauthenticated
from credcore.services.administration import Administration


@pytest.fixture
def world() -> AccountWorld:
    return AccountWorld()


async def test_a_changed_role_ends_the_tokens_that_carry_the_old_one(world: AccountWorld) -> None:
    admin, ada = await world.administrator(), (await world.register()).caller
    changed = await world.administration.set_role(admin, ada.id, UserRole.ADVISOR)
    assert changed.role is UserRole.ADVISOR
    with pytest.raises(Unauthenticated):
        await world.accounts.me(ada)
    assert await world.accounts.me(world.now_at(ada)) == changed
    assert await world.deeds() == [(Deed.ROLE_CHANGED, "from student to advisor")]


async def test_an_account_is_found_by_its_id_and_by_its_address_however_it_is_written(world: AccountWorld) -> None:
    admin, ada = await world.administrator(), await world.register()
    assert await world.administration.find(admin, ada.account.id) == ada.account
    assert await world.administration.by_email(admin, " ADA@Example.org ") == ada.account
    assert await world.deeds() == [(Deed.ACCOUNT_READ, "")] * 2


async def test_accounts_come_newest_first_page_by_page(world: AccountWorld) -> None:
    admin = await world.administrator()
    people = [(await world.register(f"{name}@example.org")).account for name in ("ada", "ben")]
    page = await world.administration.page(admin, limit=2, after=None)
    assert list(page.items) == [people[1], people[0]]
    rest = await world.administration.page(admin, limit=2, after=page.next_after)
    assert [account.email for account in rest.items] == ["root@example.org"]
    assert rest.next_after is None


async def test_a_reset_goes_to_the_address_of_the_account(world: AccountWorld) -> None:
    admin, ada = await world.administrator(), (await world.register()).account
    await world.administration.send_reset(admin, ada.id)
    assert [mail.to for mail in world.outbox.sent] == [ada.email]
    assert Deed.RESET_ISSUED in dict(await world.deeds())


@pytest.mark.parametrize("email", ["", "no address", "\x00"])
async def test_what_is_no_address_is_not_looked_up(world: AccountWorld, email: str) -> None:
    with pytest.raises(InvalidValue):
        await world.administration.by_email(await world.administrator(), email)
    assert await world.deeds() == []


DEEDS: dict[str, Callable[[Administration, Actor], Awaitable[object]]] = {
    "page": lambda desk, actor: desk.page(actor, limit=1, after=None),
    "by_email": lambda desk, actor: desk.by_email(actor, "nobody@example.org"),
    "find": lambda desk, actor: desk.find(actor, ids.new_id()),
    "set_role": lambda desk, actor: desk.set_role(actor, ids.new_id(), UserRole.ADMIN),
    "remove_second_factor": lambda desk, actor: desk.remove_second_factor(actor, ids.new_id()),
    "send_reset": lambda desk, actor: desk.send_reset(actor, ids.new_id()),
    "record": lambda desk, actor: desk.record(actor, Deed.METRICS_READ),
}


@pytest.mark.parametrize("name", ["by_email", "find", "set_role", "remove_second_factor", "send_reset"])
async def test_who_is_not_there_is_not_found_and_nothing_is_recorded(world: AccountWorld, name: str) -> None:
    with pytest.raises(NotFound):
        await DEEDS[name](world.administration, await world.administrator())
    assert await world.deeds() == []


@pytest.mark.parametrize("name", DEEDS)
@pytest.mark.parametrize("role", [UserRole.STUDENT, UserRole.ADVISOR])
async def test_nobody_else_administers(world: AccountWorld, role: UserRole, name: str) -> None:
    actor = Actor(caller=(await world.register(role=role)).caller)
    with pytest.raises(Forbidden):
        await DEEDS[name](world.administration, actor)
    assert await world.deeds() == []


@pytest.mark.parametrize("name", DEEDS)
async def test_an_administrator_who_no_longer_is_one_does_nothing(world: AccountWorld, name: str) -> None:
    admin = await world.administrator()
    assert admin.caller is not None
    await world.administration.set_role(OPERATOR, admin.caller.id, UserRole.STUDENT)
    with pytest.raises(Unauthenticated):
        await DEEDS[name](world.administration, admin)


async def test_what_is_recorded_says_who_did_it_and_from_where(world: AccountWorld) -> None:
    admin = await world.administrator()
    assert admin.caller is not None
    origin = Origin(address="192.0.2.7", agent="A browser")
    await world.administration.record(Actor(caller=admin.caller, origin=origin), Deed.METRICS_READ, "all months")
    await world.administration.record(OPERATOR, Deed.KEYS_ROTATED)
    rotated, read = (await world.audit.entries(limit=9, after=None)).items
    assert (read.actor_id, read.by_operator, read.deed) == (admin.caller.id, False, Deed.METRICS_READ)
    assert (read.detail, read.address, read.at) == ("all months", "192.0.2.7", world.clock.now)
    assert (rotated.actor_id, rotated.by_operator, rotated.deed) == (None, True, Deed.KEYS_ROTATED)


async def test_the_trail_names_who_stands_and_looking_at_it_is_the_next_entry(world: AccountWorld) -> None:
    admin, ada = await world.administrator(), (await world.register()).caller
    await world.administration.set_role(admin, ada.id, UserRole.ADVISOR)
    first = await world.administration.trail(admin, limit=9)
    assert [entry.deed for entry in first.entries] == [Deed.ROLE_CHANGED]
    assert first.emails[ada.id] == "ada@example.org"
    assert set(first.emails) == {ada.id, first.entries[0].actor_id}
    second = await world.administration.trail(OPERATOR, limit=1)
    assert [entry.deed for entry in second.entries] == [Deed.AUDIT_READ]
    assert (first.more, second.more) == (False, True)


async def test_the_trail_is_shown_to_nobody_else(world: AccountWorld) -> None:
    ada = (await world.register()).caller
    with pytest.raises(Forbidden):
        await world.administration.trail(Actor(caller=ada), limit=9)
    assert world.state.audit == []
