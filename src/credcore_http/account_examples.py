"""Examples for the description of what people do with their accounts."""

from __future__ import annotations

from credcore_http import examples

SESSION_ID = "019aa9d4-1e0b-7c11-b2aa-61c7d0a8e902"

ACCOUNT_PATCH = {"aiConsent": False}
PATCHED = {**examples.USER, "aiConsent": False}
PASSWORD_CHANGE = {
    "currentPassword": "correct horse battery staple",
    "newPassword": "seven brass kettles under a violet bridge",
}
RESET = {
    "token": "p3v1l0cT9vY0k2pQd1mX7aZt4sW8uN5rB6eH3gJfKLo",
    "newPassword": "seven brass kettles under a violet bridge",
}
ERASURE = {"password": "correct horse battery staple"}
SESSIONS = {
    "items": [
        {
            "sessionId": SESSION_ID,
            "startedAt": "2026-11-22T09:00:00Z",
            "lastUsedAt": "2026-11-22T09:30:00Z",
            "address": "192.0.2.7",
            "userAgent": "Mozilla/5.0",
            "current": True,
        }
    ],
    "nextCursor": None,
}
ENROLMENT = {
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "otpauthUri": (
        "otpauth://totp/credcore:student%40example.org?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=credcore"
    ),
}
CONFIRMATION = {"code": "492039"}
RECOVERY_CODES = {"recoveryCodes": ["3f2a-91bc-0d4e-7a65-c810", "b07e-55d1-9f3c-24aa-6e19"]}
REMOVAL = {"password": "correct horse battery staple", "code": "492039"}
ROLE_CHANGE = {"role": "advisor"}
ADVISOR = {**examples.USER, "role": "advisor"}
EXPORT = {
    "format": "credcore-export-1",
    "exportedAt": "2026-11-22T10:00:00Z",
    "held": {
        "account": [
            {
                "principalId": examples.USER_ID,
                "email": "student@example.org",
                "name": "A. Student",
                "role": "student",
                "aiConsent": True,
                "aiConsentAt": "2026-11-22T09:00:00+00:00",
                "aiConsentVersion": "2026-11-22",
            }
        ],
        "answers": [],
    },
}
