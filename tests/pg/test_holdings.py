"""No table holds on a person what their export does not tell, and none keeps anything once they are erased."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
from tests.pg.everything import TABLES, everything

from builders import (
    ESSAY,
    FORM,
    LIFETIME,
    MARK,
    Respond,
    account,
    answer,
    assessment,
    bank,
    conclusion,
    document,
    grade,
    ids,
)
from credcore.account_ports import AccountChanges
from credcore.accounts import Origin, UserRole, refresh_outcome
from credcore.audit import OPERATOR, Actor, Deed
from credcore.consent import CONSENT_VERSION
from credcore.erasures import erasure_mark
from credcore.errors import Unauthenticated
from credcore.ports import Replay
from credcore.responses import Text
from credcore_pg.holdings import HOLDINGS, NOT_PERSONAL

DESCRIBED = Path(__file__).parents[2] / "docs" / "export.md"

# Whatever hangs on a principal, by however many steps; and whatever has a column that looks as if it named a person, or
# something of a person's, though no foreign key says so.
REACHED = """
WITH RECURSIVE hangs AS (
    SELECT 'principal'::regclass AS oid
    UNION
    SELECT conrelid FROM pg_constraint JOIN hangs ON confrelid = hangs.oid WHERE contype = 'f'
)
SELECT relname FROM hangs JOIN pg_class USING (oid)
UNION
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public'
    AND column_name ~ '(^|_)(principal|account|owner|actor|subject|user|person|assessment)_id$'
UNION
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name ~ '(email|address|learner)'
"""
COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1"

EMAIL, NAME, ESSAY_TEXT = "remarkable.person@example.org", "Remarkable Person", "An answer nobody else would give."
ADDRESS, AGENT = "192.0.2.77", "A remarkable browser"


async def _lived(stores):
    """Somebody who left everything that a person can leave, and acted as an administrator besides."""
    made = await stores.accounts.add(account(EMAIL, name=NAME, role=UserRole.ADMIN), "hash")
    caller, origin = made.caller, Origin(address=ADDRESS, agent=AGENT)
    await stores.refresh_tokens.open_family(ids.new_id(), made.id, b"first", origin)
    await stores.refresh_tokens.present(b"first", b"second", refresh_outcome)
    await stores.own_accounts.change(caller, AccountChanges(ai_consent=True, consent_version=CONSENT_VERSION))
    await stores.second_factors.begin(caller, "SECRET")
    await stores.second_factors.confirm(caller, 1, [b"recovery"])
    await stores.passwords.open_reset(OPERATOR, ids.new_id(), EMAIL, b"reset", timedelta(hours=1))
    await stores.audit.record(Actor(caller=caller, origin=origin), ids.new_id(), Deed.METRICS_READ)
    await stores.bank.publish(document(), bank())
    begun, unfinished = assessment(caller), assessment(caller)
    for taken in (begun, unfinished):
        await stores.assessments.start(caller, taken, LIFETIME)
        await stores.responses.respond(caller, taken.id, ESSAY, Respond(ESSAY, Text(text=ESSAY_TEXT)))
    claims = await stores.queue.claim(limit=9, lease=timedelta(seconds=9), max_attempts=5, assessment_id=begun.id)
    for claim in claims:
        await stores.queue.finish(claim, grade(claim.task))
    await stores.profiles.conclude(caller, begun.id, conclusion)
    await stores.shares.share(caller, begun.id, ids.new_id(), "advisor@example.org")
    body = f'{{"name": "{NAME}", "text": "{ESSAY_TEXT}"}}'.encode()
    held = await stores.idempotency.claim(caller, "key", b"hash", effect_id=begun.id, lease=timedelta(seconds=9))
    await stores.idempotency.settle(held, Replay(status=200, body=body, headers=()))
    return caller, begun, unfinished


async def test_every_table_that_leads_to_a_person_is_in_the_export_or_said_not_to_be_personal(postgres):
    reached = {row["relname"] for row in await postgres.database.rows(REACHED)}
    known = {holding.table for holding in HOLDINGS} | set(NOT_PERSONAL)
    assert reached - known == set()
    assert known - {row["tablename"] for row in await postgres.database.rows(TABLES)} == set()


def test_no_table_and_no_section_is_named_twice():
    for names in ([holding.section for holding in HOLDINGS], [holding.table for holding in HOLDINGS]):
        assert len(names) == len(set(names))


async def test_every_column_is_exported_or_withheld_for_a_reason(postgres):
    caller, _, _ = await _lived(postgres)
    held = await postgres.own_accounts.export(caller)
    empty = []
    for holding in HOLDINGS:
        columns = {row["column_name"] for row in await postgres.database.rows(COLUMNS, holding.table)}
        assert set(holding.withheld) <= columns
        if not held[holding.section]:
            empty.append(holding.section)
            continue
        told = set().union(*(entry.keys() for entry in held[holding.section]))
        assert columns - set(holding.withheld) <= told, holding.section
    # Their writers are other parts' tests.
    assert set(empty) <= {"ai_calls", "profile_views"}


async def test_the_description_names_every_section_and_every_column_of_it(postgres):
    text = DESCRIBED.read_text("utf-8")
    for holding in HOLDINGS:
        part = re.search(rf"^### `{_camel(holding.section)}`$(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
        assert part, holding.section
        for row in await postgres.database.rows(COLUMNS, holding.table):
            column = row["column_name"]
            assert f"`{_camel(column)}`" in part[1], (holding.section, column)


async def test_erasing_leaves_nothing_of_the_person_in_any_column_of_any_table(postgres):
    caller, begun, unfinished = await _lived(postgres)
    ids_of_theirs = [str(id) for id in (caller.id, begun.id, unfinished.id)]
    traces = [EMAIL, NAME, ESSAY_TEXT, ADDRESS, AGENT, *ids_of_theirs]
    before = await everything(postgres)
    assert [trace for trace in traces if not any(trace in text for text in before.values())] == []
    await postgres.own_accounts.erase(caller, erasure_mark(caller.id, b"a key"))
    after = await everything(postgres)
    assert after["erasure"]
    traces += [id.replace("-", "") for id in ids_of_theirs]  # as bytes would show
    assert [(table, trace) for table, text in after.items() for trace in traces if trace in text] == []


async def test_counts_of_an_erased_persons_assessments_stay_and_add_up(postgres):
    for _ in range(2):
        caller, begun, _ = await _lived(postgres)
        await postgres.own_accounts.erase(caller, MARK)
    rows = await postgres.database.rows("SELECT role, form, status, count FROM erased_assessments ORDER BY status")
    assert [tuple(row) for row in rows] == [
        (begun.role, begun.form, "completed", 2),
        (begun.role, begun.form, "unfinished", 2),
    ]


@pytest.mark.parametrize("id", FORM)
async def test_an_answer_that_comes_while_its_person_is_erased_leaves_nothing(postgres, id):
    caller = (await postgres.accounts.add(account(EMAIL), "hash")).caller
    await postgres.bank.publish(document(), bank())
    begun = assessment(caller)
    await postgres.assessments.start(caller, begun, LIFETIME)
    outcomes = await asyncio.gather(
        postgres.responses.respond(caller, begun.id, id, Respond(id, answer(id))),
        postgres.own_accounts.erase(caller, MARK),
        return_exceptions=True,
    )
    assert outcomes[1] is None
    assert isinstance(outcomes[0], tuple | Unauthenticated)
    left = await everything(postgres)
    assert [table for table, text in left.items() if str(begun.id) in text or str(caller.id) in text] == []


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda letter: letter.group(1).upper(), name)
