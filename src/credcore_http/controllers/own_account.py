"""What people do with their own accounts: change them, choose a new password, have everything, leave."""

from __future__ import annotations

import msgspec
from litestar import HttpMethod, Response

from credcore.consent import CONSENT_TEXT, CONSENT_VERSION
from credcore_http import account_examples
from credcore_http.calls import Call, serves
from credcore_http.controllers.accounts import TAG
from credcore_http.proving import admit_own
from credcore_http.requests import AnyRequest, body_of, caller_of, empty_response, json_response
from credcore_http.services import Injected
from credcore_http.wire.accounts import AccountPatch, Erasure, Export, PasswordChange, User, to_export, to_user


@serves(
    Call(
        operation_id="changeMe",
        method=HttpMethod.PATCH,
        path="/users/me",
        tag=TAG,
        summary="Change the caller's own account",
        description=(
            "What is left out stays as it is. `aiConsent` true agrees to this "
            f"(version {CONSENT_VERSION}): *{CONSENT_TEXT}* False withdraws it, also for essays that wait for a grade."
        ),
        body=AccountPatch,
        body_example=account_examples.ACCOUNT_PATCH,
        answer=User,
        answer_example=account_examples.PATCHED,
    )
)
async def change_me(request: AnyRequest, services: Injected) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    body = await body_of(request, AccountPatch)
    account = await services.own_account.change(
        caller,
        name=None if body.name is msgspec.UNSET else body.name,
        ai_consent=None if body.ai_consent is msgspec.UNSET else body.ai_consent,
    )
    return json_response(to_user(account))


@serves(
    Call(
        operation_id="changePassword",
        method=HttpMethod.POST,
        path="/users/me/password",
        tag=TAG,
        summary="Choose a new password",
        description=(
            "Every other session ends. All access tokens are dead at once, this request's too: refresh to get the "
            "next one. A password may be anything of 15 to 128 characters that a guesser would not try early."
        ),
        status=204,
        body=PasswordChange,
        body_example=account_examples.PASSWORD_CHANGE,
        errors=("invalid-credentials", "rate-limited"),
    )
)
async def change_password(request: AnyRequest, services: Injected) -> Response[None]:
    caller = caller_of(request, services.tokens)
    body = await body_of(request, PasswordChange)
    await admit_own(request, services, caller)
    await services.credentials.change_password(caller, current=body.current_password, new=body.new_password)
    return empty_response(204)


@serves(
    Call(
        operation_id="exportMe",
        method=HttpMethod.GET,
        path="/users/me/export",
        tag=TAG,
        summary="Everything that is held on the caller",
        description="One JSON document, as an attachment: entries by section. Left out are secrets alone.",
        answer=Export,
        answer_example=account_examples.EXPORT,
        answer_headers={"Content-Disposition": "A file name to save it under"},
    )
)
async def export_me(request: AnyRequest, services: Injected) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    held = await services.own_account.export(caller)
    headers = {"Content-Disposition": 'attachment; filename="credcore-export.json"'}
    return json_response(to_export(held, services.tokens.now()), headers=headers)


@serves(
    Call(
        operation_id="eraseMe",
        method=HttpMethod.DELETE,
        path="/users/me",
        tag=TAG,
        summary="Erase the caller's account",
        description="The person and all that hangs on them is gone, and their tokens are dead at once.",
        status=204,
        body=Erasure,
        body_example=account_examples.ERASURE,
        errors=("invalid-credentials", "rate-limited"),
    )
)
async def erase_me(request: AnyRequest, services: Injected) -> Response[None]:
    caller = caller_of(request, services.tokens)
    body = await body_of(request, Erasure)
    await admit_own(request, services, caller)
    await services.own_account.erase(caller, body.password)
    return empty_response(204)


HANDLERS = (change_me, change_password, export_me, erase_me)
