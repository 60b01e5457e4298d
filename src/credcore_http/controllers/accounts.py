"""Register, log in, stay logged in."""

from __future__ import annotations

from litestar import HttpMethod, Response

from credcore.consent import CONSENT_TEXT, CONSENT_VERSION
from credcore.services.accounts import SignedIn
from credcore_http import examples
from credcore_http.calls import Call, serves
from credcore_http.reminders import REMINDER, reminders
from credcore_http.requests import (
    AnyRequest,
    address_of,
    body_of,
    caller_of,
    empty_response,
    json_response,
    origin_of,
)
from credcore_http.services import Injected, Services
from credcore_http.wire.accounts import (
    JsonWebKeySet,
    Login,
    RefreshRequest,
    Registered,
    Registration,
    Tokens,
    User,
    to_user,
)

TAG = "Accounts"


@serves(
    Call(
        operation_id="register",
        method=HttpMethod.POST,
        path="/auth/register",
        tag=TAG,
        summary="Register a student",
        description=(
            "A new account, signed in. `aiConsent` false: an offline grader alone judges the essays. True agrees to "
            f"this (version {CONSENT_VERSION}): *{CONSENT_TEXT}*"
        ),
        status=201,
        body=Registration,
        body_example=examples.REGISTRATION,
        answer=Registered,
        answer_example=examples.REGISTERED,
        errors=("email-taken", "rate-limited", "unavailable"),
        authenticated=False,
    )
)
async def register(request: AnyRequest, services: Injected) -> Response[bytes]:
    body = await body_of(request, Registration)
    await services.attempts.admit(address=address_of(request), account=body.email)
    signed_in = await services.accounts.register(
        email=body.email,
        name=body.name,
        password=body.password,
        ai_consent=body.ai_consent,
        origin=origin_of(request),
    )
    tokens = _tokens(services, signed_in)
    fields = {name: getattr(tokens, name) for name in tokens.__struct_fields__}
    return json_response(Registered(user_id=signed_in.account.id, **fields), 201)


@serves(
    Call(
        operation_id="login",
        method=HttpMethod.POST,
        path="/auth/login",
        tag=TAG,
        summary="Log in",
        description=(
            "The same answer, after the same time, for an unknown address and a wrong password. `totp` is a one-time "
            "code, or a recovery code, of an account that has a second factor; each counts once."
        ),
        body=Login,
        body_example=examples.LOGIN,
        answer=Tokens,
        answer_example=examples.TOKENS,
        answer_headers=REMINDER,
        errors=("invalid-credentials", "second-factor-required", "rate-limited", "unavailable"),
        authenticated=False,
    )
)
async def login(request: AnyRequest, services: Injected) -> Response[bytes]:
    body = await body_of(request, Login)
    await services.attempts.admit(address=address_of(request), account=body.email)
    signed_in = await services.accounts.login(
        email=body.email, password=body.password, code=body.totp, origin=origin_of(request)
    )
    return json_response(_tokens(services, signed_in), headers=reminders(signed_in.account))


@serves(
    Call(
        operation_id="refresh",
        method=HttpMethod.POST,
        path="/auth/refresh",
        tag=TAG,
        summary="Exchange a refresh token for its successor",
        description=(
            "The token given is spent. If the answer was lost, the same token gives the same successor for ten "
            "seconds, while the successor is unused; any later use of a spent token ends the whole sign-in."
        ),
        body=RefreshRequest,
        body_example=examples.REFRESH,
        answer=Tokens,
        answer_example=examples.TOKENS,
        errors=("unauthenticated", "rate-limited", "unavailable"),
        authenticated=False,
    )
)
async def refresh(request: AnyRequest, services: Injected) -> Response[bytes]:
    body = await body_of(request, RefreshRequest)
    await services.attempts.admit(address=address_of(request))
    return json_response(_tokens(services, await services.accounts.refresh(body.refresh_token)))


@serves(
    Call(
        operation_id="logout",
        method=HttpMethod.POST,
        path="/auth/logout",
        tag=TAG,
        summary="Log out",
        description="Ends the sign-in that the refresh token belongs to. An unknown token is answered the same way.",
        status=204,
        body=RefreshRequest,
        body_example=examples.REFRESH,
        errors=("rate-limited", "unavailable"),
        authenticated=False,
    )
)
async def logout(request: AnyRequest, services: Injected) -> Response[None]:
    body = await body_of(request, RefreshRequest)
    await services.attempts.admit(address=address_of(request))
    session_id = await services.accounts.logout(body.refresh_token)
    if session_id is not None:
        services.tokens.ended.add(session_id)
    return empty_response(204)


@serves(
    Call(
        operation_id="getMe",
        method=HttpMethod.GET,
        path="/users/me",
        tag=TAG,
        summary="The caller's own account",
        description="What is held on the account itself.",
        answer=User,
        answer_example=examples.USER,
        answer_headers=REMINDER,
    )
)
async def get_me(request: AnyRequest, services: Injected) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    account = await services.accounts.me(caller)
    return json_response(to_user(account), headers=reminders(account))


@serves(
    Call(
        operation_id="getKeys",
        method=HttpMethod.GET,
        path="/.well-known/jwks.json",
        tag=TAG,
        summary="The public keys that verify access tokens",
        description="A JSON Web Key Set (RFC 7517) of Ed25519 keys (RFC 8037).",
        answer=JsonWebKeySet,
        answer_example=examples.KEY_SET,
        authenticated=False,
    )
)
async def get_keys(services: Injected) -> Response[bytes]:
    return json_response(services.tokens.key_set())


def _tokens(services: Services, signed_in: SignedIn) -> Tokens:
    return Tokens(
        access_token=services.tokens.issue(signed_in.caller),
        refresh_token=signed_in.refresh_token,
        token_type="Bearer",  # noqa: S106 - a type, not a secret
        expires_in=int(services.tokens.lifetime.total_seconds()),
    )


HANDLERS = (register, login, refresh, logout, get_me, get_keys)
