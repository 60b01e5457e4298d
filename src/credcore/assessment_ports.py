"""What assessments need of the world, from the first question to the profile and its courses.

The obligations of every store (``credcore.ports``) hold here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from credcore.accounts import Caller
from credcore.assessment import Assessment
from credcore.blueprint import FormItem
from credcore.grading import Grade
from credcore.judged_answers import Record
from credcore.ports import Page
from credcore.profile import Profile
from credcore.questions import Question
from credcore.recommendation import Recommendation
from credcore.responses import AnswerContext, Response


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """Where an assessment stands. ``item`` is the first unanswered one, in form order; None once all are answered."""

    assessment_id: UUID
    completed_at: datetime | None
    expires_at: datetime
    now: datetime
    answered: int
    total: int
    item: FormItem | None
    question: Question | None
    delivered_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """An assessment from outside. ``assessment.items`` is complete; ``now`` is the store's, for the status.

    ``asked``: what the learner has before them, the first unanswered question, once it was delivered and while the
    assessment is in progress. ``find`` gives it; a page does not.
    """

    assessment: Assessment
    answered: int
    pending_grades: int
    now: datetime
    asked: Delivery | None = None


class AssessmentStore(Protocol):
    async def seen(self, caller: Caller, learner_ref: str | None) -> Sequence[str]:
        """Ids of the questions that this learner's assessments asked, oldest assessment first."""

    async def start(self, caller: Caller, assessment: Assessment, lifetime: timedelta) -> Delivery:
        """Stores it, begun now and expiring after ``lifetime`` by the store's clock, and delivers its first question.

        The times in ``assessment`` are not looked at. An assessment with the same id and owner that is stored already
        stays as it is: its delivery is given again. Consent that names no version is a person's, and kept with the
        version that their account has.
        """

    async def deliver_next(self, caller: Caller, assessment_id: UUID) -> Delivery:
        """The first unanswered question; while the assessment is in progress its first delivery is recorded now."""

    async def find(self, caller: Caller, assessment_id: UUID) -> Overview: ...

    async def page(
        self, caller: Caller, *, limit: int, after: UUID | None, learner_ref: str | None = None
    ) -> Page[Overview]:
        """The caller's own (of one learner, if given), newest (greatest id) first; those with an id below ``after``."""


class ResponseStore(Protocol):
    async def respond(
        self,
        caller: Caller,
        assessment_id: UUID,
        question_id: str,
        decide: Callable[[AnswerContext, datetime], Response],
    ) -> tuple[Response, int]:
        """Stores what ``decide(context, now)`` gives, unless that stands already; gives it with the form's length.

        Answers and completion of one assessment happen one after the other. A response with status ``pending`` is
        stored together with its grading job, or neither is. ``decide`` may be called again on a conflict; what it
        raises leaves everything as it was.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Conclusion:
    """What completion stores: the profile, its bundle, and grades that completion itself had to make."""

    profile: Profile
    bundle: tuple[Recommendation, ...]
    grades: tuple[Grade, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Completed:
    profile: Profile
    bundle: tuple[Recommendation, ...]


class ProfileStore(Protocol):
    async def conclude(
        self, caller: Caller, assessment_id: UUID, decide: Callable[[Record, datetime], Conclusion]
    ) -> Completed:
        """Completes with what ``decide(record, now)`` gives, under the lock that answers take.

        An assessment that is completed already is answered with what is stored (its latest revision), and ``decide``
        is not called. The record says which jobs a claim found dead. A grade in the conclusion ends the job of its
        essay, unless it is provisional: then the job stays. What ``decide`` raises leaves everything as it was.
        """

    async def profile(self, caller: Caller, assessment_id: UUID, revision: int | None = None) -> Completed:
        """The latest revision, or that one. Raises AssessmentNotCompleted; NotFound for an unknown revision."""

    async def open_recommendation(self, recommendation_id: UUID) -> str:
        """The course's URL, the click counted. Raises NotFound."""
