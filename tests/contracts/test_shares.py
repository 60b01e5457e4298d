"""ShareStore: a share opens a profile to one advisor, is seen by its owner, and ends when it is taken back."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from builders import FakeClock, ids
from contracts.test_profiles import with_own_grades
from credcore.accounts import Account, Caller, UserRole
from credcore.assessment_ports import Completed
from credcore.errors import AssessmentNotCompleted, NotFound, Unauthenticated
from credcore.ports import Fresh, Replay
from credcore.sharing import MOST_SHARES, TooManyShares

ADVISOR = "advisor@example.org"


async def advisor(stores, email: str = ADVISOR, **fields: object) -> Account:
    return await stores.account(email=email, **({"role": UserRole.ADVISOR} | fields))


async def profile(stores, caller: Caller) -> Completed:
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, *(item.question_id for item in begun.items))
    return await stores.profiles.conclude(caller, begun.id, with_own_grades())


async def shared(stores, email: str = ADVISOR):
    """A student's caller, the completed assessment, and its share."""
    caller = await stores.person()
    made = await profile(stores, caller)
    share = await stores.shares.share(caller, made.profile.assessment_id, ids.new_id(), email)
    return caller, made, share


async def test_a_shared_profile_is_read_as_its_owner_reads_it(stores):
    reader = (await advisor(stores)).caller
    _, made, share = await shared(stores)
    assert await stores.shares.view(reader, share.assessment_id) == made
    assert await stores.shares.view(reader, share.assessment_id, revision=1) == made
    for revision in (0, 2, 2**40):
        with pytest.raises(NotFound):
            await stores.shares.view(reader, share.assessment_id, revision)
    with pytest.raises(NotFound):
        await stores.profiles.profile(reader, share.assessment_id)


async def test_a_share_may_come_before_the_advisor(stores):
    _, made, share = await shared(stores)
    reader = (await advisor(stores)).caller
    assert await stores.shares.view(reader, share.assessment_id) == made


@pytest.mark.parametrize("role", [UserRole.STUDENT, UserRole.ADMIN])
async def test_the_address_alone_opens_nothing_without_the_role(stores, role):
    reader = (await advisor(stores, role=role)).caller
    _, _, share = await shared(stores)
    with pytest.raises(NotFound):
        await stores.shares.view(reader, share.assessment_id)
    assert (await stores.shares.shared_with(reader, limit=9, after=None)).items == ()


async def test_nobody_else_reads_it(stores):
    await advisor(stores)
    other = (await advisor(stores, "other@example.org")).caller
    _, _, share = await shared(stores)
    for reader in (other, await stores.person(), await stores.partner()):
        with pytest.raises(NotFound):
            await stores.shares.view(reader, share.assessment_id)


async def test_of_several_shared_profiles_each_is_read_and_counted_by_itself(stores):
    reader = (await advisor(stores)).caller
    both = [await shared(stores), await shared(stores)]
    for _, made, share in both:
        assert await stores.shares.view(reader, share.assessment_id) == made
    for owner, _, share in both:
        assert [shown.views for shown in await stores.shares.of(owner, share.assessment_id)] == [1]


async def test_of_several_advisors_one_can_be_turned_away(stores):
    caller, _, first = await shared(stores, "other@example.org")
    second = await stores.shares.share(caller, first.assessment_id, ids.new_id(), ADVISOR)
    third = await stores.shares.share(caller, first.assessment_id, ids.new_id(), "third@example.org")
    await stores.shares.revoke(caller, first.assessment_id, second.id)
    assert [shown.id for shown in await stores.shares.of(caller, first.assessment_id)] == [first.id, third.id]


async def test_every_view_is_counted_and_dated(stores, clock: FakeClock):
    reader = (await advisor(stores)).caller
    caller, _, share = await shared(stores)
    assert (share.views, share.last_viewed_at) == (0, None)
    for _ in range(3):
        clock.move(minutes=1)
        await stores.shares.view(reader, share.assessment_id)
    viewed = clock.now
    clock.move(minutes=1)
    await stores.profiles.profile(caller, share.assessment_id)
    [seen] = await stores.shares.of(caller, share.assessment_id)
    assert (seen.id, seen.advisor_email, seen.views, seen.last_viewed_at) == (share.id, ADVISOR, 3, viewed)


