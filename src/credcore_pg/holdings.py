"""What is held on a person, table by table: the export reads by this list, and a test holds the schema against it.

A table that a person's identifier leads to stands in ``HOLDINGS`` or, with its reason, in ``NOT_PERSONAL``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OWN = """caller AS (
    SELECT principal_id FROM principal JOIN account USING (principal_id)
    WHERE principal_id = $1 AND token_epoch = $2 AND disabled_at IS NULL
),
own AS (SELECT assessment_id FROM assessment JOIN caller ON owner_id = principal_id)"""
"""Opens the statement: ``caller`` is the person, ``own`` are their assessments."""


@dataclass(frozen=True, kw_only=True)
class Holding:
    """``rows``: SQL that gives each row of ``table`` on the person as one JSON object in a column ``entry``.

    ``withheld`` columns are no part of the export, each for its reason.
    """

    section: str
    table: str
    rows: str
    withheld: Mapping[str, str] = field(default_factory=dict)


_SECRET = "lets whoever reads it act as the person"  # noqa: S105 - a reason
_OTHERS = "may name what is somebody else's"
_OURS = "says nothing of the person: it ties rows, or processes, together"

HOLDINGS = (
    Holding(
        section="tokens",
        table="principal",
        rows="SELECT to_jsonb(held) AS entry FROM principal AS held JOIN caller USING (principal_id)",
    ),
    Holding(
        section="account",
        table="account",
        rows="SELECT to_jsonb(held) AS entry FROM account AS held JOIN caller USING (principal_id)",
        withheld={"password_hash": _SECRET},
    ),
    Holding(
        section="sessions",
        table="token_family",
        rows="SELECT to_jsonb(held) AS entry FROM token_family AS held JOIN caller ON account_id = principal_id",
    ),
    Holding(
        section="session_refreshes",
        table="refresh_token",
        rows=(
            "SELECT to_jsonb(held) AS entry FROM refresh_token AS held "
            "JOIN token_family USING (family_id) JOIN caller ON account_id = principal_id"
        ),
        withheld={"token_hash": _SECRET, "successor_hash": _SECRET},
    ),
    Holding(
        section="second_factor",
        table="second_factor",
        rows="SELECT to_jsonb(held) AS entry FROM second_factor AS held JOIN caller USING (principal_id)",
        withheld={"secret": _SECRET},
    ),
    Holding(
        section="recovery_codes",
        table="recovery_code",
        rows="SELECT to_jsonb(held) AS entry FROM recovery_code AS held JOIN caller USING (principal_id)",
        withheld={"code_hash": _SECRET},
    ),
    Holding(
        section="password_resets",
        table="password_reset",
        rows="SELECT to_jsonb(held) AS entry FROM password_reset AS held JOIN caller USING (principal_id)",
        withheld={"token_hash": _SECRET},
    ),
    # Who else took part stays theirs: an administrator's id and address are not the person's data.
    Holding(
        section="audit",
        table="audit_entry",
        rows=(
            "SELECT CASE WHEN actor_id = principal_id THEN to_jsonb(held) ELSE to_jsonb(held) - 'actor_id' - 'address' "
            "END AS entry FROM audit_entry AS held JOIN caller ON principal_id IN (actor_id, subject_id)"
        ),
    ),
    Holding(
        section="assessments",
        table="assessment",
        rows="SELECT to_jsonb(held) AS entry FROM assessment AS held JOIN own USING (assessment_id)",
    ),
    Holding(
        section="questions",
        table="form_item",
        rows="SELECT to_jsonb(held) AS entry FROM form_item AS held JOIN own USING (assessment_id)",
    ),
    Holding(
        section="answers",
        table="response",
        rows="SELECT to_jsonb(held) AS entry FROM response AS held JOIN own USING (assessment_id)",
    ),
    Holding(
        section="grading_jobs",
        table="grading_job",
        rows="SELECT to_jsonb(held) AS entry FROM grading_job AS held JOIN own USING (assessment_id)",
        withheld={"lease_token": _OURS, "leased_until": _OURS},
    ),
    Holding(
        section="grades",
        table="grade",
        rows=(
            "SELECT to_jsonb(held) || jsonb_build_object('reused', reused_from IS NOT NULL) AS entry "
            "FROM grade AS held JOIN own USING (assessment_id)"
        ),
        withheld={"reused_from": _OTHERS},
    ),
    Holding(
        section="ai_calls",
        table="ai_call",
        rows="SELECT to_jsonb(held) AS entry FROM ai_call AS held JOIN own USING (assessment_id)",
    ),
    Holding(
        section="profiles",
        table="profile",
        rows="SELECT to_jsonb(held) AS entry FROM profile AS held JOIN own USING (assessment_id)",
    ),
    Holding(
        section="recommendations",
        table="recommendation",
        rows="SELECT to_jsonb(held) AS entry FROM recommendation AS held JOIN own USING (assessment_id)",
    ),
    # Both what the person shares and what is shared with them by their address; and who looked, when.
    Holding(
        section="shares",
        table="share",
        rows=(
            "SELECT to_jsonb(held) AS entry FROM share AS held "
            "WHERE assessment_id IN (SELECT assessment_id FROM own) "
            "OR advisor_email = (SELECT email FROM account JOIN caller USING (principal_id))"
        ),
    ),
    Holding(
        section="profile_views",
        table="profile_view",
        rows=(
            "SELECT to_jsonb(held) || jsonb_build_object('advisor_email', advisor_email) AS entry "
            "FROM profile_view AS held JOIN share USING (share_id) "
            "WHERE assessment_id IN (SELECT assessment_id FROM own) "
            "OR advisor_email = (SELECT email FROM account JOIN caller USING (principal_id))"
        ),
        withheld={"view_id": _OURS},
    ),
    Holding(
        section="kept_answers",
        table="idempotency_key",
        rows=(
            "SELECT to_jsonb(held) || jsonb_build_object('body', convert_from(body, 'UTF8')) AS entry "
            "FROM idempotency_key AS held JOIN caller USING (principal_id)"
        ),
        withheld={
            "request_hash": _OURS,
            "claim_token": _OURS,
            "leased_until": _OURS,
            "effect_id": _OURS,
        },
    ),
)

NOT_PERSONAL: Mapping[str, str] = {
    "partner": "a partner platform, not a person with an account",
    "partner_client": "a partner platform's",
    "client_secret": "a partner platform's",
}
"""Tables that hang on a principal, or seem to, and hold nothing on a person."""
