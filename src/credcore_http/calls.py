"""A call of the API, as its description needs it. A handler carries its call, so no route goes undescribed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec
from litestar import HttpMethod
from litestar.handlers import HTTPRouteHandler

from credcore_http.access import PEOPLE, Access, Handler, in_order

COMMON_ERRORS = ("malformed-body", "payload-too-large", "internal", "unavailable")
"""Of every call: what comes as its head and body is judged before anybody knows which call it is, also where the call
takes none; a server that stops ends any of them."""
AUTHENTICATED_ERRORS = ("unauthenticated", "forbidden")


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A path, query or header parameter; ``schema`` is JSON Schema."""

    name: str
    place: str
    description: str
    schema: Mapping[str, object]
    required: bool = False
    example: str | None = None


@dataclass(frozen=True, kw_only=True)
class OwnError:
    """An error that another standard words: beside the problems of the same status, or in their place."""

    status: int
    kind: type[msgspec.Struct]
    example: object


@dataclass(frozen=True, kw_only=True)
class Call:
    """One operation of the API. ``answer`` None: no body, or text like ``answer_text``. ``errors`` are codes of the
    problem table.

    ``access`` says who of those with a token can make it; not ``authenticated``: it needs none.
    """

    operation_id: str
    method: HttpMethod
    path: str
    tag: str
    summary: str
    description: str
    status: int = 200
    body: type[msgspec.Struct] | None = None
    body_required: bool = True
    body_type: str = "application/json"
    body_example: Mapping[str, object] | None = None
    answer: type[msgspec.Struct] | None = None
    answer_text: str | None = None
    answer_type: str = "application/json"
    answer_example: object = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()
    errors: tuple[str, ...] = ()
    own_errors: tuple[OwnError, ...] = ()
    authenticated: bool = True
    access: Access = PEOPLE

    @property
    def all_errors(self) -> tuple[str, ...]:
        token = AUTHENTICATED_ERRORS if self.authenticated else ()
        takes_json = self.body is not None and self.body_type == "application/json"
        body = ("validation-failed",) if takes_json else ()
        return tuple(dict.fromkeys((*self.errors, *body, *token, *COMMON_ERRORS)))


def serves(call: Call) -> Callable[[Handler], HTTPRouteHandler]:
    """Makes the decorated function the handler of ``call``, behind its access rule."""

    def decorate(function: Handler) -> HTTPRouteHandler:
        return HTTPRouteHandler(
            call.path,
            http_method=call.method,
            status_code=call.status,
            operation_id=call.operation_id,
            opt={"call": call},
        )(in_order(function, call.access) if call.authenticated else function)

    return decorate