async def test_what_is_not_there_was_not_viewed(stores):
    reader = (await advisor(stores)).caller
    caller, _, share = await shared(stores)
    with pytest.raises(NotFound):
        await stores.shares.view(reader, share.assessment_id, revision=7)
    assert (await stores.shares.of(caller, share.assessment_id))[0].views == 0


async def test_a_share_that_was_taken_back_opens_nothing_from_then_on(stores):
    reader = (await advisor(stores)).caller
    caller, _, share = await shared(stores)
    await stores.shares.view(reader, share.assessment_id)
    await stores.shares.revoke(caller, share.assessment_id, share.id)
    with pytest.raises(NotFound):
        await stores.shares.view(reader, share.assessment_id)
    assert (await stores.shares.shared_with(reader, limit=9, after=None)).items == ()
    assert list(await stores.shares.of(caller, share.assessment_id)) == []
    with pytest.raises(NotFound):
        await stores.shares.revoke(caller, share.assessment_id, share.id)


async def test_a_share_can_be_given_anew(stores):
    reader = (await advisor(stores)).caller
    caller, made, share = await shared(stores)
    await stores.shares.revoke(caller, share.assessment_id, share.id)
    again = await stores.shares.share(caller, share.assessment_id, ids.new_id(), ADVISOR)
    assert again.id != share.id
    assert again.views == 0
    assert await stores.shares.view(reader, share.assessment_id) == made


async def test_sharing_again_gives_the_share_that_stands(stores):
    caller, _, share = await shared(stores)
    tries = [stores.shares.share(caller, share.assessment_id, ids.new_id(), ADVISOR) for _ in range(10)]
    assert {again.id for again in await asyncio.gather(*tries)} == {share.id}


async def test_of_many_shares_at_once_with_one_address_one_is_made(stores):
    caller = await stores.person()
    id = (await profile(stores, caller)).profile.assessment_id
    tries = [stores.shares.share(caller, id, ids.new_id(), ADVISOR) for _ in range(10)]
    assert len({share.id for share in await asyncio.gather(*tries)}) == 1
    assert len(await stores.shares.of(caller, id)) == 1


async def test_one_profile_has_so_many_readers_at_a_time_and_no_more(stores):
    caller = await stores.person()
    id = (await profile(stores, caller)).profile.assessment_id
    tries = [stores.shares.share(caller, id, ids.new_id(), f"advisor{n}@example.org") for n in range(MOST_SHARES + 5)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(outcome, TooManyShares) for outcome in outcomes) == 5
    standing = await stores.shares.of(caller, id)
    assert len(standing) == MOST_SHARES
    await stores.shares.revoke(caller, id, standing[0].id)
    await stores.shares.share(caller, id, ids.new_id(), ADVISOR)


async def test_only_the_owner_shares_looks_and_takes_back(stores):
    reader = (await advisor(stores)).caller
    _, _, share = await shared(stores)
    for other in (await stores.person(), reader, await stores.partner()):
        with pytest.raises(NotFound):
            await stores.shares.share(other, share.assessment_id, ids.new_id(), "x@example.org")
        with pytest.raises(NotFound):
            await stores.shares.of(other, share.assessment_id)
        with pytest.raises(NotFound):
            await stores.shares.revoke(other, share.assessment_id, share.id)


async def test_a_share_is_taken_back_under_its_own_profile_alone(stores):
    caller, _, share = await shared(stores)
    other = (await profile(stores, caller)).profile.assessment_id
    with pytest.raises(NotFound):
        await stores.shares.revoke(caller, other, share.id)
    assert len(await stores.shares.of(caller, share.assessment_id)) == 1


