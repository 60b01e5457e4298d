"""The service's own state on the wire."""

from __future__ import annotations

from credcore_http.wire.base import Outbound


class Live(Outbound):
    status: str


class Ready(Outbound):
    """``status`` is ``ready``, or ``degraded`` with the reasons in ``problems``: it serves all the same."""

    status: str
    problems: tuple[str, ...]
