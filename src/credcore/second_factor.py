"""One-time codes as a second factor at log-in: time-based ones (RFC 6238), and recovery codes for a lost device."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

RECOVERY_CODES = 10
_RECOVERY_DIGITS = 20
"""Hexadecimal: 80 random bits, so that a plain hash of a code is enough."""
_ONE_TIME = re.compile(r"[0-9]{6}")
_RECOVERY = re.compile(rf"[0-9a-f]{{{_RECOVERY_DIGITS}}}")


@dataclass(frozen=True, kw_only=True, slots=True)
class SecondFactor:
    """``last_step``: the time step of the last code that was accepted; that one and earlier ones are spent.

    Not ``confirmed``: the person has the secret, but has not shown yet that their device gives the right codes.
    """

    secret: str
    confirmed: bool
    last_step: int


def one_time_code(text: str) -> str | None:
    """The six digits, however they were grouped."""
    digits = text.replace(" ", "")
    return digits if _ONE_TIME.fullmatch(digits) else None


def recovery_code(text: str) -> str | None:
    """A recovery code in its stored form, however it was grouped and in whatever case."""
    plain = text.replace("-", "").replace(" ", "").lower()
    return plain if _RECOVERY.fullmatch(plain) else None


def new_recovery_code(secret: str) -> str:
    """A code for a person to write down, made of a fresh random secret."""
    digits = hashlib.sha256(secret.encode()).hexdigest()[:_RECOVERY_DIGITS]
    return "-".join(digits[place : place + 4] for place in range(0, len(digits), 4))
