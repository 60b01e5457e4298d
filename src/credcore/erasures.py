"""The ledger of erasures: by it those are known again, and erased again, whom a restored backup brings back.

An entry has no identity: it is a keyed hash of the account's identifier. Whoever has the key and a database can tell
whether somebody in that database was erased; from the ledger alone nobody learns who was. A partner's learner has no
account, and may come back under the same reference: each of their assessments has an entry of its own.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from credcore.errors import Refused


@dataclass(frozen=True, kw_only=True, slots=True)
class Erasure:
    """That somebody, or an assessment of a partner's, was erased, and when. ``mark``: 32 bytes."""

    mark: bytes
    erased_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """``key_check`` tells one key from another, and nothing of it."""

    key_check: bytes
    erasures: Sequence[Erasure]


class OtherKey(Refused):
    """A ledger of another service: nobody here could be known again by it."""


def ledger_key(server_key: bytes) -> bytes:
    """The key of the marks. It is made of one that is in every backup, so that each can be held against the ledger."""
    return hmac.digest(server_key, b"erasure ledger", hashlib.sha256)


def erasure_mark(account_id: UUID, key: bytes) -> bytes:
    return hmac.digest(key, b"account " + account_id.bytes, hashlib.sha256)


def assessment_mark(assessment_id: UUID, key: bytes) -> bytes:
    """Of a partner's assessment."""
    return hmac.digest(key, b"assessment " + assessment_id.bytes, hashlib.sha256)


def key_check(key: bytes) -> bytes:
    return hmac.digest(key, b"check", hashlib.sha256)[:8]
