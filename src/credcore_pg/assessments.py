"""Assessments in PostgreSQL: started, delivered question by question, looked at from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import asyncpg

from credcore.accounts import Caller
from credcore.assessment import Assessment, Status, status_of
from credcore.assessment_ports import Delivery, Overview
from credcore.blueprint import FormItem
from credcore.ports import Page
from credcore_pg.codec import decoded, encoded, question_of
from credcore_pg.database import Connection, Database
from credcore_pg.rows import CALLER, admit, admit_owner, assessment_of, item_of

_SEEN = f"""
WITH {CALLER},
asked AS (
    SELECT array_agg(question_id ORDER BY assessment_id, position) AS question_ids
    FROM assessment JOIN form_item USING (assessment_id)
    WHERE owner_id = $1 AND learner_ref IS NOT DISTINCT FROM $3
)
SELECT (SELECT principal_id FROM caller) AS caller, coalesce(question_ids, '{{}}') AS question_ids FROM asked
"""  # noqa: S608 - nothing but a constant goes in

_START = f"""
WITH {CALLER},
clock AS (SELECT coalesce($3::timestamptz, clock_timestamp()) AS now),
begun AS (
    INSERT INTO assessment
        (assessment_id, owner_id, learner_ref, role, form, level, ai_consent, ai_consent_version, seed, total,
        started_at, expires_at)
    SELECT $4, principal_id, $5, $6, $7, $8, $9, CASE WHEN $9 THEN coalesce($10, account.ai_consent_version) END,
        $11, $12, now, now + $13::interval
    FROM caller LEFT JOIN account USING (principal_id), clock
    ON CONFLICT ON CONSTRAINT assessment_pk DO NOTHING
    RETURNING assessment_id
)
INSERT INTO form_item (assessment_id, position, question_id, question_version, type, domain, option_order)
SELECT begun.assessment_id, item.* FROM begun, jsonb_to_recordset($14::jsonb)
    AS item(position integer, question_id text, question_version text, type text, domain text, option_order text[])
"""  # noqa: S608 - nothing but a constant goes in

_STANDING = f"""
WITH {CALLER},
clock AS (SELECT coalesce($3::timestamptz, clock_timestamp()) AS now),
own AS (
    SELECT assessment.* FROM assessment JOIN caller ON owner_id = principal_id WHERE assessment_id = $4
),
standing AS (
    SELECT item.* FROM own JOIN form_item AS item USING (assessment_id)
    WHERE NOT EXISTS (
        SELECT FROM response
        WHERE response.assessment_id = item.assessment_id AND response.question_id = item.question_id
    )
    ORDER BY position LIMIT 1
)"""  # noqa: S608 - nothing but a constant goes in

# One statement. Of two at once the second waits for the row and then keeps the first one's time: the update reads the
# row as it is by then, which is why the time is taken from the row itself and not from what was seen before.
_RECORDED = """
delivered AS (
    UPDATE form_item SET delivered_at = coalesce(form_item.delivered_at, now) FROM standing, own, clock
    WHERE form_item.assessment_id = standing.assessment_id AND form_item.position = standing.position
        AND standing.delivered_at IS NULL AND own.completed_at IS NULL AND now < own.expires_at
    RETURNING form_item.delivered_at
)"""
_UNRECORDED = "delivered AS (SELECT NULL::timestamptz AS delivered_at)"

_DELIVERY = """
SELECT caller.principal_id AS caller, own.assessment_id, own.completed_at, own.expires_at, own.total, now,
    (SELECT count(*) FROM response WHERE assessment_id = own.assessment_id) AS answered,
    standing.position, standing.question_id, standing.question_version, standing.type, standing.domain,
    standing.option_order, question.body, coalesce(delivered.delivered_at, standing.delivered_at) AS delivered_at
FROM clock
LEFT JOIN caller ON true
LEFT JOIN own ON true
LEFT JOIN standing ON true
LEFT JOIN question
    ON question.question_id = standing.question_id AND question.version = standing.question_version
LEFT JOIN delivered ON true
"""
_DELIVER = f"{_STANDING}, {_RECORDED} {_DELIVERY}"
_LOOK = f"{_STANDING}, {_UNRECORDED} {_DELIVERY}"

_OVERVIEW = """
    overview AS (
        SELECT own.*,
            (SELECT count(*) FROM grading_job WHERE assessment_id = own.assessment_id AND state IN ('queued', 'leased'))
                AS pending,
            (
                SELECT jsonb_agg(
                    jsonb_build_object(
                        'position', position, 'question_id', question_id, 'question_version', question_version,
                        'type', type, 'domain', domain, 'option_order', to_jsonb(option_order)
                    ) ORDER BY position
                )
                FROM form_item WHERE assessment_id = own.assessment_id
            ) AS items
        FROM own
    )
    SELECT caller.principal_id AS caller, overview.*, coalesce($3::timestamptz, clock_timestamp()) AS now
    FROM (VALUES (1)) AS always LEFT JOIN caller ON true LEFT JOIN overview ON true
