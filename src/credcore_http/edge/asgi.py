"""The shapes of ASGI 3, as its specification gives them: open mappings whose values depend on ``type``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]  # Any: the specification leaves the values to each key
Message = MutableMapping[str, Any]  # Any: as above
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]


def header_values(scope: Scope, name: bytes) -> list[str]:
    """Every value of the request header ``name`` (lower case), in the order in which they came."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]
