"""The life cycle of an assessment, as one table.

Everything here is values in, values out: the time comes as an argument, and an illegal move changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from credcore.blueprint import ExperienceLevel, FormItem, FormName
from credcore.errors import AssessmentCompleted, AssessmentExpired

ASSESSMENT_TIME = timedelta(hours=2)
"""Several times the 15 to 20 minutes that it takes: whoever is called away can go on."""


class Status(StrEnum):
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    EXPIRED = "expired"


class Action(StrEnum):
    DELIVER = "deliver"
    ANSWER = "answer"
    COMPLETE = "complete"


LIFE_CYCLE = {
    (Status.IN_PROGRESS, Action.DELIVER): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Action.ANSWER): Status.IN_PROGRESS,
    (Status.IN_PROGRESS, Action.COMPLETE): Status.COMPLETED,
    # What was answered in time deserves its profile, however late it is asked for.
    (Status.EXPIRED, Action.COMPLETE): Status.COMPLETED,
    # Completing again is answered with the same profile.
    (Status.COMPLETED, Action.COMPLETE): Status.COMPLETED,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """One learner's assessment with its drawn form. ``learner_ref`` is a partner's own opaque name for the learner.

    ``ai_consent_version`` names the text that was agreed to, see ``credcore.consent``: None without consent, and where
    it was given before versions were kept. When it was said is ``started_at``.
    """

    id: UUID
    owner_id: UUID
    learner_ref: str | None
    role: str
    form: FormName
    level: ExperienceLevel
    ai_consent: bool
    seed: int
    items: tuple[FormItem, ...]
    started_at: datetime
    expires_at: datetime
    completed_at: datetime | None = None
    ai_consent_version: str | None = None

    def status(self, now: datetime) -> Status:
        return status_of(self.completed_at, self.expires_at, now)


def status_of(completed_at: datetime | None, expires_at: datetime, now: datetime) -> Status:
    """Expiry is never stored: it is what the clock says of an assessment that was not completed."""
    if completed_at is not None:
        return Status.COMPLETED
    return Status.EXPIRED if now >= expires_at else Status.IN_PROGRESS


def advance(status: Status, action: Action, expires_at: datetime) -> Status:
    """The status after ``action``.

    Raises:
        AssessmentCompleted, AssessmentExpired: the life cycle has no such move.
    """
    after = LIFE_CYCLE.get((status, action))
    if after is not None:
        return after
    if status is Status.COMPLETED:
        raise AssessmentCompleted
    raise AssessmentExpired(expires_at)
