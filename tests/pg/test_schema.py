"""The schema's own promises: every constraint has a name, every foreign key an index, and erasing leaves nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import asyncpg
import pytest

from builders import (
    ESSAY,
    FORM,
    LIFETIME,
    MODEL_CALL,
    NOON,
    Respond,
    account,
    answer,
    assessment,
    bank,
    conclusion,
    document,
    grade,
    grade_for,
    ids,
)
from credcore.accounts import refresh_outcome
from credcore.errors import Unauthenticated
from credcore.ports import Replay
from credcore.responses import Text

NAMES = """
SELECT conname AS name, conrelid::regclass::text AS of_table FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION
SELECT indexname, tablename FROM pg_indexes WHERE schemaname = 'public'
"""
# What PostgreSQL makes up: table_column_kind, with a number where that was taken.
MADE_UP = re.compile(r"(_pkey|_fkey|_check|_excl|_idx|_not_null)\d*$")

WITHOUT_INDEX = """
SELECT conname FROM pg_constraint AS foreign_key
WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS (
    SELECT FROM pg_index WHERE indrelid = foreign_key.conrelid AND indpred IS NULL
        AND (indkey::int2[])[0:cardinality(foreign_key.conkey) - 1] @> foreign_key.conkey
)
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"

# Whatever hangs on a principal, by however many steps.
OF_PEOPLE = """
WITH RECURSIVE hangs AS (
    SELECT 'principal'::regclass AS oid
    UNION
    SELECT conrelid FROM pg_constraint JOIN hangs ON confrelid = hangs.oid WHERE contype = 'f'
)
SELECT relname FROM hangs JOIN pg_class USING (oid)
"""

TOUCHED = {
    "account",
    "assessment",
    "form_item",
    "grade",
    "grading_job",
    "idempotency_key",
    "principal",
    "profile",
    "recommendation",
    "refresh_token",
    "response",
    "token_family",
}
"""What ``lived`` leaves rows in; without them a test about erasing would say nothing."""


async def lived(stores):
    """Somebody who did everything that leaves a row."""
    made = await stores.accounts.add(account(), "hash")
    first, second = tokens_of(made.id)
    await stores.refresh_tokens.open_family(ids.new_id(), made.id, first)
    await stores.refresh_tokens.present(first, second, refresh_outcome)
    await stores.bank.publish(document(), bank())
    begun = assessment(made.caller)
    await stores.assessments.start(made.caller, begun, LIFETIME)
    for id in FORM:
        await stores.responses.respond(made.caller, begun.id, id, Respond(id, answer(id)))
    [held] = await stores.queue.claim(limit=1, lease=timedelta(seconds=9), max_attempts=5, assessment_id=begun.id)
    await stores.queue.finish(held, grade(held.task, call=MODEL_CALL))

    def decide(record, now):
        essays = [id for id, response in record.responses.items() if isinstance(response.answer, Text)]
        return conclusion(record, now, [grade_for(record, id, provisional=True) for id in essays])

    await stores.profiles.conclude(made.caller, begun.id, decide)
    effect = ids.new_id()
    held = await stores.idempotency.claim(made.caller, "key", b"hash", effect_id=effect, lease=timedelta(seconds=9))
    await stores.idempotency.settle(held, Replay(status=200, body=b"", headers=()))
    return made.caller, begun


def tokens_of(id):
    """Of somebody who lived: a spent token and its successor."""
    return id.bytes + b"first", id.bytes + b"second"


async def counts(stores) -> dict[str, int]:
    tables = [row["tablename"] for row in await stores.database.rows(TABLES)]
    return {table: (await stores.database.only_row(f"SELECT count(*) FROM {table}"))["count"] for table in tables}


async def test_every_constraint_and_index_was_given_its_name(postgres):
    rows = await postgres.database.rows(NAMES)
    assert len(rows) > 50
    assert [row["name"] for row in rows if MADE_UP.search(row["name"])] == []
    assert [row["name"] for row in rows if not row["name"].startswith(row["of_table"])] == []


async def test_every_foreign_key_has_an_index_to_find_its_rows_by(postgres):
    assert await postgres.database.rows(WITHOUT_INDEX) == []


async def test_erasing_a_person_leaves_no_row_of_theirs_and_all_of_others(postgres):
    other, kept = await lived(postgres)
    before = await counts(postgres)
    caller, _ = await lived(postgres)
    assert {table for table, count in (await counts(postgres)).items() if count > before[table]} == TOUCHED
    await postgres.database.row("DELETE FROM principal WHERE principal_id = $1", caller.id)
    assert await counts(postgres) == before
    assert (await postgres.profiles.profile(other, kept.id)).profile.assessment_id == kept.id


