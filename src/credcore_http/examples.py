"""Examples for the description: one assessment, told from registration to recommendation."""

from __future__ import annotations

USER_ID = "019aa9d4-1e0a-7b8e-8f6a-52f0c5d1a001"
ASSESSMENT_ID = "019aa9d5-7c52-7d31-9c3e-0a8c5f3f7b11"
RECOMMENDATION_ID = "019aa9e9-2a44-7e02-b0d5-77c1f4a90c21"

REGISTRATION = {
    "email": "student@example.org",
    "name": "A. Student",
    "password": "correct horse battery staple",
    "aiConsent": True,
}
LOGIN = {"email": "student@example.org", "password": "correct horse battery staple"}
REFRESH = {"refreshToken": "p3v1l0cT9vY0k2pQd1mX7aZt4sW8uN5rB6eH3gJfKLo"}
TOKENS = {
    "accessToken": "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.e30.c2lnbmF0dXJl",
    "refreshToken": "p3v1l0cT9vY0k2pQd1mX7aZt4sW8uN5rB6eH3gJfKLo",
    "tokenType": "Bearer",
    "expiresIn": 86400,
}
REGISTERED = {"userId": USER_ID, **TOKENS}
USER = {
    "userId": USER_ID,
    "email": "student@example.org",
    "name": "A. Student",
    "role": "student",
    "aiConsent": True,
    "createdAt": "2026-11-22T09:00:00Z",
}
TOKEN_FORM = {
    "grant_type": "client_credentials",
    "client_id": "019aa9d0-3f1b-7a52-8d0e-6b1f2f7c4d10",
    "client_secret": "k8Qm2vXcT5nB7wLpR1sZ4yHd9fGjA0eUiOqV3xKbN6M",
    "scope": "assessments:write profiles:read",
}
OAUTH_TOKEN = {
    "access_token": "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.e30.c2lnbmF0dXJl",
    "token_type": "Bearer",
    "expires_in": 86400,
    "scope": "assessments:write profiles:read",
}
INVALID_SCOPE = {"error": "invalid_scope", "error_description": "the client does not have this scope"}
INVALID_CLIENT = {
    "error": "invalid_client",
    "error_description": "there is no such client, or its secret is wrong",
}
KEY_SET = {
    "keys": [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "kid": "2026-11-22",
            "use": "sig",
            "alg": "EdDSA",
        }
    ]
}
ROLES = {
    "items": [
        {
            "role": "backend-developer",
            "title": "Backend developer",
            "description": "Builds the services behind an application.",
            "domains": [
                {"domain": "backend.apis", "title": "APIs and services", "weight": 0.3},
                {"domain": "backend.databases", "title": "Databases", "weight": 0.3},
                {"domain": "backend.architecture", "title": "Architecture and messaging", "weight": 0.2},
                {"domain": "backend.quality", "title": "Security and testing", "weight": 0.2},
            ],
        }
    ]
}
START = {"role": "backend-developer", "experienceLevel": "intermediate", "form": "standard"}
QUESTION = {
    "questionId": "backend-apis-retry-post",
    "position": 1,
    "type": "mcq",
    "domain": "backend.apis",
    "prompt": "A client posts an order and the connection drops. What makes the retry safe?",
    "options": [
        {"optionId": "c", "text": "A key that the client chooses and the server remembers with its answer"},
        {"optionId": "a", "text": "A longer time-out on the client, so that fewer answers are lost"},
    ],
    "timeLimitSeconds": 90,
    "answerBy": "2026-11-22T09:31:30Z",
}
ENTRY = {
    "assessmentId": ASSESSMENT_ID,
    "role": "backend-developer",
    "form": "standard",
    "experienceLevel": "intermediate",
    "status": "in_progress",
    "startedAt": "2026-11-22T09:30:00Z",
    "expiresAt": "2026-11-22T11:30:00Z",
    "completedAt": None,
    "totalQuestions": 10,
    "answered": 0,
    "pendingGrades": 0,
    "learnerRef": None,
}
ASSESSMENT = {**ENTRY, "question": QUESTION}
ASSESSMENTS = {"items": [ENTRY], "nextCursor": None}
NEXT = {"answered": 0, "totalQuestions": 10, "question": QUESTION}
ANSWER = {"questionId": "backend-apis-retry-post", "optionId": "c"}
ANSWERED = {"questionId": "backend-apis-retry-post", "status": "scored", "answered": 1, "totalQuestions": 10}
RECOMMENDATION = {
    "recommendationId": RECOMMENDATION_ID,
    "courseId": "use-the-index-luke",
    "title": "Use The Index, Luke! (SQL indexing and tuning)",
    "provider": "Markus Winand",
    "estimatedEffortHours": 12,
    "format": "reading",
    "level": "intermediate",
    "url": "https://use-the-index-luke.com",
    "openUrl": f"/recommendations/{RECOMMENDATION_ID}/open",
    "reason": "Serves Databases, where you reached 42.5 of 100; you like to learn by reading.",
}
RECOMMENDATIONS = {"assessmentId": ASSESSMENT_ID, "items": [RECOMMENDATION]}
PROFILE = {
    "assessmentId": ASSESSMENT_ID,
    "role": "backend-developer",
    "form": "standard",
    "completedAt": "2026-11-22T09:48:12Z",
    "revision": 1,
    "provisional": False,
    "overallScore": 61.4,
    "scoreBand": "mid",
    "confidenceScore": 0.68,
    "domainBreakdown": [
        {"domain": "backend.databases", "title": "Databases", "score": 42.5, "weight": 0.3, "answered": 2, "total": 2}
    ],
    "strengths": [{"domain": "backend.apis", "text": "APIs and services, 83.3 of 100. Shown: names the key."}],
    "improvements": [{"domain": "backend.databases", "text": "Databases, 42.5 of 100. Not found: the index."}],
    "answers": [
        {
            "questionId": "backend-databases-slow-listing",
            "type": "essay",
            "domain": "backend.databases",
            "status": "scored",
            "points": 0.4,
            "weight": 2,
            "grader": {"name": "offline", "version": "1", "reliability": 0.52},
            "criteria": [
                {
                    "title": "Names the composite index",
                    "points": 4,
                    "maxPoints": 4,
                    "evidence": "an index on customer_id and created_at",
                }
            ],
            "feedback": "Shown in your answer: Names the composite index.",
            "flags": [],
        }
    ],
    "recommendations": [RECOMMENDATION],
}
METRICS = """\
# HELP credcore_grading_jobs Essays without their final grade.
# TYPE credcore_grading_jobs gauge
credcore_grading_jobs{state="waiting"} 3.0
"""
READY = {"status": "ready", "problems": []}
