"""Partners exchange their client credentials for an access token."""

from __future__ import annotations

import msgspec
from litestar import HttpMethod, Response

from credcore.partners import InvalidClient, InvalidScope, written
from credcore_http import examples
from credcore_http.calls import Call, OwnError, serves
from credcore_http.oauth import OAuthRefused, token_request
from credcore_http.requests import AnyRequest, address_of
from credcore_http.services import Injected
from credcore_http.wire.partners import OAuthError, OAuthToken, TokenForm

FORM = "application/x-www-form-urlencoded"


@serves(
    Call(
        operation_id="issueToken",
        method=HttpMethod.POST,
        path="/auth/token",
        tag="Accounts",
        summary="A partner's access token",
        description=(
            "The client credentials grant of OAuth 2.0 (RFC 6749, 4.4). The client authenticates with HTTP Basic or "
            "with `client_id` and `client_secret` in the form, not both. Without `scope` the token has all scopes of "
            "the client. Errors of the grant are OAuth's own (5.2)."
        ),
        body=TokenForm,
        body_type=FORM,
        body_example=examples.TOKEN_FORM,
        answer=OAuthToken,
        answer_example=examples.OAUTH_TOKEN,
        errors=("malformed-body", "payload-too-large", "rate-limited", "unavailable"),
        own_errors=(
            OwnError(status=400, kind=OAuthError, example=examples.INVALID_SCOPE),
            OwnError(status=401, kind=OAuthError, example=examples.INVALID_CLIENT),
        ),
        authenticated=False,
    )
)
async def issue_token(request: AnyRequest, services: Injected) -> Response[bytes]:
    asked = token_request(await request.body(), request.headers.getall("authorization", []))
    await services.attempts.admit(address=address_of(request), account=asked.client_id)
    try:
        grant = await services.clients.grant(asked.client_id, asked.client_secret, asked.scope)
    except InvalidClient:
        raise OAuthRefused("invalid_client", "there is no such client, or its secret is wrong") from None
    except InvalidScope:
        raise OAuthRefused("invalid_scope", "the client does not have this scope") from None
    token = OAuthToken(
        access_token=services.tokens.issue(grant.caller, client_id=str(grant.client_id)),
        token_type="Bearer",  # noqa: S106 - a type, not a secret
        expires_in=int(services.tokens.lifetime.total_seconds()),
        scope=written(grant.caller.scopes),
    )
    return Response(msgspec.json.encode(token), media_type="application/json", headers={"Pragma": "no-cache"})


HANDLERS = (issue_token,)
