"""``OPTIONS``: exactly the methods that a path knows. Litestar leaves some out where several share a path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from litestar import HttpMethod, Response
from litestar.handlers import HTTPRouteHandler

from credcore_http.calls import Call
from credcore_http.requests import empty_response


def options_handlers(calls: Iterable[Call]) -> list[HTTPRouteHandler]:
    methods: dict[str, set[str]] = defaultdict(lambda: {"OPTIONS"})
    for call in calls:
        methods[call.path].add(call.method.value)
    return [_handler(path, ", ".join(sorted(known))) for path, known in methods.items()]


def _handler(path: str, allowed: str) -> HTTPRouteHandler:
    async def options() -> Response[None]:
        return empty_response(204, {"Allow": allowed})

    return HTTPRouteHandler(path, http_method=HttpMethod.OPTIONS, status_code=204)(options)
