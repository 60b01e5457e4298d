"""Examples of sharing, for the description."""

from __future__ import annotations

from credcore_http.examples import ASSESSMENT_ID

SHARE_REQUEST = {"advisorEmail": "advisor@example.org"}
SHARE = {
    "shareId": "019aa9ee-50c2-7d3a-a4e1-3b9f0c6d2e55",
    "advisorEmail": "advisor@example.org",
    "createdAt": "2026-11-22T10:02:00Z",
}
SHARES = {"items": [{**SHARE, "lastViewedAt": "2026-11-22T11:15:42Z", "views": 2}]}
SHARED = {
    "items": [
        {
            "assessmentId": ASSESSMENT_ID,
            "studentName": "A. Student",
            "role": "backend-developer",
            "completedAt": "2026-11-22T09:48:12Z",
            "overallScore": 61.4,
            "scoreBand": "mid",
            "confidenceScore": 0.68,
            "sharedAt": "2026-11-22T10:02:00Z",
        }
    ],
    "nextCursor": None,
}
