"""The one place where the database's errors become the domain's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import asyncpg

from credcore.errors import EmailTaken, NotFound, Refused, Unauthenticated, Unavailable
from credcore.partners import PartnerNameTaken

DATABASE = "database"
"""What ``Unavailable`` names."""

CONSTRAINTS: dict[str, Callable[[], Refused]] = {
    "account_email_key": EmailTaken,
    "partner_name_key": PartnerNameTaken,
    # An id that is there already belongs to the first try of the same registration.
    "principal_pk": EmailTaken,
    # The account went between the check of the caller and the write.
    "assessment_owner_fk": Unauthenticated,
    "idempotency_key_principal_fk": Unauthenticated,
    "token_family_account_fk": Unauthenticated,
    "second_factor_account_fk": Unauthenticated,
    "audit_entry_actor_fk": Unauthenticated,
    # So did the one whom an administrator means.
    "audit_entry_subject_fk": partial(NotFound, "account"),
    "password_reset_account_fk": partial(NotFound, "account"),
    # The learner went while an advisor looked.
    "profile_view_share_fk": partial(NotFound, "assessment"),
}

ROLLED_BACK = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InvalidCachedStatementError,
)
"""The server undid all of the work for the sake of somebody else's: doing it once more is right."""

_SERVER = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.OperatorInterventionError,  # shutting down, starting up, statement_timeout
    asyncpg.PostgresSystemError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    *ROLLED_BACK,
)
# asyncpg raises the last two, too, where a connection breaks off under it.
_CLIENT = (OSError, asyncpg.InternalClientError, asyncpg.InterfaceError)

FOREIGN = (asyncpg.IntegrityConstraintViolationError, *_SERVER, *_CLIENT)

SUSPECT = (TimeoutError, asyncpg.ReadOnlySQLTransactionError, asyncpg.InternalClientError)
"""After these a connection is not used again: its server may be frozen, or is no longer the primary."""


def translated(error: Exception) -> Exception:
    """What to raise instead of ``error``: a domain error, or ``error`` itself where the defect is ours."""
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        meaning = CONSTRAINTS.get(error.constraint_name or "")
        return meaning() if meaning else error
    if isinstance(error, ValueError):
        # Arguments or settings that asyncpg refuses before it sends anything.
        return error
    return Unavailable(DATABASE) if isinstance(error, _SERVER + _CLIENT) else error
