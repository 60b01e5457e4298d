"""Rows become domain values, and what a row lacks becomes the refusal it means."""

from __future__ import annotations

import asyncpg

from credcore.accounts import Account, UserRole
from credcore.assessment import Assessment
from credcore.blueprint import ExperienceLevel, FormItem, FormName
from credcore.errors import NotFound, Unauthenticated
from credcore.questions import QuestionType
from credcore.responses import Response, ResponseStatus
from credcore.second_factor import SecondFactor
from credcore.sign_in_ports import StoredPassword
from credcore_pg.codec import answer_of

CALLER = """caller AS (
    SELECT principal_id FROM principal
    WHERE principal_id = $1 AND token_epoch = $2 AND disabled_at IS NULL
)"""
"""Opens a statement of a caller with id $1 and epoch $2; empty where their tokens no longer count."""


def admit(row: asyncpg.Record) -> None:
    """``row`` says in ``caller`` whether the CALLER fragment found anybody. Raises Unauthenticated."""
    if row["caller"] is None:
        raise Unauthenticated


def admit_owner(row: asyncpg.Record) -> None:
    """As ``admit``; ``row`` also says in ``assessment_id`` whether the assessment is theirs. Raises NotFound, too."""
    admit(row)
    if row["assessment_id"] is None:
        raise NotFound("assessment")


def account_of(row: asyncpg.Record) -> Account:
    return Account(
        id=row["principal_id"],
        email=row["email"],
        name=row["name"],
        role=UserRole(row["role"]),
        ai_consent=row["ai_consent"],
        created_at=row["created_at"],
        epoch=row["token_epoch"],
        second_factor=row["second_factor"],
    )


def stored_password_of(row: asyncpg.Record) -> StoredPassword:
    """``secret`` NULL: an outer join found no second factor, not even one that waits for confirmation."""
    factor = None
    if row["secret"] is not None:
        confirmed = row["confirmed_at"] is not None
        factor = SecondFactor(secret=row["secret"], confirmed=confirmed, last_step=row["last_step"])
    return StoredPassword(account=account_of(row), password_hash=row["password_hash"], second_factor=factor)


def assessment_of(row: asyncpg.Record, items: tuple[FormItem, ...]) -> Assessment:
    return Assessment(
        id=row["assessment_id"],
        owner_id=row["owner_id"],
        learner_ref=row["learner_ref"],
        role=row["role"],
        form=FormName(row["form"]),
        level=ExperienceLevel(row["level"]),
        ai_consent=row["ai_consent"],
        ai_consent_version=row["ai_consent_version"],
        seed=row["seed"],
        items=items,
        started_at=row["started_at"],
        expires_at=row["expires_at"],
        completed_at=row["completed_at"],
    )


def item_of(row: asyncpg.Record) -> FormItem:
    return FormItem(
        position=row["position"],
        question_id=row["question_id"],
        question_version=row["question_version"],
        type=QuestionType(row["type"]),
        domain=row["domain"],
        option_order=tuple(row["option_order"]),
    )


def response_of(row: asyncpg.Record, question_id: str) -> Response | None:
    """None where the row of an outer join has no response."""
    if row["answer"] is None:
        return None
    return Response(
        question_id=question_id,
        answer=answer_of(row["answer"]),
        status=ResponseStatus(row["status"]),
        answered_at=row["answered_at"],
        ordinal=row["ordinal"],
    )
