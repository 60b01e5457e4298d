"""One thing, one path: the router folds slashes, and what stands in front of it does not."""

from __future__ import annotations

from credcore_http.edge.asgi import App, Receive, Scope, Send
from credcore_http.edge.problem import answer, instance_of, problem


class ExactPaths:
    """Keeps from ``app`` a path that its router would take for another one; it is unknown, like any other.

    A rule that is written for a path (a form is taken there, a proxy lets nobody through to it) holds for all
    spellings of it only where there is one.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _is_folded(scope):
            await answer(send, problem("not-found", instance=instance_of(scope)))
            return
        await self._app(scope, receive, send)


def _is_folded(scope: Scope) -> bool:
    """Whether a segment is empty, or holds a slash of its own, which decoding has made one between segments."""
    path = scope["path"]
    return "//" in path or path.endswith("/") or b"%2f" in (scope.get("raw_path") or b"").lower()
