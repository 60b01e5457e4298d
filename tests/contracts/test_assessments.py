"""AssessmentStore: a form is kept as it was drawn, each question's time begins once, and nobody sees another's."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from builders import (
    ESSAY,
    FORM,
    INTEREST,
    LIFETIME,
    MC,
    TIMED_ESSAY,
    TIMED_MC,
    FakeClock,
    assessment,
    bank,
    conclusion,
    document,
    form,
    ids,
)
from credcore.account_ports import AccountChanges
from credcore.assessment import Status
from credcore.blueprint import ExperienceLevel, FormName
from credcore.consent import CONSENT_VERSION
from credcore.errors import NotFound, Unauthenticated

HOSTILE_REFERENCES = ("'; DROP TABLE assessment; --", "\U0001f469\u200d\U0001f4bb", "\u202e\u05e9\u05dc", "a\\b%s$1")


async def test_an_assessment_comes_back_as_it_was_started_dated_by_the_store(stores, clock: FakeClock):
    partner = await stores.partner()
    given = await stores.begin(
        partner,
        learner_ref="learner 7",
        form=FormName.DEEP_DIVE,
        level=ExperienceLevel.ADVANCED,
        ai_consent=True,
        seed=0,
    )
    found = await stores.assessments.find(partner, given.id)
    assert found.assessment == replace(given, started_at=clock.now, expires_at=clock.now + LIFETIME)
    assert (found.answered, found.pending_grades, found.now) == (0, 0, clock.now)


@pytest.mark.parametrize("consents", [True, False])
async def test_a_partner_s_consent_is_kept_with_the_version_of_its_text(stores, consents):
    partner = await stores.partner()
    given = await stores.begin(partner, learner_ref="7", ai_consent=consents, ai_consent_version="of today")
    found = (await stores.assessments.find(partner, given.id)).assessment
    assert (found.ai_consent, found.ai_consent_version) == (consents, "of today" if consents else None)
    [listed] = (await stores.assessments.page(partner, limit=9, after=None)).items
    assert listed.assessment == found


async def test_a_person_s_consent_is_to_the_text_that_their_account_says_also_when_that_says_another_later(stores):
    account = await stores.account(ai_consent=True)
    first = await stores.begin(account.caller, ai_consent=True)
    changes = AccountChanges(ai_consent=True, consent_version="another")
    await stores.own_accounts.change(account.caller, changes)
    second, third = [await stores.begin(account.caller, ai_consent=consents) for consents in (True, False)]
    found = [await stores.assessments.find(account.caller, begun.id) for begun in (first, second, third)]
    assert [each.assessment.ai_consent_version for each in found] == [CONSENT_VERSION, "another", None]
    held = (await stores.own_accounts.export(account.caller))["assessments"]
    told = {entry["assessment_id"]: entry["ai_consent_version"] for entry in held}
    assert told == {str(first.id): CONSENT_VERSION, str(second.id): "another", str(third.id): None}


@pytest.mark.parametrize("reference", HOSTILE_REFERENCES)
async def test_any_text_can_name_a_learner(stores, reference):
    partner = await stores.partner()
    given = await stores.begin(partner, learner_ref=reference)
    assert (await stores.assessments.find(partner, given.id)).assessment.learner_ref == reference
    assert list(await stores.assessments.seen(partner, reference)) == list(FORM)


async def test_the_start_delivers_the_first_question(stores, clock: FakeClock):
    caller = await stores.person()
    await stores.bank.publish(document(), bank())
    delivery = await stores.assessments.start(caller, assessment(caller), LIFETIME)
    assert delivery.item == form()[0]
    assert delivery.question == bank().by_id[MC]
    assert (delivery.answered, delivery.total, delivery.completed_at) == (0, 5, None)
    assert (delivery.delivered_at, delivery.now) == (clock.now, clock.now)
    assert delivery.expires_at == clock.now + LIFETIME


async def test_starting_again_with_the_same_id_changes_nothing(stores, clock: FakeClock):
    caller = await stores.person()
    given = await stores.begin(caller)
    first = await stores.assessments.find(caller, given.id)
    began = clock.now
    clock.move(minutes=5)
    delivery = await stores.assessments.start(caller, replace(given, items=form((ESSAY,)), seed=1), LIFETIME)
    assert (delivery.item, delivery.delivered_at) == (form()[0], began)
    assert (await stores.assessments.find(caller, given.id)).assessment == first.assessment


async def test_starting_at_once_with_the_same_id_starts_one(stores):
    caller = await stores.person()
    await stores.bank.publish(document(), bank())
    built = assessment(caller)
    deliveries = await asyncio.gather(*(stores.assessments.start(caller, built, LIFETIME) for _ in range(20)))
    assert {delivery.item for delivery in deliveries} == {form()[0]}
    assert len((await stores.assessments.page(caller, limit=10, after=None)).items) == 1


async def test_the_id_of_anothers_assessment_is_not_found_at_the_start(stores):
    owner, stranger = await stores.person(), await stores.person()
    taken = await stores.begin(owner)
    with pytest.raises(NotFound):
        await stores.assessments.start(stranger, replace(taken, owner_id=stranger.id), LIFETIME)
    assert (await stores.assessments.find(owner, taken.id)).assessment.owner_id == owner.id


async def test_questions_are_delivered_in_form_order_whatever_is_answered_first(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, ESSAY, INTEREST)
    delivered = []
    for next_answered in (MC, TIMED_ESSAY, TIMED_MC):
        delivery = await stores.assessments.deliver_next(caller, begun.id)
        delivered.append(delivery.item.question_id)
        await stores.answer(caller, begun.id, next_answered)
    assert delivered == [MC, TIMED_ESSAY, TIMED_MC]
    last = await stores.assessments.deliver_next(caller, begun.id)
    assert (last.item, last.question, last.delivered_at) == (None, None, None)
    assert (last.answered, last.total) == (5, 5)


async def test_the_time_of_a_question_begins_with_its_first_delivery_and_stays(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller, (TIMED_MC, MC))
    first = clock.now
    clock.move(seconds=30)
    again = await stores.assessments.deliver_next(caller, begun.id)
    assert (again.delivered_at, again.now) == (first, clock.now)


async def test_of_many_deliveries_at_once_all_give_the_same_time(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller, (MC, TIMED_MC))
    await stores.answer(caller, begun.id, MC)

    async def deliver(moment: int):
        clock.move(milliseconds=moment)
        return await stores.assessments.deliver_next(caller, begun.id)

    deliveries = await asyncio.gather(*(deliver(moment) for moment in range(1, 31)))
    later = await stores.assessments.deliver_next(caller, begun.id)
    assert {delivery.delivered_at for delivery in deliveries} == {later.delivered_at}
    assert later.delivered_at is not None


async def test_nothing_is_delivered_for_the_first_time_once_the_assessment_has_expired(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller, (MC, ESSAY))
    await stores.answer(caller, begun.id, MC)
    clock.move(hours=2)
    delivery = await stores.assessments.deliver_next(caller, begun.id)
    assert delivery.now == delivery.expires_at
    assert (delivery.item.question_id, delivery.delivered_at) == (ESSAY, None)


async def test_nothing_is_delivered_for_the_first_time_after_completion(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller, (MC, ESSAY))
    await stores.answer(caller, begun.id, MC)
    await stores.profiles.conclude(caller, begun.id, conclusion)
    delivery = await stores.assessments.deliver_next(caller, begun.id)
    assert (delivery.completed_at, delivery.item.question_id, delivery.delivered_at) == (clock.now, ESSAY, None)
    overview = await stores.assessments.find(caller, begun.id)
    assert overview.assessment.status(overview.now) is Status.COMPLETED


async def test_what_a_learner_was_asked_comes_oldest_first_and_for_that_learner_alone(stores):
    partner, other = await stores.partner(), await stores.partner()
    for owner, learner, questions in (
        (partner, "ada", (MC, ESSAY)),
        (partner, "bob", (TIMED_MC,)),
        (other, "ada", (INTEREST,)),
        (partner, "ada", (TIMED_ESSAY, MC)),
        (partner, None, (INTEREST, MC)),
    ):
        await stores.begin(owner, questions, learner_ref=learner)
    assert list(await stores.assessments.seen(partner, "ada")) == [MC, ESSAY, TIMED_ESSAY, MC]
    assert list(await stores.assessments.seen(partner, None)) == [INTEREST, MC]
    assert list(await stores.assessments.seen(partner, "nobody")) == []


async def test_pages_show_the_callers_own_newest_first_and_each_once(stores):
    caller, stranger = await stores.person(), await stores.person()
    own = [await stores.begin(caller) for _ in range(5)]
    await stores.begin(stranger)
    newest_first = sorted((begun.id for begun in own), reverse=True)
    shown, after = [], None
    for expected in (2, 2, 1):
        page = await stores.assessments.page(caller, limit=2, after=after)
        assert len(page.items) == expected
        shown += [overview.assessment.id for overview in page.items]
        after = page.next_after
    assert (shown, after) == (newest_first, None)


async def test_a_page_that_is_just_full_is_the_last(stores):
    caller = await stores.person()
    await stores.begin(caller)
    await stores.begin(caller)
    page = await stores.assessments.page(caller, limit=2, after=None)
    assert (len(page.items), page.next_after) == (2, None)


async def test_a_page_tells_of_each_assessment_what_finding_it_tells(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, MC, ESSAY)
    page = await stores.assessments.page(caller, limit=2, after=None)
    assert page.items == (await stores.assessments.find(caller, begun.id),)
    assert (page.items[0].answered, page.items[0].pending_grades) == (2, 1)


async def test_whoever_has_none_gets_an_empty_page(stores):
    page = await stores.assessments.page(await stores.person(), limit=3, after=None)
    assert (page.items, page.next_after) == ((), None)


async def test_looking_shows_the_question_at_hand_and_delivers_nothing(stores, clock: FakeClock):
    caller = await stores.person()
    begun = await stores.begin(caller, (MC, ESSAY))
    asked = (await stores.assessments.find(caller, begun.id)).asked
    assert asked == await stores.assessments.deliver_next(caller, begun.id)
    await stores.answer(caller, begun.id, MC)
    assert (await stores.assessments.find(caller, begun.id)).asked is None
    clock.move(minutes=1)
    assert (await stores.assessments.deliver_next(caller, begun.id)).delivered_at == clock.now
    clock.move(hours=2)
    assert (await stores.assessments.find(caller, begun.id)).asked is None


CALLS = {
    "seen": lambda stores, caller, begun: stores.assessments.seen(caller, None),
    "start": lambda stores, caller, begun: stores.assessments.start(caller, begun, LIFETIME),
    "deliver_next": lambda stores, caller, begun: stores.assessments.deliver_next(caller, begun.id),
    "find": lambda stores, caller, begun: stores.assessments.find(caller, begun.id),
    "page": lambda stores, caller, begun: stores.assessments.page(caller, limit=1, after=None),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
call_on_one = pytest.mark.parametrize("call", [CALLS["deliver_next"], CALLS["find"]], ids=["deliver_next", "find"])


@call_on_one
async def test_anothers_assessment_is_not_found_like_one_that_does_not_exist(stores, call):
    owner, stranger = await stores.person(), await stores.partner()
    begun = await stores.begin(owner)
    for caller, asked in ((stranger, begun), (owner, replace(begun, id=ids.new_id()))):
        with pytest.raises(NotFound) as refused:
            await call(stores, caller, asked)
        assert refused.value.what == "assessment"


@every_call
async def test_a_token_of_an_earlier_epoch_opens_nothing(stores, call):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.office.move_epoch(caller.id)
    with pytest.raises(Unauthenticated):
        await call(stores, caller, begun)


@every_call
async def test_an_erased_caller_can_do_nothing(stores, call):
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.office.erase(caller.id)
    with pytest.raises(Unauthenticated):
        await call(stores, caller, begun)
    with pytest.raises(Unauthenticated):
        await call(stores, caller, replace(begun, id=ids.new_id()))


async def test_what_a_store_gave_is_not_what_it_keeps(stores):
    caller = await stores.person()
    begun = await stores.begin(caller)
    seen = await stores.assessments.seen(caller, None)
    if isinstance(seen, list):
        seen.clear()
    assert len(await stores.assessments.seen(caller, None)) == len(FORM)
    assert (await stores.assessments.find(caller, begun.id)).assessment.items == form()
