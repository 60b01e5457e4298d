"""Time-based one-time codes as a second factor: enrol, confirm, take off."""

from __future__ import annotations

from litestar import HttpMethod, Response

from credcore_http import account_examples
from credcore_http.calls import Call, serves
from credcore_http.controllers.accounts import TAG
from credcore_http.proving import admit_own
from credcore_http.requests import AnyRequest, body_of, caller_of, empty_response, json_response
from credcore_http.services import Injected
from credcore_http.wire.accounts import FactorConfirmation, FactorEnrolment, FactorRemoval, RecoveryCodes
from credcore_http.wire.base import Nothing


@serves(
    Call(
        operation_id="beginSecondFactor",
        method=HttpMethod.POST,
        path="/users/me/totp",
        tag=TAG,
        summary="Enrol a second factor",
        description=(
            "A secret for an authenticator app (RFC 6238: SHA-1, 6 digits, 30 seconds). It counts for nothing until a "
            "code confirms it; asking again gives another. Refused (422) while a confirmed one stands."
        ),
        body=Nothing,
        body_required=False,
        body_example={},
        answer=FactorEnrolment,
        answer_example=account_examples.ENROLMENT,
        errors=("rate-limited",),
    )
)
async def begin(request: AnyRequest, services: Injected) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    await body_of(request, Nothing)
    await admit_own(request, services, caller)
    enrolment = await services.second_factors.begin(caller)
    return json_response(FactorEnrolment(secret=enrolment.secret, otpauth_uri=enrolment.uri))


@serves(
    Call(
        operation_id="confirmSecondFactor",
        method=HttpMethod.POST,
        path="/users/me/totp/confirm",
        tag=TAG,
        summary="Confirm a second factor",
        description=(
            "From now on log-in asks for a code. The ten recovery codes are told this once; each stands in for a "
            "one-time code, once."
        ),
        body=FactorConfirmation,
        body_example=account_examples.CONFIRMATION,
        answer=RecoveryCodes,
        answer_example=account_examples.RECOVERY_CODES,
        errors=("not-found", "rate-limited"),
    )
)
async def confirm(request: AnyRequest, services: Injected) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    body = await body_of(request, FactorConfirmation, lambda: services.second_factors.require(caller))
    await admit_own(request, services, caller)
    codes = await services.second_factors.confirm(caller, body.code)
    return json_response(RecoveryCodes(recovery_codes=tuple(codes)))


@serves(
    Call(
        operation_id="removeSecondFactor",
        method=HttpMethod.DELETE,
        path="/users/me/totp",
        tag=TAG,
        summary="Take the second factor off",
        description="`code` is a one-time code or a recovery code. The recovery codes go, too.",
        status=204,
        body=FactorRemoval,
        body_example=account_examples.REMOVAL,
        errors=("invalid-credentials", "second-factor-required", "not-found", "rate-limited"),
    )
)
async def remove(request: AnyRequest, services: Injected) -> Response[None]:
    caller = caller_of(request, services.tokens)
    body = await body_of(request, FactorRemoval, lambda: services.second_factors.require(caller))
    await admit_own(request, services, caller)
    await services.second_factors.remove(caller, password=body.password, code=body.code)
    return empty_response(204)


HANDLERS = (begin, confirm, remove)
