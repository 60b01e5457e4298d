"""A partner's learner is forgotten by whoever may, by a reference that a learner can have, and once for good."""

from __future__ import annotations

from datetime import timedelta

import pytest

from account_world import AccountWorld
from builders import LIFETIME, assessment, bank, document, ids, partner
from credcore.accounts import Caller, Scope
from credcore.assessment import Assessment
from credcore.audit import OPERATOR, Actor, Deed
from credcore.erasures import assessment_mark, ledger_key
from credcore.errors import Forbidden, InvalidValue, NotFound
from credcore.memory import (
    MemoryAssessments,
    MemoryAudit,
    MemoryBank,
    MemoryErasures,
    MemoryLearners,
    MemoryPartners,
    RandomIds,
)
from credcore.services.erasures import Applied, Erasures
from credcore.services.learners import Learners
from credcore.services.partners import Partners

KEY = ledger_key(b"k" * 32)


class Campus(AccountWorld):
    """A partner with learners."""

    def __init__(self) -> None:
        super().__init__()
        self.lms = partner()
        self.state.partners[self.lms.id] = 1
        store = MemoryLearners(self.state)
        self.learners = Learners(store=store, ids=RandomIds(), key=KEY)
        self.erasures = Erasures(
            store=MemoryErasures(self.state), learners=store, audit=self.audit, ids=RandomIds(), key=KEY
        )

    async def begin(self, caller: Caller, learner_ref: str | None = None) -> Assessment:
        await MemoryBank(self.state).publish(document(), bank())
        begun = assessment(caller, learner_ref=learner_ref)
        await MemoryAssessments(self.state).start(caller, begun, LIFETIME)
        return begun


@pytest.fixture
def campus() -> Campus:
    return Campus()


async def test_what_a_restore_brings_back_of_a_forgotten_learner_is_erased_again(campus: Campus) -> None:
    begun, other = await campus.begin(campus.lms, "7"), await campus.begin(campus.lms, "8")
    backup = dict(campus.state.assessments)
    assert await campus.learners.forget(OPERATOR, campus.lms.id, "7") == 1
    ledger = await campus.erasures.ledger()
    assert [entry.mark for entry in ledger.erasures] == [assessment_mark(begun.id, KEY)]
    campus.state.assessments, campus.state.erasures = backup, {}

    assert await campus.erasures.apply(OPERATOR, ledger) == Applied(entries=1, erased=1)
    assert campus.state.assessments.keys() == {other.id}
    assert await campus.erasures.ledger() == ledger, "the next backup knows it, too"
    assert await campus.erasures.apply(OPERATOR, ledger) == Applied(entries=1, erased=0)


async def test_an_administrator_may_and_nobody_else(campus: Campus) -> None:
    begun = await campus.begin(campus.lms)
    student = (await campus.register()).caller
    with pytest.raises(Forbidden):
        await campus.learners.forget(Actor(caller=student), campus.lms.id, begun.id)
    assert await campus.learners.forget(await campus.administrator(), campus.lms.id, begun.id) == 1
    assert [deed for deed, _ in await campus.deeds()] == [Deed.PARTNER_LEARNER_FORGOTTEN]


@pytest.mark.parametrize("reference", ["", "x" * 201, "a\nb", "\x00", "\ud800"])
async def test_what_no_learner_can_be_called_is_refused(campus: Campus, reference: str) -> None:
    with pytest.raises(InvalidValue, match="/learnerRef"):
        await campus.learners.forget(OPERATOR, campus.lms.id, reference)


async def test_a_mark_of_an_assessment_is_none_of_an_account_with_the_same_identifier(campus: Campus) -> None:
    ada = (await campus.register()).caller
    begun = await campus.begin(campus.lms, "7")
    await campus.learners.forget(OPERATOR, campus.lms.id, "7")
    [erasure] = (await campus.erasures.ledger()).erasures
    account = campus.state.accounts.pop(ada.id)
    campus.state.accounts[begun.id] = account
    assert (await campus.erasures.apply(OPERATOR, await campus.erasures.ledger())).erased == 0
    assert erasure.mark == assessment_mark(begun.id, KEY)


async def test_each_deed_on_a_partner_leaves_its_entry(campus: Campus) -> None:
    store = MemoryPartners(campus.state)
    partners = Partners(store=store, audit=MemoryAudit(campus.state), ids=campus.accounts.ids)
    first = await partners.create("Campus", frozenset({Scope.PROFILES_READ}))
    second = await partners.add_client("Campus", frozenset({Scope.PROFILES_READ}))
    await partners.rotate(first.client_id)
    await partners.rotate(first.client_id, overlap=timedelta())
    await partners.disable(second.client_id)
    id = (await partners.named("Campus")).id
    await partners.disable(id)
    with pytest.raises(NotFound):
        await partners.disable(ids.new_id())
    assert await campus.deeds() == [
        (Deed.PARTNER_CREATED, f"client {first.client_id} for profiles:read"),
        (Deed.PARTNER_CLIENT_ADDED, f"client {second.client_id} for profiles:read"),
        (Deed.PARTNER_SECRET_ROTATED, f"client {first.client_id}, secrets before it for 24 more hours"),
        (Deed.PARTNER_SECRET_ROTATED, f"client {first.client_id}, secrets before it for 0 more hours"),
        (Deed.PARTNER_DISABLED, f"client {second.client_id} alone"),
        (Deed.PARTNER_DISABLED, ""),
    ]
    assert {entry.subject_id for entry in campus.state.audit} == {id}