async def test_when_the_last_person_is_erased_only_what_is_nobodys_is_left(postgres):
    caller, _ = await lived(postgres)
    await postgres.database.row("DELETE FROM principal WHERE principal_id = $1", caller.id)
    of_people = {row["relname"] for row in await postgres.database.rows(OF_PEOPLE)}
    assert of_people >= TOUCHED
    assert {table for table, count in (await counts(postgres)).items() if count and table in of_people} == set()


@pytest.mark.parametrize("change", ["points = 10", "strengths = ''", "raw_reply = 'another'", "grade_id = grade_id"])
async def test_a_grade_is_never_changed(postgres, change):
    await lived(postgres)
    superseded = "superseded_at IS NOT NULL" if change.startswith("grade_id") else "true"
    await postgres.database.row("UPDATE grade SET superseded_at = now() WHERE superseded_at IS NULL")
    with pytest.raises(asyncpg.RaiseError, match="is never changed"):
        await postgres.database.row(f"UPDATE grade SET {change} WHERE {superseded}")


async def test_a_superseded_grade_stays_readable_and_one_stays_current(postgres):
    _, begun = await lived(postgres)
    rows = await postgres.database.rows(
        "SELECT question_id, superseded_at, model FROM grade WHERE assessment_id = $1 ORDER BY graded_at", begun.id
    )
    assert sum(row["superseded_at"] is None for row in rows) == 2
    [before] = [row for row in rows if row["superseded_at"] is not None]
    assert (before["question_id"], before["model"], before["superseded_at"]) == (ESSAY, MODEL_CALL.model, NOON)


async def test_a_dead_job_is_seen_in_its_table(postgres, clock):
    made = await postgres.accounts.add(account(), "hash")
    await postgres.bank.publish(document(), bank())
    begun = assessment(made.caller)
    await postgres.assessments.start(made.caller, begun, LIFETIME)
    await postgres.responses.respond(made.caller, begun.id, ESSAY, Respond(ESSAY, answer(ESSAY)))
    lease = timedelta(seconds=9)
    [held] = await postgres.queue.claim(limit=1, lease=lease, max_attempts=1)
    await postgres.queue.give_back(held, after=timedelta(0), error_code="timeout")
    await postgres.queue.claim(limit=1, lease=lease, max_attempts=1)
    row = await postgres.database.only_row("SELECT state, attempts, error_code FROM grading_job")
    assert tuple(row) == ("dead", 1, "timeout")


async def test_clicks_are_counted(postgres):
    caller, begun = await lived(postgres)
    completed = await postgres.profiles.profile(caller, begun.id)
    for _ in range(3):
        await postgres.profiles.open_recommendation(completed.bundle[0].id)
    rows = await postgres.database.rows("SELECT clicks FROM recommendation ORDER BY position")
    assert [row["clicks"] for row in rows] == [3, 0, 0]


async def test_a_disabled_principal_is_refused_like_one_that_is_gone(postgres):
    caller, begun = await lived(postgres)
    await postgres.database.row("UPDATE principal SET disabled_at = now() WHERE principal_id = $1", caller.id)
    for call in (
        postgres.accounts.of(caller),
        postgres.assessments.deliver_next(caller, begun.id),
        postgres.profiles.profile(caller, begun.id),
        postgres.responses.respond(caller, begun.id, ESSAY, Respond(ESSAY, answer(ESSAY))),
        postgres.refresh_tokens.open_family(ids.new_id(), caller.id, b"third"),
        postgres.refresh_tokens.present(tokens_of(caller.id)[1], b"third", refresh_outcome),
    ):
        with pytest.raises(Unauthenticated):
            await call


async def test_old_keys_and_families_go_on_the_way(postgres, clock):
    made = await postgres.accounts.add(account(), "hash")
    lease = timedelta(seconds=9)
    reply = Replay(status=200, body=b"", headers=())
    for key in ("old", "new"):
        held = await postgres.idempotency.claim(made.caller, key, b"hash", effect_id=ids.new_id(), lease=lease)
        await postgres.idempotency.settle(held, reply)
        await postgres.refresh_tokens.open_family(ids.new_id(), made.id, key.encode())
        clock.move(days=31)
    left = await counts(postgres)
    assert (left["idempotency_key"], left["token_family"], left["refresh_token"]) == (1, 1, 1)
