"""Read profiles and recommendations."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from litestar import HttpMethod, Response
from litestar.params import FromPath

from credcore.accounts import Scope
from credcore.errors import AssessmentNotCompleted, InvalidValue
from credcore.ids import parse_id
from credcore_http import examples, parameters
from credcore_http.access import Access
from credcore_http.calls import Call, serves
from credcore_http.requests import AnyRequest, caller_of, empty_response, json_response, required_query, revision_of
from credcore_http.services import Injected
from credcore_http.wire.profiles import ProfileView, RecommendationList, to_bundle, to_profile

TAG = "Profiles and recommendations"


@serves(
    Call(
        operation_id="getProfile",
        method=HttpMethod.GET,
        path="/profiles/{assessment_id:str}",
        tag=TAG,
        access=Access(scope=Scope.PROFILES_READ),
        summary="The skill profile",
        description="The latest revision, or the one asked for.",
        answer=ProfileView,
        answer_example=examples.PROFILE,
        parameters=(parameters.ASSESSMENT_ID, parameters.REVISION),
        errors=("not-found", "validation-failed", "assessment-not-completed"),
    )
)
async def get_profile(request: AnyRequest, services: Injected, assessment_id: FromPath[str]) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    id = parse_id(assessment_id, "assessment")
    try:
        revision = revision_of(request)
    except InvalidValue:
        with suppress(AssessmentNotCompleted):  # a state is told after the shape
            await services.profiles.profile(caller, id)
        raise
    return json_response(to_profile(await services.profiles.profile(caller, id, revision)))


@serves(
    Call(
        operation_id="listRecommendations",
        method=HttpMethod.GET,
        path="/recommendations",
        tag=TAG,
        access=Access(scope=Scope.RECOMMENDATIONS_READ),
        summary="The recommended courses",
        description="The bundle as it was made at completion; it is never recalculated.",
        answer=RecommendationList,
        answer_example=examples.RECOMMENDATIONS,
        parameters=(parameters.ASSESSMENT_QUERY,),
        errors=("not-found", "validation-failed", "assessment-not-completed"),
    )
)
async def list_recommendations(request: AnyRequest, services: Injected) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    id: UUID = parse_id(required_query(request, "assessmentId"), "assessment")
    bundle = await services.profiles.recommendations(caller, id)
    return json_response(RecommendationList(assessment_id=id, items=to_bundle(bundle)))


@serves(
    Call(
        operation_id="openRecommendation",
        method=HttpMethod.GET,
        path="/recommendations/{recommendation_id:str}/open",
        tag=TAG,
        summary="Follow a recommendation",
        description="Redirects to the course and counts the click. The target comes from the catalogue alone.",
        status=302,
        answer_headers={"Location": "The course's page"},
        parameters=(parameters.RECOMMENDATION_ID,),
        errors=("not-found", "unavailable"),
        authenticated=False,
    )
)
async def open_recommendation(services: Injected, recommendation_id: FromPath[str]) -> Response[None]:
    url = await services.profiles.open_recommendation(parse_id(recommendation_id, "recommendation"))
    return empty_response(302, {"Location": url})


HANDLERS = (get_profile, list_recommendations, open_recommendation)
