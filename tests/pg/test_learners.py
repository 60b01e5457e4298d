"""Of a partner's learner who is forgotten no row of any table keeps anything, and the counts stay."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from tests.pg.everything import everything

from builders import ESSAY, FORM, LIFETIME, Respond, answer, assessment, bank, conclusion, document, grade, ids
from credcore.accounts import Caller, CallerKind, Scope
from credcore.audit import OPERATOR
from credcore.budget import Limits, Reservation
from credcore.erasures import assessment_mark
from credcore.errors import NotFound
from credcore.ports import Replay
from credcore.responses import Text

REFERENCE, ESSAY_TEXT = "remarkable-learner-7", "An answer nobody else would give."
LEASE = timedelta(seconds=9)
mark_of = partial(assessment_mark, key=b"a key")


async def _partner(stores):
    id = ids.new_id()
    await stores.partners.add(id, f"Platform {id}", ids.new_id(), frozenset(Scope), id.bytes)
    await stores.bank.publish(document(), bank())
    return Caller(id=id, kind=CallerKind.PARTNER, epoch=1, scopes=frozenset(Scope))


async def _took(stores, lms, reference, text):
    """One assessment that went all the way, and one that was broken off, each with a repeated request's answer kept."""
    taken = [assessment(lms, learner_ref=reference, ai_consent=True) for _ in range(2)]
    for number, each in enumerate(taken):
        await stores.assessments.start(lms, each, LIFETIME)
        await stores.responses.respond(lms, each.id, ESSAY, Respond(ESSAY, Text(text=text)))
        key = f"{reference}-{number}"
        held = await stores.idempotency.claim(lms, key, b"hash", effect_id=each.id, lease=LEASE)
        await stores.idempotency.settle(held, Replay(status=200, body=f'{{"id": "{each.id}"}}'.encode(), headers=()))
    done = taken[0].id
    reservation = Reservation(
        id=ids.new_id(), assessment_id=done, model="a-model", tokens_in=9, tokens_out=9, cost_usd=Decimal("0.01")
    )
    await stores.budget.reserve(reservation, Limits(monthly_usd=Decimal(5), prompts_per_assessment=None))
    for claim in await stores.queue.claim(limit=9, lease=LEASE, max_attempts=5, assessment_id=done):
        await stores.queue.finish(claim, grade(claim.task))
    await stores.profiles.conclude(lms, done, conclusion)
    return [str(each.id) for each in taken]


async def test_forgetting_a_learner_leaves_nothing_of_them_in_any_column_of_any_table(postgres):
    lms = await _partner(postgres)
    kept = [*await _took(postgres, lms, "another-learner", "What somebody else wrote."), "another-learner"]
    traces = [*await _took(postgres, lms, REFERENCE, ESSAY_TEXT), REFERENCE, ESSAY_TEXT]
    before = await everything(postgres)
    assert [trace for trace in traces if not any(trace in text for text in before.values())] == []
    assert await postgres.learners.forget(OPERATOR, ids.new_id(), lms.id, REFERENCE, mark_of) == 2
    after = await everything(postgres)
    traces += [trace.replace("-", "") for trace in traces[:2]]  # as bytes would show
    assert [(table, trace) for table, text in after.items() for trace in traces if trace in text] == []
    assert [trace for trace in kept if not any(trace in text for text in after.values())] == []
    assert len(after["erasure"].splitlines()) > 2


async def test_counts_of_a_forgotten_learners_assessments_stay_and_add_up(postgres):
    lms = await _partner(postgres)
    await _took(postgres, lms, "another-learner", ESSAY_TEXT)
    for _ in range(2):
        await _took(postgres, lms, REFERENCE, ESSAY_TEXT)
        assert await postgres.learners.forget(OPERATOR, ids.new_id(), lms.id, REFERENCE, mark_of) == 2
    rows = await postgres.database.rows("SELECT status, count FROM erased_assessments ORDER BY status")
    assert [tuple(row) for row in rows] == [("completed", 2), ("unfinished", 2)]


@pytest.mark.parametrize("id", FORM)
async def test_an_answer_that_comes_while_its_learner_is_forgotten_leaves_nothing(postgres, id):
    lms = await _partner(postgres)
    begun = assessment(lms, learner_ref=REFERENCE)
    await postgres.assessments.start(lms, begun, LIFETIME)
    outcomes = await asyncio.gather(
        postgres.responses.respond(lms, begun.id, id, Respond(id, answer(id))),
        postgres.learners.forget(OPERATOR, ids.new_id(), lms.id, REFERENCE, mark_of),
        return_exceptions=True,
    )
    assert outcomes[1] == 1
    assert isinstance(outcomes[0], tuple | NotFound)
    left = await everything(postgres)
    assert [table for table, text in left.items() if str(begun.id) in text] == []