async def test_there_is_nothing_to_share_before_completion(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    with pytest.raises(AssessmentNotCompleted):
        await stores.shares.share(caller, begun.id, ids.new_id(), ADVISOR)
    assert list(await stores.shares.of(caller, begun.id)) == []


async def test_an_advisor_lists_what_is_shared_newest_first_page_by_page(stores, clock: FakeClock):
    reader = (await advisor(stores)).caller
    expected = []
    for name in ("Ada", "Bea", "Cleo"):
        student = (await stores.account(name=name)).caller
        made = await profile(stores, student)
        clock.move(minutes=1)
        share = await stores.shares.share(student, made.profile.assessment_id, ids.new_id(), ADVISOR)
        expected.insert(0, (share.id, made.profile, name, clock.now))
    await shared(stores, "other@example.org")
    first = await stores.shares.shared_with(reader, limit=2, after=None)
    rest = await stores.shares.shared_with(reader, limit=2, after=first.next_after)
    listed = [(s.share_id, s.profile, s.student_name, s.shared_at) for s in (*first.items, *rest.items)]
    assert listed == expected
    assert rest.next_after is None


async def test_dead_tokens_are_told_nothing(stores):
    reader = (await advisor(stores)).caller
    caller, _, share = await shared(stores)
    for who in (reader, caller):
        await stores.office.move_epoch(who.id)
    with pytest.raises(Unauthenticated):
        await stores.shares.view(reader, share.assessment_id)
    with pytest.raises(Unauthenticated):
        await stores.shares.shared_with(reader, limit=1, after=None)
    with pytest.raises(Unauthenticated):
        await stores.shares.of(caller, share.assessment_id)
    with pytest.raises(Unauthenticated):
        await stores.shares.revoke(caller, share.assessment_id, share.id)
    with pytest.raises(Unauthenticated):
        await stores.shares.share(caller, share.assessment_id, ids.new_id(), ADVISOR)


async def test_what_a_student_shared_goes_with_the_student(stores):
    reader = (await advisor(stores)).caller
    caller, _, share = await shared(stores)
    await stores.shares.view(reader, share.assessment_id)
    await stores.office.erase(caller.id)
    assert (await stores.shares.shared_with(reader, limit=9, after=None)).items == ()
    with pytest.raises(NotFound):
        await stores.shares.view(reader, share.assessment_id)


async def test_whoever_takes_a_gone_advisors_address_inherits_nothing(stores):
    reader = await advisor(stores)
    caller, _, share = await shared(stores)
    await stores.office.erase(reader.id)
    assert list(await stores.shares.of(caller, share.assessment_id)) == []
    heir = (await advisor(stores)).caller
    with pytest.raises(NotFound):
        await stores.shares.view(heir, share.assessment_id)


async def test_both_sides_have_every_view_in_their_export_also_after_it_was_taken_back(stores, clock: FakeClock):
    reader = (await advisor(stores)).caller
    caller, _, share = await shared(stores)
    viewed = clock.move(minutes=1)
    await stores.shares.view(reader, share.assessment_id)
    await stores.shares.revoke(caller, share.assessment_id, share.id)
    for who in (caller, reader):
        held = await stores.own_accounts.export(who)
        [kept] = held["shares"]
        assert (kept["share_id"], kept["advisor_email"]) == (str(share.id), ADVISOR)
        [view] = held["profile_views"]
        assert (view["share_id"], view["advisor_email"]) == (str(share.id), ADVISOR)
        assert datetime.fromisoformat(view["viewed_at"]) == viewed
    assert (await stores.own_accounts.export(await stores.person()))["shares"] == []


async def test_a_gone_advisor_leaves_that_it_was_viewed_and_no_name(stores):
    reader = await advisor(stores)
    caller, _, share = await shared(stores)
    await stores.shares.view(reader.caller, share.assessment_id)
    await stores.office.erase(reader.id)
    held = await stores.own_accounts.export(caller)
    assert [(kept["advisor_email"], kept["revoked_at"] is None) for kept in held["shares"]] == [(None, False)]
    assert [view["advisor_email"] for view in held["profile_views"]] == [None]


async def test_a_gone_advisors_address_goes_from_the_answers_that_are_kept_for_repeated_requests(stores):
    reader, other = await advisor(stores), await advisor(stores, "other@example.org")
    caller, made, share = await shared(stores)
    others = await stores.shares.share(caller, made.profile.assessment_id, ids.new_id(), other.email)
    for key, kept in (("first", share), ("again", share), ("others", others)):
        body = f'{{"shareId":"{kept.id}","advisorEmail":"{kept.advisor_email}"}}'.encode()
        await stores.idempotency.settle(await asked(stores, caller, key), Replay(status=201, body=body, headers=()))
    await stores.own_accounts.erase(reader.caller, b"m" * 32)
    assert isinstance(await asked(stores, caller, "first"), Fresh)
    assert isinstance(await asked(stores, caller, "again"), Fresh)
    assert isinstance(await asked(stores, caller, "others"), Replay)


async def asked(stores, caller: Caller, key: str) -> Fresh | Replay:
    return await stores.idempotency.claim(caller, key, b"hash", effect_id=ids.new_id(), lease=timedelta(seconds=10))
