"""Who may act on other people's accounts, and the entry that it leaves: parts of statements."""

from __future__ import annotations

from uuid import UUID

from credcore.audit import Actor

ACTOR = """clock AS (SELECT coalesce($1::timestamptz, clock_timestamp()) AS now),
actor AS (
    SELECT $2::uuid AS actor_id, now FROM clock
    WHERE $2::uuid IS NULL OR EXISTS (
        SELECT FROM principal JOIN account USING (principal_id)
        WHERE principal_id = $2 AND token_epoch = $3 AND disabled_at IS NULL AND role = 'admin'
    )
)"""
"""Opens a statement: empty where somebody acts who is no standing administrator. Arguments $1 to $5: ``acting``."""

ENTRY = """INSERT INTO audit_entry (entry_id, at, actor_id, by_operator, address, deed, subject_id, detail)
    SELECT $5, now, actor_id, actor_id IS NULL, $4"""
"""Goes on with the deed, the subject and the detail, and where ``actor`` is taken from."""

RECORD = f"WITH {ACTOR} {ENTRY}, $6, $7::uuid, $8 FROM actor RETURNING entry_id"
"""An entry by itself: deed, subject, detail. No row where the actor is nobody to act."""


def acting(actor: Actor, entry_id: UUID, now: object) -> tuple[object, ...]:
    caller = actor.caller
    return now, caller.id if caller else None, caller.epoch if caller else None, actor.origin.address, entry_id
