"""OwnAccountStore: consent is dated, an export holds everything, and of an erased person nothing remains."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from builders import ESSAY, FORM, HOSTILE_TEXTS, MARK, FakeClock, Respond, conclusion, grade, ids
from credcore.account_ports import AccountChanges
from credcore.accounts import Origin, refresh_outcome
from credcore.audit import OPERATOR
from credcore.budget import Limits, Reservation
from credcore.consent import CONSENT_VERSION
from credcore.errors import NotFound, RequestInProgress, Unauthenticated
from credcore.ports import Fresh, Replay
from credcore.responses import Text

ESSAY_TEXT = "An answer that nobody else would give."
SECRETS = ("a hash", "SECRET", b"session".hex(), b"recovery".hex(), b"reset-token".hex())


def _changes(**fields: object) -> AccountChanges:
    return AccountChanges(**{"consent_version": CONSENT_VERSION, **fields})


async def _consent(stores, caller) -> tuple[object, ...]:
    [held] = (await stores.own_accounts.export(caller))["account"]
    return held["ai_consent"], held["ai_consent_at"], held["ai_consent_version"]


async def _lived(stores, email: str):
    """Somebody who left everything that a person can leave."""
    account = await stores.account(email=email, name="Ada Remarkable")
    caller, name = account.caller, email.encode()
    origin = Origin(address="192.0.2.7", agent="A rare browser")
    await stores.refresh_tokens.open_family(ids.new_id(), account.id, name + b"session", origin)
    await stores.refresh_tokens.present(name + b"session", name + b"following", refresh_outcome)
    await stores.second_factors.begin(caller, "SECRET")
    await stores.second_factors.confirm(caller, 1, [name + b"recovery"])
    await stores.passwords.open_reset(OPERATOR, ids.new_id(), email, name + b"reset-token", timedelta(hours=1))
    begun = await stores.begin(caller)
    await stores.answer(caller, begun.id, *(id for id in FORM if id != ESSAY))
    await stores.responses.respond(caller, begun.id, ESSAY, Respond(ESSAY, Text(text=ESSAY_TEXT)))
    reservation = Reservation(
        id=ids.new_id(), assessment_id=begun.id, model="a-model", tokens_in=9, tokens_out=9, cost_usd=Decimal("0.01")
    )
    await stores.budget.reserve(reservation, Limits(monthly_usd=Decimal(5), prompts_per_assessment=None))
    for claim in await stores.queue.claim(limit=9, lease=timedelta(seconds=9), max_attempts=5, assessment_id=begun.id):
        await stores.queue.finish(claim, grade(claim.task))
    await stores.profiles.conclude(caller, begun.id, conclusion)
    await stores.shares.share(caller, begun.id, ids.new_id(), "advisor@example.org")
    unfinished = await stores.begin(caller)
    await stores.answer(caller, unfinished.id, ESSAY)
    held = await stores.idempotency.claim(caller, "key", b"hash", effect_id=ids.new_id(), lease=timedelta(seconds=9))
    await stores.idempotency.settle(held, Replay(status=200, body=b'{"kept": "body"}', headers=()))
    return caller, begun


async def test_consent_is_dated_when_it_is_given_and_when_it_is_withdrawn(stores, clock: FakeClock):
    caller = await stores.person()
    assert await _consent(stores, caller) == (False, None, None)
    given = clock.move(hours=1)
    account = await stores.own_accounts.change(caller, _changes(ai_consent=True))
    assert account.ai_consent
    consents, at, version = await _consent(stores, caller)
    assert (consents, at[:19], version) == (True, given.isoformat()[:19], CONSENT_VERSION)
    clock.move(hours=1)
    await stores.own_accounts.change(caller, _changes(ai_consent=True))
    assert await _consent(stores, caller) == (True, at, version)
    withdrawn = clock.move(hours=1)
    await stores.own_accounts.change(caller, _changes(ai_consent=False))
    consents, at, _ = await _consent(stores, caller)
    assert (consents, at[:19]) == (False, withdrawn.isoformat()[:19])


async def test_consent_to_another_text_is_consent_anew(stores, clock: FakeClock):
    account = await stores.account(ai_consent=True)
    before = await _consent(stores, account.caller)
    assert before[2] == CONSENT_VERSION
    clock.move(hours=1)
    await stores.own_accounts.change(account.caller, _changes(ai_consent=True, consent_version="another"))
    after = await _consent(stores, account.caller)
    assert (after[0], after[1] != before[1], after[2]) == (True, True, "another")


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
async def test_what_is_not_said_stays_as_it_is(stores, name):
    account = await stores.account(ai_consent=True)
    assert await stores.own_accounts.change(account.caller, _changes(name=name)) == replace(account, name=name)
    assert await stores.own_accounts.change(account.caller, _changes()) == replace(account, name=name)
    assert await stores.accounts.of(account.caller) == replace(account, name=name)


async def test_an_essay_is_judged_by_the_consent_of_the_moment(stores):
    account = await stores.account(ai_consent=True)
    begun = await stores.begin(account.caller, ai_consent=True)
    await stores.answer(account.caller, begun.id, ESSAY)
    await stores.own_accounts.change(account.caller, _changes(ai_consent=False))
    [claim] = await stores.queue.claim(limit=1, lease=timedelta(seconds=9), max_attempts=5)
    assert not claim.task.ai_consent
    await stores.own_accounts.change(account.caller, _changes(ai_consent=True))
    await stores.queue.give_back(claim, after=timedelta(0), error_code="again")
    [claim] = await stores.queue.claim(limit=1, lease=timedelta(seconds=9), max_attempts=5)
    assert claim.task.ai_consent


async def test_consent_that_comes_later_is_for_assessments_that_start_later(stores):
    account = await stores.account(ai_consent=False)
    begun = await stores.begin(account.caller, ai_consent=False)
    await stores.answer(account.caller, begun.id, ESSAY)
    await stores.own_accounts.change(account.caller, _changes(ai_consent=True))
    [claim] = await stores.queue.claim(limit=1, lease=timedelta(seconds=9), max_attempts=5)
    assert not claim.task.ai_consent


async def test_a_partners_learner_has_no_account_that_could_withdraw(stores):
    partner = await stores.partner()
    begun = await stores.begin(partner, ai_consent=True)
    await stores.answer(partner, begun.id, ESSAY)
    [claim] = await stores.queue.claim(limit=1, lease=timedelta(seconds=9), max_attempts=5)
    assert claim.task.ai_consent


async def test_an_export_holds_everything_of_the_person_and_nothing_of_others(stores):
    caller, begun = await _lived(stores, "ada@example.org")
    await _lived(stores, "bob@example.org")
    held = await stores.own_accounts.export(caller)
    assert {section: len(entries) for section, entries in held.items()} == {
        "tokens": 1,
        "account": 1,
        "sessions": 1,
        "session_refreshes": 2,
        "second_factor": 1,
        "recovery_codes": 1,
        "password_resets": 1,
        "audit": 1,
        "assessments": 2,
        "questions": 2 * len(FORM),
        "answers": len(FORM) + 1,
        "grading_jobs": len(held["grading_jobs"]),  # a job that is done leaves a row, or none
        "grades": 2,
        "ai_calls": 1,
        "profiles": 1,
        "recommendations": len(held["recommendations"]),
        "shares": 1,
        "profile_views": 0,
        "kept_answers": 1,
    }
    text = json.dumps(held)
    for told in ("ada@example.org", "Ada Remarkable", ESSAY_TEXT, str(begun.id), "192.0.2.7", "A rare browser", "kept"):
        assert told in text, told
    assert "bob@example.org" not in text
    assert held["recommendations"]
    assert held["grading_jobs"]


async def test_an_export_holds_no_secret(stores):
    caller, _ = await _lived(stores, "ada@example.org")
    text = json.dumps(await stores.own_accounts.export(caller))
    assert [secret for secret in SECRETS if secret in text] == []


async def test_of_an_erased_person_nothing_is_had_any_more(stores):
    caller, begun = await _lived(stores, "ada@example.org")
    other, kept = await _lived(stores, "bob@example.org")
    before = await stores.own_accounts.export(other)
    await stores.own_accounts.erase(caller, MARK)
    assert await stores.accounts.by_email("ada@example.org") is None
    for attempt in (
        stores.accounts.of(caller),
        stores.assessments.find(caller, begun.id),
        stores.own_accounts.export(caller),
        stores.own_accounts.erase(caller, MARK),
        stores.refresh_tokens.present(b"ada@example.orgfollowing", b"next", refresh_outcome),
    ):
        with pytest.raises(Unauthenticated):
            await attempt
    assert not await stores.passwords.spend_reset(b"ada@example.orgreset-token", "hash")
    assert await stores.own_accounts.export(other) == before
    assert (await stores.profiles.profile(other, kept.id)).profile.assessment_id == kept.id


async def test_an_erased_persons_queued_essays_are_never_claimed_nor_finished(stores):
    caller = await stores.person()
    for _ in range(2):
        await stores.answer(caller, (await stores.begin(caller)).id, ESSAY)
    [claim] = await stores.queue.claim(limit=1, lease=timedelta(seconds=9), max_attempts=5)
    await stores.own_accounts.erase(caller, MARK)
    assert not await stores.queue.finish(claim, grade(claim.task))
    assert await stores.queue.claim(limit=9, lease=timedelta(seconds=9), max_attempts=5) == []


async def test_what_an_erased_person_cost_stays_in_the_sum(stores):
    caller, _ = await _lived(stores, "ada@example.org")
    before = await stores.budget.month()
    await stores.own_accounts.erase(caller, MARK)
    assert await stores.budget.month() == before
    assert sum(line.calls for line in before) == 1


async def test_an_address_is_free_again_once_its_person_is_erased(stores):
    caller, begun = await _lived(stores, "ada@example.org")
    await stores.own_accounts.erase(caller, MARK)
    newcomer = await stores.account(email="ada@example.org")
    with pytest.raises(NotFound):
        await stores.assessments.find(newcomer.caller, begun.id)
    claim = await stores.idempotency.claim(
        newcomer.caller, "key", b"other", effect_id=ids.new_id(), lease=timedelta(seconds=9)
    )
    assert isinstance(claim, Fresh)
    with pytest.raises(RequestInProgress):
        await stores.idempotency.claim(
            newcomer.caller, "key", b"other", effect_id=ids.new_id(), lease=timedelta(seconds=9)
        )


async def test_only_the_person_changes_exports_and_erases(stores):
    account = await stores.account()
    for caller in (replace(account.caller, epoch=9), await stores.partner()):
        for attempt in (
            stores.own_accounts.change(caller, _changes(name="Another")),
            stores.own_accounts.export(caller),
            stores.own_accounts.erase(caller, MARK),
        ):
            with pytest.raises(Unauthenticated):
                await attempt
    assert await stores.accounts.of(account.caller) == account
