"""Get back in without the password."""

from __future__ import annotations

from litestar import HttpMethod, Response

from credcore_http import account_examples
from credcore_http.calls import Call, serves
from credcore_http.controllers.accounts import TAG
from credcore_http.requests import AnyRequest, address_of, body_of, empty_response
from credcore_http.services import Injected
from credcore_http.wire.accounts import Reset


@serves(
    Call(
        operation_id="resetPassword",
        method=HttpMethod.POST,
        path="/auth/reset",
        tag=TAG,
        summary="Choose a new password with a reset",
        description=(
            "Spends the token of a reset, which is good once and for an hour. A password that is not fit (422) leaves "
            "the token good. All sessions end and all access tokens are dead; a second factor stays."
        ),
        status=204,
        body=Reset,
        body_example=account_examples.RESET,
        errors=("unauthenticated", "rate-limited", "unavailable"),
        authenticated=False,
    )
)
async def reset(request: AnyRequest, services: Injected) -> Response[None]:
    body = await body_of(request, Reset)
    await services.attempts.admit(address=address_of(request))
    await services.credentials.reset(body.token, body.new_password)
    return empty_response(204)


HANDLERS = (reset,)
