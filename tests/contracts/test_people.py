"""PeopleStore and AuditStore: only administrators do things to other people's accounts, and it leaves an entry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders import MARK, FakeClock, ids
from credcore.accounts import Origin, UserRole
from credcore.audit import OPERATOR, Actor, AuditEntry, Deed
from credcore.errors import NotFound, Unauthenticated


async def _admin(stores) -> Actor:
    account = await stores.account(role=UserRole.ADMIN)
    return Actor(caller=account.caller, origin=Origin(address="192.0.2.7"))


async def _entries(stores) -> tuple[AuditEntry, ...]:
    return (await stores.audit.entries(limit=100, after=None)).items


async def test_a_changed_role_ends_tokens_and_says_who_what_when_and_from_where(stores, clock: FakeClock):
    admin, student = await _admin(stores), await stores.account()
    id = ids.new_id()
    changed = await stores.people.set_role(admin, id, student.id, UserRole.ADVISOR)
    assert changed == replace(student, role=UserRole.ADVISOR, epoch=student.epoch + 1)
    with pytest.raises(Unauthenticated):
        await stores.accounts.of(student.caller)
    assert await _entries(stores) == (
        AuditEntry(
            id=id,
            at=clock.now,
            actor_id=admin.caller.id,
            by_operator=False,
            deed=Deed.ROLE_CHANGED,
            subject_id=student.id,
            detail="from student to advisor",
            address="192.0.2.7",
        ),
    )


async def test_a_role_that_stays_changes_nothing_and_leaves_no_entry(stores):
    admin, student = await _admin(stores), await stores.account()
    assert await stores.people.set_role(admin, ids.new_id(), student.id, UserRole.STUDENT) == student
    assert await stores.accounts.of(student.caller) == student
    assert await _entries(stores) == ()


async def test_the_operator_needs_no_account(stores):
    student = await stores.account()
    await stores.people.set_role(OPERATOR, ids.new_id(), student.id, UserRole.ADMIN)
    [entry] = await _entries(stores)
    assert (entry.actor_id, entry.by_operator, entry.address) == (None, True, None)


async def test_a_second_factor_is_taken_off_for_whoever_lost_it_with_its_recovery_codes_and_leaves_an_entry(stores):
    admin, student = await _admin(stores), await stores.account()
    await stores.second_factors.begin(student.caller, "SECRET")
    await stores.second_factors.confirm(student.caller, 1, [b"recovery"])
    assert await stores.people.remove_second_factor(admin, ids.new_id(), student.id) == student
    assert (await stores.passwords.of(student.caller)).second_factor is None
    assert not await stores.second_factors.spend_recovery(student.id, b"recovery")
    [entry] = await _entries(stores)
    assert (entry.deed, entry.subject_id) == (Deed.SECOND_FACTOR_REMOVED, student.id)
    await stores.people.remove_second_factor(admin, ids.new_id(), student.id)
    assert await _entries(stores) == (entry,)


async def test_nobody_but_an_administrator_takes_a_second_factor_off(stores):
    student, other = await stores.account(), await stores.account()
    await stores.second_factors.begin(student.caller, "SECRET")
    with pytest.raises(Unauthenticated):
        await stores.people.remove_second_factor(Actor(caller=other.caller), ids.new_id(), student.id)
    with pytest.raises(NotFound):
        await stores.people.remove_second_factor(OPERATOR, ids.new_id(), ids.new_id())
    assert (await stores.passwords.of(student.caller)).second_factor is not None
    assert await _entries(stores) == ()


async def test_looking_at_people_leaves_an_entry(stores):
    admin = await _admin(stores)
    student = await stores.account(email="ada@example.org")
    assert await stores.people.find(admin, ids.new_id(), student.id) == student
    assert await stores.people.by_email(admin, ids.new_id(), "ADA@example.org") == student
    await stores.people.page(admin, ids.new_id(), limit=1, after=None)
    entries = await _entries(stores)
    assert [(entry.deed, entry.subject_id) for entry in reversed(entries)] == [
        (Deed.ACCOUNT_READ, student.id),
        (Deed.ACCOUNT_READ, student.id),
        (Deed.ACCOUNTS_LISTED, None),
    ]


async def test_people_come_in_pages_newest_first(stores):
    accounts = [await stores.account() for _ in range(5)]
    newest = sorted(accounts, key=lambda account: account.id, reverse=True)
    seen, after = [], None
    for size in (2, 2, 1):
        page = await stores.people.page(OPERATOR, ids.new_id(), limit=2, after=after)
        assert len(page.items) == size
        seen += page.items
        after = page.next_after
    assert (seen, after) == (newest, None)
    empty = await stores.people.page(OPERATOR, ids.new_id(), limit=2, after=newest[-1].id)
    assert (empty.items, empty.next_after) == ((), None)


async def test_who_is_not_there_is_not_found(stores):
    admin = await _admin(stores)
    for attempt in (
        stores.people.find(admin, ids.new_id(), ids.new_id()),
        stores.people.by_email(admin, ids.new_id(), "nobody@example.org"),
        stores.people.by_email(admin, ids.new_id(), "nul\x00"),
        stores.people.set_role(admin, ids.new_id(), ids.new_id(), UserRole.ADMIN),
        stores.people.set_role(admin, ids.new_id(), (await stores.partner()).id, UserRole.ADMIN),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await _entries(stores) == ()


@pytest.mark.parametrize("who", ["student", "advisor", "former administrator", "partner"])
async def test_nobody_but_a_standing_administrator_does_any_of_it(stores, who):
    match who:
        case "former administrator":
            caller = (await _admin(stores)).caller
            await stores.office.move_epoch(caller.id)
        case "partner":
            caller = await stores.partner()
        case _:
            caller = (await stores.account(role=UserRole(who))).caller
    # What the token says of its role counts for nothing.
    actor, subject = Actor(caller=replace(caller, role=UserRole.ADMIN)), await stores.account()
    for attempt in (
        stores.people.page(actor, ids.new_id(), limit=5, after=None),
        stores.people.find(actor, ids.new_id(), subject.id),
        stores.people.by_email(actor, ids.new_id(), subject.email),
        stores.people.set_role(actor, ids.new_id(), subject.id, UserRole.ADMIN),
        stores.audit.record(actor, ids.new_id(), Deed.METRICS_READ),
    ):
        with pytest.raises(Unauthenticated):
            await attempt
    assert await stores.accounts.of(subject.caller) == subject
    assert await _entries(stores) == ()


async def test_entries_come_in_pages_newest_first(stores):
    admin = await _admin(stores)
    made = [ids.new_id() for _ in range(3)]
    for id in made:
        await stores.audit.record(admin, id, Deed.METRICS_READ, detail="november")
    first = await stores.audit.entries(limit=2, after=None)
    rest = await stores.audit.entries(limit=2, after=first.next_after)
    assert [entry.id for entry in (*first.items, *rest.items)] == sorted(made, reverse=True)
    assert (rest.next_after, rest.items[0].detail) == (None, "november")


async def test_entries_can_be_had_from_a_moment_on(stores, clock: FakeClock):
    for _ in range(3):
        await stores.audit.record(OPERATOR, ids.new_id(), Deed.METRICS_READ)
        since = clock.now
        clock.move(hours=1)
    page = await stores.audit.entries(limit=9, after=None, since=since)
    assert [entry.at for entry in page.items] == [since]
    assert (await stores.audit.entries(limit=9, after=None, since=clock.now)).items == ()


async def test_whoever_reads_entries_gets_the_addresses_of_those_who_stand(stores):
    ada, gone = await stores.account(email="ada@example.org"), await stores.account()
    await stores.own_accounts.erase(gone.caller, MARK)
    partner = await stores.partner()
    assert await stores.audit.emails({ada.id, gone.id, partner.id, ids.new_id()}) == {ada.id: "ada@example.org"}
    assert await stores.audit.emails(set()) == {}


async def test_entries_outlive_whom_they_are_about_without_naming_them(stores):
    admin, student = await _admin(stores), await stores.account()
    await stores.people.set_role(admin, ids.new_id(), student.id, UserRole.ADVISOR)
    advisor = replace(student.caller, epoch=student.epoch + 1)
    await stores.own_accounts.erase(advisor, MARK)
    [entry] = await _entries(stores)
    assert (entry.subject_id, entry.actor_id, entry.address) == (None, admin.caller.id, "192.0.2.7")
    await stores.own_accounts.erase(admin.caller, MARK)
    [entry] = await _entries(stores)
    assert (entry.subject_id, entry.actor_id, entry.address, entry.by_operator) == (None, None, None, False)
    assert entry.detail == "from student to advisor"
