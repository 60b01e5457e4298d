"""A profile with its bundle, as a row has it: read by its owner, or by somebody it is shared with."""

from __future__ import annotations

import asyncpg

from credcore.assessment_ports import Completed
from credcore.errors import AssessmentNotCompleted, NotFound
from credcore.profile import Profile
from credcore.recommendation import Recommendation
from credcore_pg.codec import decoded
from credcore_pg.rows import admit_owner

BUNDLE = """(
    SELECT jsonb_agg(
        jsonb_build_object(
            'id', recommendation_id, 'course_id', course_id, 'title', title, 'provider', provider, 'url', url,
            'level', level, 'format', format, 'effort_hours', effort_hours::text, 'reason', reason
        ) ORDER BY position
    )
    FROM recommendation WHERE assessment_id = own.assessment_id
) AS bundle"""
"""For a statement in which ``own`` is the assessment."""

_LAST_REVISION = 2**31 - 1
"""No revision is beyond it, and the column holds none; asking for one is no error of the database."""


def revision_asked(revision: int | None) -> int | None:
    """As a statement may take it: what cannot be becomes 0, which none is."""
    return revision if revision is None or 0 <= revision <= _LAST_REVISION else 0


def completed_of(row: asyncpg.Record | None) -> Completed:
    """Raises Unauthenticated, NotFound, AssessmentNotCompleted."""
    assert row is not None  # the statement starts from a row of its own
    admit_owner(row)
    if row["completed_at"] is None:
        raise AssessmentNotCompleted
    if row["body"] is None:
        raise NotFound("revision")
    return Completed(
        profile=decoded(row["body"], Profile),
        bundle=decoded(row["bundle"], tuple[Recommendation, ...]) if row["bundle"] else (),
    )
