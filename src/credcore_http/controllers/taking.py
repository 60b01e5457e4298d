"""Go through an assessment, question by question, and complete it."""

from __future__ import annotations

from collections.abc import Awaitable
from uuid import UUID

from litestar import HttpMethod, Response
from litestar.params import FromPath

from credcore.errors import InvalidValue
from credcore.ids import parse_id
from credcore.responses import Answer
from credcore_http import examples, parameters
from credcore_http.calls import Call, serves
from credcore_http.controllers.assessments import TAG, WRITE
from credcore_http.idempotency import once
from credcore_http.requests import AnyRequest, Gate, body_of, caller_of, json_response
from credcore_http.services import Injected
from credcore_http.wire.base import Nothing
from credcore_http.wire.profiles import ProfileView, to_profile
from credcore_http.wire.taking import AnswerBody, Answered, Next, to_answer, to_answered, to_next


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


HANDLERS = (get_next_question, answer_question, complete_assessment)
