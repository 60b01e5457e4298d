"""Start assessments and find them again."""

from __future__ import annotations

from uuid import UUID

from litestar import HttpMethod, Response
from litestar.params import FromPath

from credcore.accounts import Scope
from credcore.consent import CONSENT_TEXT, CONSENT_VERSION
from credcore.ids import parse_id
from credcore.services.assessments import Started
from credcore_http import examples, parameters
from credcore_http.access import Access
from credcore_http.calls import Call, serves
from credcore_http.idempotency import once
from credcore_http.requests import AnyRequest, body_of, caller_of, json_response, optional_query, page_of
from credcore_http.services import Injected
from credcore_http.wire.assessments import (
    AssessmentList,
    AssessmentView,
    Roles,
    Start,
    to_assessment,
    to_beginning,
    to_list,
    to_role,
)

TAG = "Assessments"
WRITE = Access(scope=Scope.ASSESSMENTS_WRITE)


@serves(
    Call(
        operation_id="listRoles",
        method=HttpMethod.GET,
        path="/roles",
        tag=TAG,
        summary="The roles that can be assessed",
        description="Each with its domains and their weights in the overall score.",
        answer=Roles,
        answer_example=examples.ROLES,
        authenticated=False,
    )
)
async def list_roles(services: Injected) -> Response[bytes]:
    return json_response(Roles(items=tuple(to_role(role) for role in services.bank().roles)))


@serves(
    Call(
        operation_id="startAssessment",
        method=HttpMethod.POST,
        path="/assessments/start",
        tag=TAG,
        access=WRITE,
        summary="Start an assessment",
        description=(
            "Draws a form from the bank and delivers its first question, whose time runs from now. `aiConsent` of a "
            f"partner says that the learner agreed to this (version {CONSENT_VERSION}), or to no less: "
            f"*{CONSENT_TEXT}* Without it an offline grader alone judges the essays."
        ),
        status=201,
        body=Start,
        body_example=examples.START,
        answer=AssessmentView,
        answer_example=examples.ASSESSMENT,
        answer_headers={"Location": "Where the assessment is found"},
        parameters=(parameters.IDEMPOTENCY_KEY,),
        errors=("idempotency-key-reused", "request-in-progress"),
    )
)
async def start_assessment(request: AnyRequest, services: Injected) -> Response[bytes]:
    caller = caller_of(request, services.tokens)

    async def effect(assessment_id: UUID) -> Response[bytes]:
        body = await body_of(request, Start)
        started: Started = await services.assessments.start(caller, to_beginning(body), assessment_id)
        view = to_assessment(started.overview, started.delivery)
        return json_response(view, 201, {"Location": f"/assessments/{view.assessment_id}"})

    return await once(request, services, caller, effect)


@serves(
    Call(
        operation_id="listAssessments",
        method=HttpMethod.GET,
        path="/assessments",
        tag=TAG,
        access=WRITE,
        summary="The caller's own assessments",
        description="Newest first.",
        answer=AssessmentList,
        answer_example=examples.ASSESSMENTS,
        parameters=(parameters.LIMIT, parameters.CURSOR, parameters.LEARNER_REF),
        errors=("validation-failed",),
    )
)
async def list_assessments(request: AnyRequest, services: Injected) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    limit, after = page_of(request)
    learner_ref = optional_query(request, "learnerRef")
    page = await services.assessments.page(caller, limit=limit, after=after, learner_ref=learner_ref)
    return json_response(to_list(page))


@serves(
    Call(
        operation_id="getAssessment",
        method=HttpMethod.GET,
        path="/assessments/{assessment_id:str}",
        tag=TAG,
        access=WRITE,
        summary="One assessment",
        description="Where it stands. `question` is the one being asked, null before it was delivered by `next`.",
        answer=AssessmentView,
        answer_example=examples.ASSESSMENT,
        parameters=(parameters.ASSESSMENT_ID,),
        errors=("not-found",),
    )
)
async def get_assessment(request: AnyRequest, services: Injected, assessment_id: FromPath[str]) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    overview = await services.assessments.find(caller, parse_id(assessment_id, "assessment"))
    return json_response(to_assessment(overview, overview.asked))


HANDLERS = (
    list_roles,
    start_assessment,
    list_assessments,
    get_assessment,
)
