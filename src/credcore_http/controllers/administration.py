"""What administrators do with other people's accounts. Each call leaves an audit entry."""

from __future__ import annotations

from litestar import HttpMethod, Response
from litestar.params import FromPath

from credcore.accounts import UserRole
from credcore.audit import Actor
from credcore.ids import parse_id
from credcore_http import account_examples
from credcore_http.access import Access
from credcore_http.calls import Call, Parameter, serves
from credcore_http.parameters import UUID_SCHEMA
from credcore_http.requests import AnyRequest, body_of, caller_of, empty_response, json_response, origin_of
from credcore_http.services import Injected, Services
from credcore_http.wire.accounts import RoleChange, User, to_user
from credcore_http.wire.base import Nothing

TAG = "Administration"
ADMINS = Access(role=UserRole.ADMIN)
USER_ID = Parameter(
    name="userId",
    place="path",
    description="The account. A malformed id is 404, like an unknown one.",
    schema=UUID_SCHEMA,
    required=True,
    example="019aa9d4-1e0a-7b8e-8f6a-52f0c5d1a001",
)


@serves(
    Call(
        operation_id="changeRole",
        method=HttpMethod.PATCH,
        path="/admin/users/{user_id:str}",
        tag=TAG,
        access=ADMINS,
        summary="Change a person's role",
        description="Administrators only. The person's access tokens end, since they carry the role.",
        parameters=(USER_ID,),
        body=RoleChange,
        body_example=account_examples.ROLE_CHANGE,
        answer=User,
        answer_example=account_examples.ADVISOR,
        errors=("not-found",),
    )
)
async def change_role(request: AnyRequest, user_id: FromPath[str], services: Injected) -> Response[bytes]:
    actor = _actor(request, services)
    account_id = parse_id(user_id, "account")
    body = await body_of(request, RoleChange, lambda: services.administration.find(actor, account_id))
    return json_response(to_user(await services.administration.set_role(actor, account_id, body.role)))


@serves(
    Call(
        operation_id="sendReset",
        method=HttpMethod.POST,
        path="/admin/users/{user_id:str}/reset",
        tag=TAG,
        access=ADMINS,
        summary="Let a person choose a new password",
        description=(
            "Administrators only. The person gets a message with a link that is good once, for an hour; while the "
            "service has no way to send mail, it waits in the server's outbox for the operator to hand on."
        ),
        status=204,
        body=Nothing,
        body_required=False,
        body_example={},
        parameters=(USER_ID,),
        errors=("not-found",),
    )
)
async def send_reset(request: AnyRequest, user_id: FromPath[str], services: Injected) -> Response[None]:
    actor = _actor(request, services)
    account_id = parse_id(user_id, "account")
    await body_of(request, Nothing, lambda: services.administration.find(actor, account_id))
    await services.administration.send_reset(actor, account_id)
    return empty_response(204)


def _actor(request: AnyRequest, services: Services) -> Actor:
    return Actor(caller=caller_of(request, services.tokens), origin=origin_of(request))


HANDLERS = (change_role, send_reset)
