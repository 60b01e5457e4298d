"""Identifiers: UUIDv7, so that rows made one after the other stand one after the other in an index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from credcore.errors import NotFound

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def uuid7(now: datetime, random_bytes: Callable[[int], bytes]) -> UUID:
    """A version 7 UUID of ``now`` (aware, millisecond precision) with 74 random bits. Source: RFC 9562, section 5.7.

    An identifier, never a secret: whoever may see a thing is decided by the caller's rights alone.
    """
    milliseconds = (now - EPOCH) // timedelta(milliseconds=1) & (2**48 - 1)
    noise = int.from_bytes(random_bytes(10), "big")
    high = noise >> 68
    low = noise & (2**62 - 1)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low)


def parse_id(text: str, what: str) -> UUID:
    """The identifier written in ``text``; a malformed one names nothing, so it is not found.

    Raises:
        NotFound: with ``what``.
    """
    try:
        parsed = UUID(text)
    except ValueError:
        raise NotFound(what) from None
    if str(parsed) != text.lower():
        raise NotFound(what)
    return parsed
