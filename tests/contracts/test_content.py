"""BankStore and HealthProbe: which bank is in use, and that what was drawn stays as it was drawn."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from builders import ESSAY, MC, ROLE, bank, document
from credcore.bank import Bank
from credcore.questions import MultipleChoice


def reworded() -> Bank:
    """The small bank with another wording, and so another version, of one question."""
    changed = tuple(
        replace(question, prompt="Said better.") if question.id == MC else question
        for question in bank().questions[ROLE]
    )
    return replace(bank(), questions={ROLE: changed})


async def test_before_anything_is_published_no_bank_is_in_use(stores):
    assert await stores.bank.current() is None
    assert await stores.bank.revision() is None


async def test_the_bank_in_use_is_the_one_published_last(stores):
    assert await stores.bank.publish(document("a"), bank()) == 1
    assert await stores.bank.current() == (1, document("a"))
    assert await stores.bank.publish(document("b"), reworded()) == 2
    assert await stores.bank.current() == (2, document("b"))
    assert await stores.bank.revision() == 2


async def test_the_bank_in_use_keeps_its_revision(stores):
    await stores.bank.publish(document("a"), bank())
    assert await stores.bank.publish(document("a"), bank()) == 1
    await stores.bank.publish(document("b"), reworded())
    assert await stores.bank.publish(document("b"), reworded()) == 2


async def test_going_back_to_an_earlier_bank_is_a_new_revision(stores):
    for mark, revision in (("a", 1), ("b", 2), ("a", 3)):
        assert await stores.bank.publish(document(mark), bank()) == revision
    assert await stores.bank.current() == (3, document("a"))


async def test_of_many_who_publish_the_same_at_once_one_does(stores):
    published = await asyncio.gather(*(stores.bank.publish(document("a"), bank()) for _ in range(20)))
    assert set(published) == {1}


async def test_any_bytes_can_be_a_document(stores):
    everything = bytes(range(256)) * 100
    await stores.bank.publish(everything, bank())
    assert await stores.bank.current() == (1, everything)


async def test_what_was_drawn_keeps_the_version_it_was_drawn_with(stores):
    caller = await stores.person()
    begun = await stores.begin(caller, (MC, ESSAY))
    await stores.bank.publish(document("b"), reworded())
    delivery = await stores.assessments.deliver_next(caller, begun.id)
    assert isinstance(delivery.question, MultipleChoice)
    assert (delivery.question, delivery.question.version) == (bank().by_id[MC], begun.items[0].question_version)


async def test_health_names_no_problem_while_all_is_well(stores):
    assert (await stores.health.check()).problems == ()
