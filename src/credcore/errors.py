"""What can go wrong, split by who is to blame; each error carries facts, never a formatted sentence for the wire.

``Refused`` is the caller's doing, ``Unavailable`` that of something we depend on, ``ContentFault`` that of whoever
wrote the content. Anything else that escapes is a defect of ours.
"""

from __future__ import annotations

from datetime import datetime


class CredcoreError(Exception):
    """Root of every error that this package raises on purpose."""


class Refused(CredcoreError):
    """The caller asked for something that the rules do not allow; nothing was changed."""


class Unauthenticated(Refused):
    """The caller's account is gone, disabled, or its tokens were made useless."""


class InvalidCredentials(Refused):
    """Log-in failed; deliberately says nothing about which half was wrong."""


class SecondFactorRequired(Refused):
    """The password was right; the account also asks for a one-time code, and none, or a wrong one, was given."""


class Forbidden(Refused):
    """The caller's kind, role or scopes can never do this."""


class NotFound(Refused):
    """No such thing for this caller: what is somebody else's is not told apart from what does not exist."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class InvalidValue(Refused):
    """A value from outside is not in the domain's range.

    ``pointer`` is a JSON Pointer into the caller's document (``/optionId``), ``detail`` one sentence for a person.
    """

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"{pointer}: {detail}")
        self.pointer = pointer
        self.detail = detail


class EmailTaken(Refused):
    """Registration with an e-mail address that has an account."""


class AlreadyAnswered(Refused):
    """Another answer to that question stands."""

    def __init__(self, question_id: str) -> None:
        super().__init__(question_id)
        self.question_id = question_id


class QuestionNotInForm(Refused):
    """The question is not one of this assessment's."""

    def __init__(self, question_id: str) -> None:
        super().__init__(question_id)
        self.question_id = question_id


class AssessmentNotCompleted(Refused):
    """A profile or recommendations were asked for before completion."""


class AssessmentCompleted(Refused):
    """A new answer after completion."""


class NothingToScore(Refused):
    """Completion with no scored question answered."""


class AssessmentExpired(Refused):
    """The next question, or a new answer, past the end of the assessment's time."""

    def __init__(self, expired_at: datetime) -> None:
        super().__init__(expired_at.isoformat())
        self.expired_at = expired_at


class IdempotencyKeyReused(Refused):
    """The same idempotency key came with another request."""


class RequestInProgress(Refused):
    """The first request with that idempotency key is still running."""


class GradesPending(CredcoreError):
    """Completion has to wait (or to judge these essays itself) before it can be concluded."""

    def __init__(self, question_ids: tuple[str, ...]) -> None:
        super().__init__(", ".join(question_ids))
        self.question_ids = question_ids


class Unavailable(CredcoreError):
    """Something we depend on is down or too slow. Whether a write happened may be unknown: asking again is safe.

    ``what`` is for the log; ``told`` a sentence that anybody may read, None where nothing is to be said.
    """

    def __init__(self, what: str, *, retry_after_seconds: int = 1, told: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.retry_after_seconds = retry_after_seconds
        self.told = told


class ContentFault(CredcoreError):
    """The question bank or the catalogue contradicts its own rules; ``where`` names the entry."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem
