"""The budget of statements: what a question and an answer may cost. Everything is counted but BEGIN and COMMIT."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.pg.counted import Counted

from builders import ESSAY, FORM, INTEREST, LIFETIME, MC, Respond, account, answer, assessment, bank, document
from credcore_pg import DatabaseSettings, PostgresStores, open_stores


@pytest.fixture
async def counted(clean_dsn: str) -> AsyncIterator[Counted]:
    async with open_stores(DatabaseSettings(dsn=clean_dsn, pool_size=1)) as stores:
        await stores.bank.publish(document(), bank())
        yield Counted(stores)


def beside_the_transaction(statements: list[str]) -> list[str]:
    return [statement for statement in statements if statement not in ("BEGIN;", "COMMIT;")]


async def begun(stores: PostgresStores):
    caller = (await stores.accounts.add(account(), "hash")).caller
    started = assessment(caller)
    await stores.assessments.start(caller, started, LIFETIME)
    return caller, started.id


async def test_next_is_one_statement(counted):
    caller, id = await begun(counted.stores)
    async with counted.statements() as seen:
        await counted.stores.assessments.deliver_next(caller, id)
    assert len(seen) == 1
    await counted.stores.responses.respond(caller, id, MC, Respond(MC, answer(MC)))
    async with counted.statements() as seen:
        delivery = await counted.stores.assessments.deliver_next(caller, id)
    assert delivery.delivered_at is not None
    assert len(seen) == 1


@pytest.mark.parametrize("question_id", [MC, ESSAY, INTEREST])
async def test_an_answer_is_two_statements_without_a_transaction(counted, question_id):
    caller, id = await begun(counted.stores)
    async with counted.statements() as seen:
        await counted.stores.responses.respond(caller, id, question_id, Respond(question_id, answer(question_id)))
    assert len(seen) == 2


async def test_the_identical_answer_again_is_one_statement(counted):
    caller, id = await begun(counted.stores)
    await counted.stores.responses.respond(caller, id, ESSAY, Respond(ESSAY, answer(ESSAY)))
    async with counted.statements() as seen:
        await counted.stores.responses.respond(caller, id, ESSAY, Respond(ESSAY, answer(ESSAY)))
    assert len(seen) == 1


async def test_a_start_is_two_statements_in_one_transaction(counted):
    caller = (await counted.stores.accounts.add(account(), "hash")).caller
    async with counted.statements() as seen:
        await counted.stores.assessments.start(caller, assessment(caller), LIFETIME)
    assert (len(seen), len(beside_the_transaction(seen))) == (4, 2)


async def test_a_claim_is_one_statement_whatever_it_takes(counted):
    caller, id = await begun(counted.stores)
    for question_id in FORM:
        await counted.stores.responses.respond(caller, id, question_id, Respond(question_id, answer(question_id)))
    async with counted.statements() as seen:
        claims = await counted.stores.queue.claim(limit=9, lease=timedelta(seconds=9), max_attempts=5)
    assert (len(claims), len(seen)) == (2, 1)


async def test_an_idempotency_key_is_claimed_and_settled_in_one_statement_each(counted):
    caller, id = await begun(counted.stores)
    async with counted.statements() as seen:
        await counted.stores.idempotency.claim(caller, "key", b"hash", effect_id=id, lease=timedelta(seconds=9))
    assert len(seen) == 1
