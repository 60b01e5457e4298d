"""Roles and their domains, courses, and the keys of the recommendation table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from credcore.questions import InterestTag


class Band(StrEnum):
    LOW = "low"
    MID = "mid"
    HIGH = "high"


@dataclass(frozen=True, kw_only=True, slots=True)
class Domain:
    """A skill domain of a role. ``weight`` is its share of the overall score; ``catalogue`` its course areas."""

    id: str
    title: str
    weight: Fraction
    catalogue: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    id: str
    title: str
    description: str
    domains: tuple[Domain, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """A real course. ``reviewed_at`` is when a person last checked the entry; ``note`` overrides the printed reason."""

    id: str
    title: str
    provider: str
    url: str
    level: str
    format: str
    effort_hours: Decimal
    cost: str
    credential: str | None
    credential_type: str
    interest_tags: tuple[InterestTag, ...]
    skill_areas: tuple[str, ...]
    reviewed_at: date
    note: str | None = None


@dataclass(frozen=True, slots=True)
class TableKey:
    """A cell of the recommendation table."""

    role: str
    band: Band
    tag: InterestTag

    def __str__(self) -> str:
        return f"{self.role}/{self.band}/{self.tag}"

    @classmethod
    def every(cls, roles: Iterable[Role]) -> Iterator[TableKey]:
        for role in roles:
            for band in Band:
                for tag in InterestTag:
                    yield cls(role.id, band, tag)
