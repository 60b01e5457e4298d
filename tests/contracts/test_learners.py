"""LearnerStore: of a partner's learner who is forgotten nothing is had any more, and nobody else loses anything."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from builders import ESSAY, NOON, FakeClock, conclusion, grade, ids
from credcore.accounts import Origin
from credcore.audit import OPERATOR, Actor, Deed
from credcore.budget import Limits, Reservation
from credcore.erasures import Erasure, assessment_mark
from credcore.errors import NotFound, RequestInProgress, Unauthenticated
from credcore.ports import Fresh, Replay

LEASE = timedelta(seconds=9)
mark_of = partial(assessment_mark, key=b"a key")


async def _forget(stores, caller, learner, actor=OPERATOR):
    return await stores.learners.forget(actor, ids.new_id(), caller.id, learner, mark_of)


async def _taken(stores, caller, learner_ref):
    """An assessment with an answer, a grade and a profile."""
    begun = await stores.begin(caller, learner_ref=learner_ref)
    await stores.answer(caller, begun.id, ESSAY)
    for claim in await stores.queue.claim(limit=9, lease=LEASE, max_attempts=5, assessment_id=begun.id):
        await stores.queue.finish(claim, grade(claim.task))
    await stores.profiles.conclude(caller, begun.id, conclusion)
    return begun


@pytest.mark.parametrize("reference", ["learner 7", "'; DROP TABLE assessment; --", "\u05e9\u05dc a\\b%s$1", "LEARNER"])
async def test_all_that_a_learner_did_is_gone_and_what_others_did_is_there(stores, reference):
    lms, other = await stores.partner(), await stores.partner()
    gone = [await _taken(stores, lms, reference), await stores.begin(lms, learner_ref=reference)]
    kept = [
        (lms, await _taken(stores, lms, f"{reference} ")),
        (lms, await _taken(stores, lms, "learner")),
        (lms, await _taken(stores, lms, None)),
        (other, await _taken(stores, other, reference)),
    ]
    assert await _forget(stores, lms, reference) == 2
    for begun in gone:
        with pytest.raises(NotFound):
            await stores.assessments.find(lms, begun.id)
        with pytest.raises(NotFound):
            await stores.profiles.profile(lms, begun.id)
    assert list(await stores.assessments.seen(lms, reference)) == []
    for caller, begun in kept:
        assert (await stores.profiles.profile(caller, begun.id)).profile.assessment_id == begun.id
    assert await _forget(stores, lms, reference) == 0


async def test_one_assessment_is_forgotten_where_the_learner_was_given_no_reference(stores):
    lms, other = await stores.partner(), await stores.partner()
    one, two = await stores.begin(lms), await stores.begin(lms)
    assert await _forget(stores, other, one.id) == 0
    assert await _forget(stores, lms, one.id) == 1
    assert [seen.assessment.id for seen in (await stores.assessments.page(lms, limit=9, after=None)).items] == [two.id]


async def test_a_person_is_nobodys_learner(stores):
    person = await stores.person()
    begun = await stores.begin(person)
    assert await _forget(stores, person, begun.id) == 0
    assert not await stores.learners.erase_again(begun.id, Erasure(mark=mark_of(begun.id), erased_at=NOON))
    assert (await stores.learners.assessments(limit=9, after=None)).items == ()
    assert (await stores.assessments.find(person, begun.id)).assessment.id == begun.id


async def test_each_assessment_stands_in_the_ledger_and_the_deed_in_the_audit(stores, clock: FakeClock):
    lms = await stores.partner()
    begun = [await stores.begin(lms, learner_ref="7") for _ in range(2)]
    assert await _forget(stores, lms, "8") == 0
    assert (await stores.erasures.ledger(), (await stores.audit.entries(limit=9, after=None)).items) == ([], ())
    await _forget(stores, lms, "7", Actor(origin=Origin(address="root@a-machine")))
    assert {entry.mark for entry in await stores.erasures.ledger()} == {mark_of(each.id) for each in begun}
    assert {entry.erased_at for entry in await stores.erasures.ledger()} == {clock.now}
    [entry] = (await stores.audit.entries(limit=9, after=None)).items
    assert (entry.deed, entry.detail, entry.subject_id) == (Deed.PARTNER_LEARNER_FORGOTTEN, "2 assessments", lms.id)
    assert (entry.by_operator, entry.address) == (True, "root@a-machine")


async def test_who_may_not_act_forgets_nobody(stores):
    lms, student = await stores.partner(), await stores.person()
    begun = await stores.begin(lms, learner_ref="7")
    with pytest.raises(Unauthenticated):
        await _forget(stores, lms, "7", Actor(caller=student))
    assert (await stores.assessments.find(lms, begun.id)).assessment.id == begun.id
    assert await stores.erasures.ledger() == []


async def test_whoever_comes_back_under_the_reference_begins_anew_and_stays_after_a_restore(stores):
    lms = await stores.partner()
    before = await stores.begin(lms, learner_ref="7")
    await _forget(stores, lms, "7")
    anew = await stores.begin(lms, learner_ref="7")
    assert mark_of(anew.id) not in {entry.mark for entry in await stores.erasures.ledger()}
    restored = await stores.begin(lms, learner_ref="7", id=before.id)
    erasure = Erasure(mark=mark_of(restored.id), erased_at=NOON)
    assert await stores.learners.erase_again(restored.id, erasure)
    assert not await stores.learners.erase_again(restored.id, erasure)
    assert (await stores.assessments.find(lms, anew.id)).assessment.id == anew.id


async def test_queued_essays_are_never_claimed_nor_finished_and_what_was_spent_stays_in_the_sum(stores):
    lms = await stores.partner()
    for _ in range(2):
        begun = await stores.begin(lms, learner_ref="7")
        await stores.answer(lms, begun.id, ESSAY)
    reservation = Reservation(
        id=ids.new_id(), assessment_id=begun.id, model="a-model", tokens_in=9, tokens_out=9, cost_usd=Decimal("0.01")
    )
    await stores.budget.reserve(reservation, Limits(monthly_usd=Decimal(5), prompts_per_assessment=None))
    spent = await stores.budget.month()
    [claim] = await stores.queue.claim(limit=1, lease=LEASE, max_attempts=5)
    await _forget(stores, lms, "7")
    assert not await stores.queue.finish(claim, grade(claim.task))
    assert await stores.queue.claim(limit=9, lease=LEASE, max_attempts=5) == []
    assert await stores.budget.month() == spent


async def test_answers_kept_for_repeated_requests_go_with_it_also_while_the_request_still_runs(stores):
    lms = await stores.partner()
    mine, others = await stores.begin(lms, learner_ref="7"), await stores.begin(lms, learner_ref="8")
    claims = {}
    for key, begun in (("done", mine), ("runs", mine), ("other", others)):
        claims[key] = await stores.idempotency.claim(lms, key, b"hash", effect_id=begun.id, lease=LEASE)
    reply = Replay(status=200, body=b"{}", headers=())
    await stores.idempotency.settle(claims["done"], reply)
    await stores.idempotency.settle(claims["other"], reply)
    await _forget(stores, lms, "7")
    await stores.idempotency.settle(claims["runs"], reply)
    for key in ("done", "runs"):
        again = await stores.idempotency.claim(lms, key, b"hash", effect_id=ids.new_id(), lease=LEASE)
        assert isinstance(again, Fresh), key
        with pytest.raises(RequestInProgress):
            await stores.idempotency.claim(lms, key, b"hash", effect_id=ids.new_id(), lease=LEASE)
    assert await stores.idempotency.claim(lms, "other", b"hash", effect_id=others.id, lease=LEASE) == reply


async def test_of_many_who_forget_one_learner_at_once_one_does(stores):
    lms = await stores.partner()
    for _ in range(3):
        await stores.begin(lms, learner_ref="7")
    outcomes = await asyncio.gather(*(_forget(stores, lms, "7") for _ in range(10)))
    assert sorted(outcomes) == [0] * 9 + [3]


async def test_partners_assessments_are_gone_through_page_by_page(stores):
    begun = {(await stores.begin(await stores.partner(), learner_ref=ref)).id for ref in ("7", "8", None, "7", "9")}
    await stores.begin(await stores.person())
    seen, after = [], None
    while True:
        page = await stores.learners.assessments(limit=2, after=after)
        seen += page.items
        after = page.next_after
        if after is None:
            break
    assert seen == sorted(begun, reverse=True)
