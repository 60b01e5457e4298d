"""OAuth 2.0 on the wire: its names are not ours, so they stay as RFC 6749 writes them."""

from __future__ import annotations

import msgspec


class TokenForm(msgspec.Struct, kw_only=True):
    """The fields of the form. With HTTP Basic the client's two are left out."""

    grant_type: str
    client_id: str | None = None
    client_secret: str | None = None
    scope: str | None = None


class OAuthToken(msgspec.Struct, kw_only=True):
    access_token: str
    token_type: str
    expires_in: int
    scope: str


class OAuthError(msgspec.Struct, kw_only=True):
    error: str
    error_description: str
