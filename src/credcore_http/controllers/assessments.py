"""Start an assessment, go through it, complete it."""

from __future__ import annotations

from collections.abc import Awaitable
from uuid import UUID

from litestar import HttpMethod, Response
from litestar.params import FromPath

from credcore.accounts import Scope
from credcore.assessment import Answer
from credcore.consent import CONSENT_TEXT, CONSENT_VERSION
from credcore.errors import InvalidValue
from credcore.ids import parse_id
from credcore.services.assessments import Started
from credcore_http import examples, parameters
from credcore_http.access import Access
from credcore_http.calls import Call, serves
from credcore_http.idempotency import once
from credcore_http.requests import AnyRequest, Gate, body_of, caller_of, json_response, optional_query, page_of
from credcore_http.services import Injected
from credcore_http.wire.assessments import (
    AnswerBody,
    Answered,
    AssessmentList,
    AssessmentView,
    Next,
    Roles,
    Start,
    to_answer,
    to_answered,
    to_assessment,
    to_beginning,
    to_list,
    to_next,
    to_role,
)
from credcore_http.wire.base import Inbound
from credcore_http.wire.profiles import ProfileView, to_profile

TAG = "Assessments"
WRITE = Access(scope=Scope.ASSESSMENTS_WRITE)


class Nothing(Inbound):
    """A body without fields, or none."""


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


@serves(
    Call(
        operation_id="getNextQuestion",
        method=HttpMethod.GET,
        path="/assessments/{assessment_id:str}/next",
        tag=TAG,
        access=WRITE,
        summary="The next question",
        description=(
            "The first unanswered question, the same one until it is answered; null once all are. The first delivery "
            "of a question starts its time."
        ),
        answer=Next,
        answer_example=examples.NEXT,
        parameters=(parameters.ASSESSMENT_ID,),
        errors=("not-found", "assessment-completed", "assessment-expired"),
    )
)
async def get_next_question(request: AnyRequest, services: Injected, assessment_id: FromPath[str]) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    return json_response(to_next(await services.assessments.next(caller, parse_id(assessment_id, "assessment"))))


@serves(
    Call(
        operation_id="answerQuestion",
        method=HttpMethod.POST,
        path="/assessments/{assessment_id:str}/answer",
        tag=TAG,
        access=WRITE,
        summary="Answer a question",
        description=(
            "With `optionId` (mcq), `text` (essay) or `optionIds` (interest). The first answer stands: the identical "
            "one again is answered the same way, another one is refused."
        ),
        body=AnswerBody,
        body_example=examples.ANSWER,
        answer=Answered,
        answer_example=examples.ANSWERED,
        parameters=(parameters.ASSESSMENT_ID, parameters.IDEMPOTENCY_KEY),
        errors=(
            "not-found",
            "assessment-expired",
            "assessment-completed",
            "question-not-in-form",
            "already-answered",
            "idempotency-key-reused",
            "request-in-progress",
        ),
    )
)
async def answer_question(request: AnyRequest, services: Injected, assessment_id: FromPath[str]) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    id = parse_id(assessment_id, "assessment")

    def gate() -> Awaitable[object]:
        return services.assessments.find(caller, id)

    async def effect(_: UUID) -> Response[bytes]:
        body = await body_of(request, AnswerBody, gate)
        response, total = await services.assessments.answer(caller, id, body.question_id, await _answer(body, gate))
        return json_response(to_answered(response, total))

    return await once(request, services, caller, effect, gate, of=id)


@serves(
    Call(
        operation_id="completeAssessment",
        method=HttpMethod.POST,
        path="/assessments/{assessment_id:str}/complete",
        tag=TAG,
        access=WRITE,
        summary="Complete an assessment",
        description=(
            "Waits for essays that are still being judged and always ends: what has no grade in time is judged by the "
            "offline grader. Later calls give the same profile, or its latest revision."
        ),
        body=Nothing,
        body_required=False,
        body_example={},
        answer=ProfileView,
        answer_example=examples.PROFILE,
        parameters=(parameters.ASSESSMENT_ID, parameters.IDEMPOTENCY_KEY),
        errors=("not-found", "nothing-to-score", "idempotency-key-reused", "request-in-progress"),
    )
)
async def complete_assessment(request: AnyRequest, services: Injected, assessment_id: FromPath[str]) -> Response[bytes]:
    caller = caller_of(request, services.tokens)
    id = parse_id(assessment_id, "assessment")

    def gate() -> Awaitable[object]:
        return services.assessments.find(caller, id)

    async def effect(_: UUID) -> Response[bytes]:
        await body_of(request, Nothing, gate)
        return json_response(to_profile(await services.completion.complete(caller, id)))

    return await once(request, services, caller, effect, gate, of=id)


async def _answer(body: AnswerBody, gate: Gate) -> Answer:
    try:
        return to_answer(body)
    except InvalidValue:
        await gate()
        raise


HANDLERS = (
    list_roles,
    start_assessment,
    list_assessments,
    get_assessment,
    get_next_question,
    answer_question,
    complete_assessment,
)
