"""What the check has to say about a place in the content files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do, in equal steps of the slow part."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Finding:
    """``file`` is relative to the content folder, ``line`` counts from 1; ``remedy`` says what to do about it.

    The order of the fields is the order of a report.
    """

    file: str
    line: int
    rule: str
    message: str
    remedy: str
    severity: Severity = Severity.ERROR
