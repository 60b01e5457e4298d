"""The ASGI application: routes, the table of failures, and the edge in front of both."""

from __future__ import annotations

from collections.abc import Callable, Collection
from importlib.metadata import version
from typing import cast

from litestar import HttpMethod, Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from credcore.errors import CredcoreError
from credcore_http import openapi
from credcore_http.calls import Call
from credcore_http.controllers import (
    accounts,
    administration,
    assessments,
    own_account,
    partners,
    profiles,
    recovery,
    second_factor,
    service,
    sessions,
    sharing,
    taking,
)
from credcore_http.edge import AccessLine, BodyGuard, CorsPolicy, ExactPaths, HeadGuard, Preflights, RequestIds
from credcore_http.edge.asgi import App
from credcore_http.failures import defect, framework_refused, refused
from credcore_http.oauth import OAuthRefused, oauth_refused
from credcore_http.options import options_handlers
from credcore_http.pages import page_handlers
from credcore_http.services import Services

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    *accounts.HANDLERS,
    *own_account.HANDLERS,
    *sessions.HANDLERS,
    *second_factor.HANDLERS,
    *recovery.HANDLERS,
    *administration.HANDLERS,
    *partners.HANDLERS,
    *assessments.HANDLERS,
    *taking.HANDLERS,
    *profiles.HANDLERS,
    *sharing.HANDLERS,
    *service.HANDLERS,
)


def calls() -> tuple[Call, ...]:
    """Every call of the API, in the order in which it is described."""
    return tuple(handler.opt["call"] for handler in HANDLERS)


READABLE = frozenset({"/schema", "/schema/openapi.json"}) | {
    call.path for call in calls() if call.method is HttpMethod.GET and not call.authenticated and "{" not in call.path
}
"""What anybody may look at, and looking does not change: here HEAD is answered like GET."""


def description() -> dict[str, object]:
    """The OpenAPI 3.1 document."""
    return openapi.document(calls(), version=version("credcore"))


def create_app(
    services: Services,
    *,
    log: Callable[[AccessLine], None],
    max_body_bytes: int = 65_536,
    body_seconds: float = 5.0,
    hsts_seconds: int = 0,
    cors_origins: Collection[str] = (),
) -> App:
    """The application behind its edge. ``log`` gets one line for each request, without anything of its content."""
    app = Litestar(
        route_handlers=[*options_handlers(calls()), *HANDLERS, *page_handlers(description())],
        dependencies={"services": Provide(lambda: services, sync_to_thread=False)},
        exception_handlers={
            CredcoreError: refused,
            OAuthRefused: oauth_refused,
            HTTPException: framework_refused,
            Exception: defect,
        },
        openapi_config=None,
        logging_config=None,
        request_max_body_size=None,
    )
    guarded = BodyGuard(ExactPaths(cast(App, app)), max_bytes=max_body_bytes, body_seconds=body_seconds)
    cors = CorsPolicy(cors_origins)
    headed = HeadGuard(Preflights(guarded, cors), readable=READABLE)
    return RequestIds(headed, log=log, hsts_seconds=hsts_seconds, cors=cors)
