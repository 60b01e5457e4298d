"""What people with power over others' accounts do leaves an entry: who, what, when, from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from credcore.accounts import NOWHERE, Caller, Origin


class Deed(StrEnum):
    """What is recorded."""

    ACCOUNT_CREATED = "account-created"
    ROLE_CHANGED = "role-changed"
    ACCOUNTS_LISTED = "accounts-listed"
    ACCOUNT_READ = "account-read"
    RESET_ISSUED = "reset-issued"
    SECOND_FACTOR_REMOVED = "second-factor-removed"
    KEYS_ROTATED = "keys-rotated"
    METRICS_READ = "metrics-read"
    AUDIT_READ = "audit-read"
    ERASURES_APPLIED = "erasures-applied"
    PARTNER_CREATED = "partner-created"
    PARTNER_CLIENT_ADDED = "partner-client-added"
    PARTNER_SECRET_ROTATED = "partner-secret-rotated"  # noqa: S105 - a deed
    PARTNER_DISABLED = "partner-disabled"
    PARTNER_LEARNER_FORGOTTEN = "partner-learner-forgotten"


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who acts. ``caller`` None: the operator, at the command line."""

    caller: Caller | None = None
    origin: Origin = NOWHERE


OPERATOR = Actor()


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditEntry:
    """``actor_id`` None: the operator, or somebody who is gone; ``subject_id`` None: nobody in particular, or gone.

    ``detail`` says what changed in words of ours, never anything of a person's.
    """

    id: UUID
    at: datetime
    actor_id: UUID | None
    by_operator: bool
    deed: Deed
    subject_id: UUID | None
    detail: str
    address: str | None
