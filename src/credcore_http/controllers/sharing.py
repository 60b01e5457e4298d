"""A student shares a profile with an advisor and takes it back; the advisor finds what is shared."""

from __future__ import annotations

from collections.abc import Awaitable
from uuid import UUID

from litestar import HttpMethod, Response
from litestar.params import FromPath

from credcore.accounts import UserRole
from credcore.ids import parse_id
from credcore_http import parameters
from credcore_http.access import Access
from credcore_http.calls import Call, serves
from credcore_http.controllers.profiles import TAG
from credcore_http.idempotency import once
from credcore_http.requests import AnyRequest, body_of, caller_of, empty_response, json_response, page_of
from credcore_http.services import Injected
from credcore_http.sharing_examples import SHARE, SHARE_REQUEST, SHARED, SHARES
from credcore_http.wire.sharing import (
    SharedList,
    ShareList,
    ShareMade,
    ShareRequest,
    to_share,
    to_share_view,
    to_shared_list,
)

PATH = "/profiles/{assessment_id:str}/shares"


@serves(
    Call(
        operation_id="shareProfile",
        method=HttpMethod.POST,
        path=PATH,
        tag=TAG,
        summary="Let an advisor read a profile",
        description=(
            "From now on whoever has this address and is an advisor here reads the profile and its recommendations. "
            "The answer is the same whether or not the address has an account. At most 20 advisors at a time."
        ),
        status=201,
        body=ShareRequest,
        body_example=SHARE_REQUEST,
        answer=ShareMade,
        answer_example=SHARE,
        parameters=(parameters.ASSESSMENT_ID, parameters.IDEMPOTENCY_KEY),
        errors=("not-found", "assessment-not-completed", "idempotency-key-reused", "request-in-progress"),
    )
)
async def share_profile(request: AnyRequest, services: Injected, assessment_id: FromPath[str]) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    id = parse_id(assessment_id, "assessment")

    def gate() -> Awaitable[object]:
        return services.sharing.of(caller, id)

    async def effect(share_id: UUID) -> Response[bytes]:
        body = await body_of(request, ShareRequest, gate)
        share = await services.sharing.share(caller, id, body.advisor_email, share_id)
        return json_response(to_share(share), 201)

    return await once(request, services, caller, effect, gate)


@serves(
    Call(
        operation_id="listShares",
        method=HttpMethod.GET,
        path=PATH,
        tag=TAG,
        summary="Who may read a profile, and who did",
        description="The shares that stand, oldest first. `views` counts each reading of profile or recommendations.",
        answer=ShareList,
        answer_example=SHARES,
        parameters=(parameters.ASSESSMENT_ID,),
        errors=("not-found",),
    )
)
async def list_shares(request: AnyRequest, services: Injected, assessment_id: FromPath[str]) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    shares = await services.sharing.of(caller, parse_id(assessment_id, "assessment"))
    return json_response(ShareList(items=tuple(to_share_view(share) for share in shares)))


@serves(
    Call(
        operation_id="revokeShare",
        method=HttpMethod.DELETE,
        path=PATH + "/{share_id:str}",
        tag=TAG,
        summary="Take a share back",
        description="From the next call on the advisor sees nothing of it. That it was viewed stays in the export.",
        status=204,
        parameters=(parameters.ASSESSMENT_ID, parameters.SHARE_ID),
        errors=("not-found",),
    )
)
async def revoke_share(
    request: AnyRequest, services: Injected, assessment_id: FromPath[str], share_id: FromPath[str]
) -> Response[None]:
    caller = caller_of(request, services.tokens)
    await services.sharing.revoke(caller, parse_id(assessment_id, "assessment"), parse_id(share_id, "share"))
    return empty_response(204)


@serves(
    Call(
        operation_id="listSharedProfiles",
        method=HttpMethod.GET,
        path="/advisor/profiles",
        tag=TAG,
        access=Access(role=UserRole.ADVISOR),
        summary="The profiles that students share with an advisor",
        description="The last shared first. Each is read as its owner reads it, by its `assessmentId`.",
        answer=SharedList,
        answer_example=SHARED,
        parameters=(parameters.LIMIT, parameters.CURSOR),
        errors=("validation-failed",),
    )
)
async def list_shared_profiles(request: AnyRequest, services: Injected) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    limit, after = page_of(request)
    return json_response(to_shared_list(await services.sharing.shared_with(caller, limit=limit, after=after)))


HANDLERS = (share_profile, list_shares, revoke_share, list_shared_profiles)
