"""What is said of the grading queue to whoever watches it."""

from __future__ import annotations

from datetime import timedelta

from builders import ESSAY, FORM, LIFETIME, TIMED_ESSAY, FakeClock, Respond, account, answer, assessment, bank, document
from builders import grade as graded
from credcore_pg import PostgresStores, QueueState

LEASE = timedelta(seconds=20)


async def hand_in(stores: PostgresStores, *essays: str) -> None:
    await stores.bank.publish(document(), bank())
    caller = (await stores.accounts.add(account(), "a hash")).caller
    begun = assessment(caller, FORM)
    await stores.assessments.start(caller, begun, LIFETIME)
    for id in essays:
        await stores.responses.respond(caller, begun.id, id, Respond(id, answer(id)))


async def test_an_empty_queue_has_no_age(postgres: PostgresStores) -> None:
    assert await postgres.queue_state.read() == QueueState(waiting=0, held=0, dead=0, oldest_seconds=0)


async def test_jobs_are_counted_by_what_they_do_and_the_oldest_says_how_long_it_has_waited(
    postgres: PostgresStores, clock: FakeClock
) -> None:
    await hand_in(postgres, ESSAY, TIMED_ESSAY)
    clock.move(minutes=2)
    await hand_in(postgres, ESSAY)
    [_, held] = await postgres.queue.claim(limit=2, lease=LEASE, max_attempts=5)
    await postgres.queue.give_back(held, after=timedelta(minutes=5), error_code="away")
    assert await postgres.queue_state.read() == QueueState(waiting=2, held=1, dead=0, oldest_seconds=120)


async def test_what_is_done_counts_no_more_and_what_is_dead_counts_apart(
    postgres: PostgresStores, clock: FakeClock
) -> None:
    await hand_in(postgres, ESSAY, TIMED_ESSAY)
    [held] = await postgres.queue.claim(limit=1, lease=LEASE, max_attempts=1)
    await postgres.queue.finish(held, graded(held.task))
    await postgres.queue.claim(limit=1, lease=LEASE, max_attempts=1)
    clock.move(seconds=21)
    await postgres.queue.claim(limit=1, lease=LEASE, max_attempts=1)
    assert await postgres.queue_state.read() == QueueState(waiting=0, held=0, dead=1, oldest_seconds=0)
