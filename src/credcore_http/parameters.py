"""Parameters that several calls share."""

from __future__ import annotations

from credcore.services.assessments import LEARNER_REF_MAX_LENGTH
from credcore_http.calls import Parameter
from credcore_http.requests import DEFAULT_LIMIT, MAX_LIMIT

UUID_SCHEMA = {"type": "string", "format": "uuid"}
EXAMPLE_ID = "019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11"

ASSESSMENT_ID = Parameter(
    name="assessmentId",
    place="path",
    description="The assessment. A malformed id is 404, like an unknown one.",
    schema=UUID_SCHEMA,
    required=True,
    example=EXAMPLE_ID,
)
ASSESSMENT_QUERY = Parameter(
    name="assessmentId",
    place="query",
    description="The assessment whose bundle is asked for.",
    schema=UUID_SCHEMA,
    required=True,
    example=EXAMPLE_ID,
)
RECOMMENDATION_ID = Parameter(
    name="recommendationId",
    place="path",
    description="The recommendation, from a profile or a bundle.",
    schema=UUID_SCHEMA,
    required=True,
    example=EXAMPLE_ID,
)
SHARE_ID = Parameter(
    name="shareId",
    place="path",
    description="The share, from the list of a profile's shares.",
    schema=UUID_SCHEMA,
    required=True,
    example=EXAMPLE_ID,
)
REVISION = Parameter(
    name="revision",
    place="query",
    description="An earlier revision; the latest if left out.",
    schema={"type": "integer", "minimum": 1, "maximum": 999_999_999},
)
LIMIT = Parameter(
    name="limit",
    place="query",
    description="How many entries at the most.",
    schema={"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
)
CURSOR = Parameter(
    name="cursor",
    place="query",
    description="`nextCursor` of the page before.",
    schema=UUID_SCHEMA,
)
LEARNER_REF = Parameter(
    name="learnerRef",
    place="query",
    description="Only what a partner started for this learner of its own.",
    schema={"type": "string", "minLength": 1, "maxLength": LEARNER_REF_MAX_LENGTH},
    example="learner-4711",
)
IDEMPOTENCY_KEY = Parameter(
    name="Idempotency-Key",
    place="header",
    description=(
        "Any text of the caller's, new for each request. The same key and body give the first answer again "
        "(with `Idempotency-Replayed: true`), for at least 24 hours."
    ),
    schema={"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
)
