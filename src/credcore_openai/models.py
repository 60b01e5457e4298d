"""The provider's list of models: is ours still there, and for how long?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

NOTICE = timedelta(days=90)
"""A shutdown nearer than this is worth acting on: another model has to be chosen, measured and set."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelNotice:
    """``shutdown`` None: no end is announced, or the server does not tell. ``listed`` False: the model is not there."""

    model: str
    listed: bool
    shutdown: date | None

    def problem(self, today: date) -> str | None:
        """What an operator should know, in a few words; None while all is well."""
        if not self.listed:
            return f"the provider does not list the model {self.model}"
        if self.shutdown is None or self.shutdown - today > NOTICE:
            return None
        was = "was" if self.shutdown <= today else "will be"
        return f"the model {self.model} {was} shut down on {self.shutdown.isoformat()}"


def read_models(body: bytes, model: str) -> ModelNotice | None:
    """What the list says of ``model``; None where the body is no such list, which proves nothing."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    listed = document.get("data") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        return None
    for entry in listed:
        if isinstance(entry, dict) and entry.get("id") == model:
            return ModelNotice(model=model, listed=True, shutdown=_day(entry.get("shutdown_date")))
    return ModelNotice(model=model, listed=False, shutdown=None)


def _day(value: object) -> date | None:
    """An ISO date or time, or seconds since 1970."""
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value).date()
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
    return None
