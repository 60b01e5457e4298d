"""Shares of profiles in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from credcore.accounts import Caller
from credcore.assessment_ports import Completed
from credcore.errors import AssessmentNotCompleted, NotFound
from credcore.ports import Page
from credcore.profile import Profile
from credcore.sharing import MOST_SHARES, Share, SharedProfile, TooManyShares
from credcore_pg.codec import decoded
from credcore_pg.completed import BUNDLE, completed_of, revision_asked
from credcore_pg.database import Connection, Database
from credcore_pg.rows import CALLER, admit, admit_owner

# The lock puts those that share one profile at the same time one behind the other. It stands alone: what is counted
# next is as the one before left it.
_LOCK = f"""
WITH {CALLER},
own AS (
    SELECT assessment_id, completed_at FROM assessment JOIN caller ON owner_id = principal_id
    WHERE assessment_id = $3 FOR NO KEY UPDATE OF assessment
)
SELECT caller.principal_id AS caller, own.*
FROM (VALUES (1)) AS always LEFT JOIN caller ON true LEFT JOIN own ON true
"""  # noqa: S608 - nothing but a constant goes in

_VIEWS = """
    (SELECT count(*) FROM profile_view WHERE share_id = share.share_id) AS views,
    (SELECT max(viewed_at) FROM profile_view WHERE share_id = share.share_id) AS last_viewed_at
