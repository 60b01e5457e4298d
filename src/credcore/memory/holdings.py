"""What is held on a person in memory, in the sections and under the names that the database's export has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from credcore.account_ports import Plain
from credcore.grading import Grade
from credcore.memory.state import AssessmentRow, MemoryState

Entries = list[Mapping[str, Plain]]


def held_on(state: MemoryState, id: UUID) -> Mapping[str, Sequence[Mapping[str, Plain]]]:
    return {
        **_of_account(state, id),
        **_of_sessions(state, id),
        **_of_assessments(state, id),
        **_of_shares(state, id),
        **_of_deeds(state, id),
    }


def _of_account(state: MemoryState, id: UUID) -> dict[str, Entries]:
    account, secrets = state.accounts[id], state.secrets[id]
    factor, reset = secrets.second_factor, secrets.reset
    entry = _entry(
        principal_id=id,
        email=account.email,
        name=account.name,
        role=account.role,
        ai_consent=account.ai_consent,
        ai_consent_at=secrets.consent_at,
        ai_consent_version=secrets.consent_version,
        created_at=account.created_at,
        password_set_at=secrets.password_set_at,
        second_factor=account.second_factor,
    )
    return {
        "tokens": [_entry(principal_id=id, kind="user", token_epoch=account.epoch, disabled_at=None)],
        "account": [entry],
        "second_factor": [_entry(principal_id=id, confirmed=factor.confirmed)] if factor else [],
        "recovery_codes": [_entry(principal_id=id, spent_at=at) for at in secrets.recovery.values()],
        "password_resets": [_entry(principal_id=id, issued_at=reset[1], expires_at=reset[2])] if reset else [],
    }


def _of_sessions(state: MemoryState, id: UUID) -> dict[str, Entries]:
    own = {key: row for key, row in state.families.items() if row.account_id == id}
    return {
        "sessions": [
            _entry(
                family_id=key,
                account_id=id,
                started_at=row.started_at,
                revoked_at=row.revoked_at,
                refreshed_at=row.refreshed_at,
                address=row.origin.address,
                agent=row.origin.agent,
            )
            for key, row in own.items()
        ],
        "session_refreshes": [
            _entry(family_id=token.family_id, issued_at=token.issued_at, spent_at=token.spent_at)
            for token in state.tokens.values()
            if token.family_id in own
        ],
    }


def _of_deeds(state: MemoryState, id: UUID) -> dict[str, Entries]:
    """An administrator's id and address are theirs: they are left out where it was not the person who acted."""
    audit: Entries = []
    for row in state.audit:
        if id in (row.actor_id, row.subject_id):
            theirs = () if row.actor_id == id else ("actor_id", "address")
            plain = _fields(row)
            audit.append({name: value for name, value in plain.items() if name not in theirs})
    kept = [
        _entry(
            principal_id=id,
            key=key,
            claimed_at=row.claimed_at,
            status=row.reply.status if row.reply else None,
            body=row.reply.body.decode() if row.reply else None,
        )
        for (owner, key), row in state.keys.items()
        if owner == id
    ]
    return {"audit": audit, "kept_answers": kept}


def _of_assessments(state: MemoryState, id: UUID) -> dict[str, Entries]:
    own = [row for row in state.assessments.values() if row.assessment.owner_id == id]
    return {
        "assessments": [_assessment(row) for row in own],
        "questions": [
            {**_at(row), **_fields(item), "delivered_at": _plain(row.delivered.get(item.question_id))}
            for row in own
            for item in row.assessment.items
        ],
        "answers": [{**_at(row), **_fields(response)} for row in own for response in row.responses.values()],
        "grading_jobs": [
            {**_at(row), **_entry(question_id=question, attempts=job.attempts, due_at=job.due_at)}
            for row in own
            for question, job in row.jobs.items()
        ],
        "grades": [_grade(grade) for row in own for grade in row.grades.values()],
        "ai_calls": [
            {**_fields(call.charged), **_entry(assessment_id=call.assessment_id, reserved_at=call.reserved_at)}
            for call in state.ai_calls.values()
            if call.assessment_id in {row.assessment.id for row in own}
        ],
        "profiles": [
            {**_at(row), "revision": completed.profile.revision, "body": _fields(completed.profile)}
            for row in own
            for completed in row.completed
        ],
        "recommendations": [
            {**_at(row), "position": place, **_fields(recommended)}
            for row in own
            for place, recommended in enumerate(row.completed[0].bundle if row.completed else (), 1)
        ],
    }


def _of_shares(state: MemoryState, id: UUID) -> dict[str, Entries]:
    """What the person shares, and what is shared with them by their address; and who looked, when."""
    email = state.accounts[id].email
    own = {key for key, row in state.assessments.items() if row.assessment.owner_id == id}
    held = {key: row for key, row in state.shares.items() if row.assessment_id in own or row.advisor_email == email}
    return {
        "shares": [
            _entry(
                share_id=key,
                assessment_id=row.assessment_id,
                advisor_email=row.advisor_email,
                created_at=row.created_at,
                revoked_at=row.revoked_at,
            )
            for key, row in held.items()
        ],
        "profile_views": [
            _entry(share_id=key, viewed_at=at, advisor_email=row.advisor_email)
            for key, row in held.items()
            for at in row.viewed_at
        ],
    }


def _assessment(row: AssessmentRow) -> Mapping[str, Plain]:
    taken = {name: value for name, value in _fields(row.assessment).items() if name not in ("id", "items")}
    return {**_at(row), **taken, "total": len(row.assessment.items), "answered": len(row.responses)}


def _grade(grade: Grade) -> Mapping[str, Plain]:
    """``reused_from`` may name a grade of somebody else's: only that there is one is said."""
    own, judgement, call = _fields(grade), _fields(grade.judgement), grade.judgement.call
    told = {k: v for k, v in _fields(call).items() if k != "reused_from"} if call else {}
    reused = call is not None and call.reused_from is not None
    return {
        **{k: v for k, v in {**own, **judgement}.items() if k not in ("judgement", "call")},
        **told,
        "reused": reused,
    }


def _at(row: AssessmentRow) -> Mapping[str, Plain]:
    return {"assessment_id": str(row.assessment.id)}


def _entry(**values: object) -> Mapping[str, Plain]:
    return {name: _plain(value) for name, value in values.items()}


def _fields(value: object) -> Mapping[str, Plain]:
    assert is_dataclass(value)
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: object) -> Plain:
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case datetime():
            return value.isoformat()
        case UUID() | Decimal() | Fraction():
            return str(value)
        case tuple() | list() | frozenset():
            return [_plain(entry) for entry in value]
        case _:
            return _fields(value)
