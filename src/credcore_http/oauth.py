"""What reaches the token endpoint of OAuth 2.0 (RFC 6749), and refusals in OAuth's own words."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from litestar import Request, Response
from litestar.datastructures import State

from credcore_http.wire.partners import OAuthError

GRANT = "client_credentials"
CHALLENGE = 'Basic realm="credcore", charset="UTF-8"'
MAX_FIELDS = 50
STATUSES = {
    "invalid_request": 400,
    "unsupported_grant_type": 400,
    "invalid_scope": 400,
    "invalid_client": 401,
}


class OAuthRefused(Exception):
    """A refusal with a code of RFC 6749, section 5.2; ``description`` is for the client's developer."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(code)
        self.code = code
        self.description = description


@dataclass(frozen=True, kw_only=True, repr=False)
class TokenRequest:
    """``scope`` None: all that the client has. No representation holds the secret."""

    client_id: str
    client_secret: str
    scope: str | None


def token_request(body: bytes, authorization: Sequence[str]) -> TokenRequest:
    """Raises OAuthRefused."""
    form = _form(body)
    grant_type = form.get("grant_type")
    if grant_type is None:
        raise OAuthRefused("invalid_request", "grant_type is missing")
    client_id, secret = _client(form, authorization)
    if grant_type != GRANT:
        raise OAuthRefused("unsupported_grant_type", f"the one grant here is {GRANT}")
    return TokenRequest(client_id=client_id, client_secret=secret, scope=form.get("scope"))


def oauth_refused(_request: Request[object, object, State], error: OAuthRefused) -> Response[OAuthError]:
    """The answer to it, RFC 6749, section 5.2."""
    headers = {"Pragma": "no-cache"}
    if error.code == "invalid_client":
        headers["WWW-Authenticate"] = CHALLENGE
    content = OAuthError(error=error.code, error_description=error.description)
    return Response(content, status_code=STATUSES[error.code], media_type="application/json", headers=headers)


def _form(body: bytes) -> dict[str, str]:
    """Parameters without a value count as left out, unknown ones as well; none may come twice (section 3.2)."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:  # bad UTF-8 behind the escapes, too
        raise OAuthRefused("invalid_request", "the form cannot be read") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise OAuthRefused("invalid_request", "a parameter is given twice")
    return {name: value for name, value in form.items() if value}


def _client(form: dict[str, str], authorization: Sequence[str]) -> tuple[str, str]:
    in_form = "client_secret" in form
    if len(authorization) > 1 or (authorization and in_form):
        raise OAuthRefused("invalid_request", "the client is authenticated more than once")
    if authorization:
        client_id, secret = _basic(authorization[0])
        if form.get("client_id", client_id) != client_id:
            raise OAuthRefused("invalid_request", "two clients are named")
        return client_id, secret
    if not in_form or "client_id" not in form:
        raise OAuthRefused("invalid_client", "the client has to authenticate")
    return form["client_id"], form["client_secret"]


def _basic(header: str) -> tuple[str, str]:
    """Both halves are form-encoded before they are put together (section 2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        if not colon:
            raise ValueError
        return unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
    except (ValueError, binascii.Error):
        raise OAuthRefused("invalid_client", "the Authorization header cannot be read as Basic") from None