"""
_FIND = f"""
WITH {CALLER},
own AS (
    SELECT assessment.* FROM assessment JOIN caller ON owner_id = principal_id WHERE assessment_id = $4
),
{_OVERVIEW}
"""  # noqa: S608 - nothing but constants go in
_PAGE = f"""
WITH {CALLER},
own AS (
    SELECT assessment.* FROM assessment JOIN caller ON owner_id = principal_id
    WHERE ($4::uuid IS NULL OR assessment_id < $4) AND ($6::text IS NULL OR learner_ref = $6)
    ORDER BY assessment_id DESC LIMIT $5
),
{_OVERVIEW} ORDER BY assessment_id DESC
"""  # noqa: S608 - nothing but constants go in


@dataclass(frozen=True)
class PostgresAssessments:
    database: Database

    async def seen(self, caller: Caller, learner_ref: str | None) -> Sequence[str]:
        row = await self.database.only_row(_SEEN, caller.id, caller.epoch, learner_ref)
        admit(row)
        return list(row["question_ids"])

    async def start(self, caller: Caller, assessment: Assessment, lifetime: timedelta) -> Delivery:
        async def work(connection: Connection) -> asyncpg.Record | None:
            now = self.database.now
            await connection.execute(_START, caller.id, caller.epoch, now, *_begun(assessment, lifetime))
            return await connection.fetchrow(_DELIVER, caller.id, caller.epoch, now, assessment.id)

        return _delivery_of(await self.database.in_transaction(work))

    async def deliver_next(self, caller: Caller, assessment_id: UUID) -> Delivery:
        row = await self.database.row(_DELIVER, caller.id, caller.epoch, self.database.now, assessment_id)
        return _delivery_of(row)

    async def find(self, caller: Caller, assessment_id: UUID) -> Overview:
        row = await self.database.only_row(_FIND, caller.id, caller.epoch, self.database.now, assessment_id)
        admit_owner(row)
        look = await self.database.row(_LOOK, caller.id, caller.epoch, self.database.now, assessment_id)
        return replace(_overview_of(row), asked=_asked(_delivery_of(look)))

    async def page(
        self, caller: Caller, *, limit: int, after: UUID | None, learner_ref: str | None = None
    ) -> Page[Overview]:
        rows = await self.database.rows(
            _PAGE, caller.id, caller.epoch, self.database.now, after, limit + 1, learner_ref
        )
        admit(rows[0])
        found = [_overview_of(row) for row in rows if row["assessment_id"] is not None]
        shown = tuple(found[:limit])
        return Page(items=shown, next_after=shown[-1].assessment.id if len(found) > limit else None)


def _begun(assessment: Assessment, lifetime: timedelta) -> tuple[object, ...]:
    return (
        assessment.id,
        assessment.learner_ref,
        assessment.role,
        assessment.form,
        assessment.level,
        assessment.ai_consent,
        assessment.ai_consent_version,
        assessment.seed,
        len(assessment.items),
        lifetime,
        encoded(assessment.items),
    )


def _delivery_of(row: asyncpg.Record | None) -> Delivery:
    assert row is not None  # the statement starts from its clock, which is one row
    admit_owner(row)
    standing = row["position"] is not None
    return Delivery(
        assessment_id=row["assessment_id"],
        completed_at=row["completed_at"],
        expires_at=row["expires_at"],
        now=row["now"],
        answered=row["answered"],
        total=row["total"],
        item=item_of(row) if standing else None,
        question=question_of(row["body"]) if standing else None,
        delivered_at=row["delivered_at"],
    )


def _asked(delivery: Delivery) -> Delivery | None:
    """What the learner has before them: delivered, and still to be answered."""
    status = status_of(delivery.completed_at, delivery.expires_at, delivery.now)
    return delivery if status is Status.IN_PROGRESS and delivery.delivered_at is not None else None


def _overview_of(row: asyncpg.Record) -> Overview:
    items = decoded(row["items"], tuple[FormItem, ...])
    return Overview(
        assessment=assessment_of(row, items), answered=row["answered"], pending_grades=row["pending"], now=row["now"]
    )
