"""What all structures on the wire have in common."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

import msgspec

from credcore.scoring import rounded

Slug = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Time = Annotated[datetime, msgspec.Meta(tz=True)]
"""Aware, and so described as a ``date-time`` of RFC 3339."""


class Inbound(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A body that a caller sends."""


class Nothing(Inbound):
    """A body without fields, or none."""


class Outbound(msgspec.Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """A body that we answer with."""


def number(value: Fraction | Decimal, places: int) -> float:
    """For JSON: rounded half up to so many places, in exact arithmetic; the float only carries the digits."""
    return float(rounded(Fraction(value), places))