"""
_STANDING = f"""
SELECT share.*, {_VIEWS} FROM share WHERE assessment_id = $1 AND revoked_at IS NULL ORDER BY share_id
"""  # noqa: S608 - nothing but a constant goes in

_OF = f"""
WITH {CALLER},
own AS (SELECT assessment_id FROM assessment JOIN caller ON owner_id = principal_id WHERE assessment_id = $3)
SELECT caller.principal_id AS caller, own.assessment_id, share.share_id, share.advisor_email, share.created_at, {_VIEWS}
FROM (VALUES (1)) AS always LEFT JOIN caller ON true LEFT JOIN own ON true
LEFT JOIN share ON share.assessment_id = own.assessment_id AND revoked_at IS NULL ORDER BY share_id
"""  # noqa: S608 - nothing but constants go in

_ADD = """
INSERT INTO share (share_id, assessment_id, advisor_email, created_at)
VALUES ($1, $2, $3, coalesce($4::timestamptz, clock_timestamp()))
"""

_REVOKE = f"""
WITH {CALLER},
own AS (SELECT assessment_id FROM assessment JOIN caller ON owner_id = principal_id WHERE assessment_id = $4),
revoked AS (
    UPDATE share SET revoked_at = coalesce($3::timestamptz, clock_timestamp()) FROM own
    WHERE share.assessment_id = own.assessment_id AND share_id = $5 AND revoked_at IS NULL RETURNING share_id
)
SELECT caller.principal_id AS caller, own.assessment_id, revoked.share_id
FROM (VALUES (1)) AS always LEFT JOIN caller ON true LEFT JOIN own ON true LEFT JOIN revoked ON true
"""  # noqa: S608 - nothing but a constant goes in

_RECEIVED = f"""
WITH {CALLER},
received AS (
    SELECT share.share_id, share.assessment_id, share.created_at
    FROM caller JOIN account ON account.principal_id = caller.principal_id AND account.role = 'advisor'
    JOIN share ON share.advisor_email = account.email AND share.revoked_at IS NULL
)"""  # noqa: S608 - nothing but a constant goes in

_SHARED_WITH = f"""
{_RECEIVED},
shown AS (
    SELECT received.*, student.name, latest.body
    FROM received
    JOIN assessment USING (assessment_id)
    JOIN account AS student ON student.principal_id = assessment.owner_id
    CROSS JOIN LATERAL (
        SELECT body FROM profile WHERE assessment_id = received.assessment_id ORDER BY revision DESC LIMIT 1
    ) AS latest
    WHERE $3::uuid IS NULL OR share_id < $3 ORDER BY share_id DESC LIMIT $4
)
SELECT caller.principal_id AS caller, shown.*
FROM (VALUES (1)) AS always LEFT JOIN caller ON true LEFT JOIN shown ON true ORDER BY share_id DESC
"""  # noqa: S608 - nothing but constants go in

# A view is recorded in the statement that gives the profile: there is no reading without it.
_VIEW = f"""
{_RECEIVED},
own AS (
    SELECT share_id, assessment.assessment_id, completed_at FROM received JOIN assessment USING (assessment_id)
    WHERE assessment_id = $3
),
latest AS (
    SELECT body FROM profile JOIN own USING (assessment_id) WHERE $4::bigint IS NULL OR revision = $4
    ORDER BY revision DESC LIMIT 1
),
viewed AS (
    INSERT INTO profile_view (share_id, viewed_at)
    SELECT share_id, coalesce($5::timestamptz, clock_timestamp()) FROM own, latest
)
SELECT caller.principal_id AS caller, own.assessment_id, own.completed_at, latest.body, {BUNDLE}
FROM (VALUES (1)) AS always LEFT JOIN caller ON true LEFT JOIN own ON true LEFT JOIN latest ON true
"""  # noqa: S608 - nothing but constants go in


@dataclass(frozen=True)
class PostgresShares:
    database: Database

    async def share(self, caller: Caller, assessment_id: UUID, share_id: UUID, advisor_email: str) -> Share:
        async def work(connection: Connection) -> Share:
            await _lock(connection, caller, assessment_id)
            standing = [_share_of(row) for row in await connection.fetch(_STANDING, assessment_id)]
            for share in standing:
                if share.advisor_email == advisor_email:
                    return share
            if len(standing) >= MOST_SHARES:
                raise TooManyShares
            await connection.execute(_ADD, share_id, assessment_id, advisor_email, self.database.now)
            rows = await connection.fetch(_STANDING, assessment_id)
            return next(_share_of(row) for row in rows if row["share_id"] == share_id)

        return await self.database.in_transaction(work)

    async def of(self, caller: Caller, assessment_id: UUID) -> Sequence[Share]:
        rows = await self.database.rows(_OF, caller.id, caller.epoch, assessment_id)
        admit_owner(rows[0])
        return [_share_of(row) for row in rows if row["share_id"] is not None]

    async def revoke(self, caller: Caller, assessment_id: UUID, share_id: UUID) -> None:
        row = await self.database.only_row(_REVOKE, caller.id, caller.epoch, self.database.now, assessment_id, share_id)
        admit_owner(row)
        if row["share_id"] is None:
            raise NotFound("share")

    async def shared_with(self, caller: Caller, *, limit: int, after: UUID | None) -> Page[SharedProfile]:
        rows = await self.database.rows(_SHARED_WITH, caller.id, caller.epoch, after, limit + 1)
        admit(rows[0])
        found = [_shared_of(row) for row in rows if row["share_id"] is not None]
        shown = tuple(found[:limit])
        return Page(items=shown, next_after=shown[-1].share_id if len(found) > limit else None)

    async def view(self, caller: Caller, assessment_id: UUID, revision: int | None = None) -> Completed:
        row = await self.database.row(
            _VIEW, caller.id, caller.epoch, assessment_id, revision_asked(revision), self.database.now
        )
        return completed_of(row)


async def _lock(connection: Connection, caller: Caller, assessment_id: UUID) -> None:
    row = await connection.fetchrow(_LOCK, caller.id, caller.epoch, assessment_id)
    assert row is not None  # the statement starts from a row of its own
    admit_owner(row)
    if row["completed_at"] is None:
        raise AssessmentNotCompleted


def _share_of(row: asyncpg.Record) -> Share:
    return Share(
        id=row["share_id"],
        assessment_id=row["assessment_id"],
        advisor_email=row["advisor_email"],
        created_at=row["created_at"],
        last_viewed_at=row["last_viewed_at"],
        views=row["views"],
    )


def _shared_of(row: asyncpg.Record) -> SharedProfile:
    return SharedProfile(
        share_id=row["share_id"],
        profile=decoded(row["body"], Profile),
        student_name=row["name"],
        shared_at=row["created_at"],
    )
