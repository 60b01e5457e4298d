"""A student lets an advisor read a profile, sees who did, and takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from credcore.errors import Refused
from credcore.profile import Profile

MOST_SHARES = 20
"""With so many advisors at a time one profile is shared at the most."""


class TooManyShares(Refused):
    """The profile is shared with ``MOST_SHARES`` advisors already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A standing permission. It names an e-mail address: whether anybody has it is not said to the student."""

    id: UUID
    assessment_id: UUID
    advisor_email: str
    created_at: datetime
    last_viewed_at: datetime | None = None
    views: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedProfile:
    """What an advisor's list shows of one: the profile's latest revision."""

    share_id: UUID
    profile: Profile
    student_name: str
    shared_at: datetime
