"""Time-based one-time codes (RFC 6238), as authenticator apps compute them: SHA-1, six digits, half a minute."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

ISSUER = "credcore"
STEP_SECONDS = 30
BESIDE = (0, -1, 1)
"""Steps that are accepted, counted from now: clocks differ, and a code is typed in while the next one begins."""


class TimedCodes:
    """The port ``OneTimeCodes``."""

    def new_secret(self) -> str:
        return pyotp.random_base32()

    def uri(self, secret: str, account_name: str) -> str:
        return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=account_name, issuer_name=ISSUER)

    def step_of(self, secret: str, code: str, now: datetime) -> int | None:
        codes = pyotp.TOTP(secret, interval=STEP_SECONDS)
        current = int(now.timestamp()) // STEP_SECONDS
        for step in (current + beside for beside in BESIDE):
            if hmac.compare_digest(codes.generate_otp(step), code):
                return step
        return None
