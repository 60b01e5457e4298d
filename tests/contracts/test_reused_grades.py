"""A grade may be taken again for somebody else's same answer: whose it was is told to nobody, and may be gone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from builders import ESSAY, MARK, MODEL_CALL, FakeClock, conclusion, grade


async def _graded(stores, clock: FakeClock, **changes: object):
    """Somebody with a completed assessment, whose one essay a model judged."""
    caller = await stores.person()
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, ESSAY)
    [claim] = await stores.queue.claim(limit=1, lease=timedelta(seconds=9), max_attempts=5, assessment_id=begun.id)
    made = grade(claim.task, now=clock.now, call=replace(MODEL_CALL, **changes))  # type: ignore[arg-type]  # by name
    assert await stores.queue.finish(claim, made)
    await stores.profiles.conclude(caller, begun.id, conclusion)
    return caller, begun, made


async def test_an_export_says_that_a_reply_was_taken_again_and_never_whose(stores, clock: FakeClock):
    ada, _, first = await _graded(stores, clock)
    bob, _, _ = await _graded(stores, clock, reused_from=first.id)
    for caller, reused in ((ada, False), (bob, True)):
        held = await stores.own_accounts.export(caller)
        assert [entry["reused"] for entry in held["grades"]] == [reused]
        assert "reused_from" not in held["grades"][0]
    text = json.dumps(await stores.own_accounts.export(bob))
    assert str(first.id) not in text
    assert first.id.hex not in text


async def test_a_profile_stays_as_it_is_when_whoever_first_gave_its_answer_is_erased(stores, clock: FakeClock):
    ada, _, first = await _graded(stores, clock)
    bob, begun, _ = await _graded(stores, clock, reused_from=first.id)
    before = await stores.profiles.profile(bob, begun.id)
    await stores.own_accounts.erase(ada, MARK)
    assert await stores.profiles.profile(bob, begun.id) == before
