"""How the description says who can make a call: the access rules themselves, in OpenAPI's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credcore.accounts import Scope
from credcore_http.calls import Call

Json = dict[str, Any]  # Any: JSON, written out as it is

SCOPES: Mapping[Scope, str] = {
    Scope.ASSESSMENTS_WRITE: "Start assessments for learners, see them, answer their questions, complete them",
    Scope.PROFILES_READ: "Read the profiles of its own learners",
    Scope.RECOMMENDATIONS_READ: "Read the recommended courses of its own learners",
}
PEOPLE, PARTNERS = "bearer", "partner"
SECURITY_SCHEMES: Json = {
    PEOPLE: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The access token of a person who registered or logged in. Where a role is named, it takes one.",
    },
    PARTNERS: {
        "type": "oauth2",
        "description": "The access token of a partner's client, sent as a bearer token. Without the scope: 403.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/auth/token",
                "scopes": {scope.value: text for scope, text in SCOPES.items()},
            }
        },
    },
}


def security_of(call: Call) -> list[Json]:
    """Whose token the call takes: each entry is one way, with the role or the scope that it needs."""
    if not call.authenticated:
        return []
    access = call.access
    people: Json = {PEOPLE: [access.role.value] if access.role else []}
    return [people] if access.scope is None else [people, {PARTNERS: [access.scope.value]}]
