"""Where an account is signed in."""

from __future__ import annotations

from litestar import HttpMethod, Response
from litestar.params import FromPath

from credcore.ids import parse_id
from credcore_http import account_examples
from credcore_http.calls import Call, Parameter, serves
from credcore_http.controllers.accounts import TAG
from credcore_http.parameters import CURSOR, LIMIT, UUID_SCHEMA
from credcore_http.requests import AnyRequest, caller_of, empty_response, json_response, page_of
from credcore_http.services import Injected
from credcore_http.wire.accounts import SessionList, to_session


@serves(
    Call(
        operation_id="listSessions",
        method=HttpMethod.GET,
        path="/users/me/sessions",
        tag=TAG,
        summary="Where the account is signed in",
        description="Sign-ins that can still be refreshed, the newest first.",
        parameters=(LIMIT, CURSOR),
        answer=SessionList,
        answer_example=account_examples.SESSIONS,
        errors=("validation-failed",),
    )
)
async def list_sessions(request: AnyRequest, services: Injected) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    limit, after = page_of(request)
    page = await services.own_account.sessions(caller, limit=limit, after=after)
    items = tuple(to_session(session, caller.session_id) for session in page.items)
    return json_response(SessionList(items=items, next_cursor=str(page.next_after) if page.next_after else None))


@serves(
    Call(
        operation_id="endSession",
        method=HttpMethod.DELETE,
        path="/users/me/sessions/{session_id:str}",
        tag=TAG,
        summary="End a session",
        description=(
            "Its refresh tokens are dead, and its access tokens within two seconds on every server. It may be the "
            "caller's own."
        ),
        status=204,
        parameters=(
            Parameter(
                name="sessionId",
                place="path",
                description="The session. A malformed id is 404, like an unknown one.",
                schema=UUID_SCHEMA,
                required=True,
                example=account_examples.SESSION_ID,
            ),
        ),
        errors=("not-found",),
    )
)
async def end_session(request: AnyRequest, session_id: FromPath[str], services: Injected) -> Response[None]:
    caller = caller_of(request, services.tokens)
    ending = parse_id(session_id, "session")
    await services.own_account.end_session(caller, ending)
    services.tokens.ended.add(ending)
    return empty_response(204)


HANDLERS = (list_sessions, end_session)
