"""The OpenAPI 3.1 document, made of the calls that the handlers carry and of the structures on the wire.

Litestar's own generator is not used: it drops ``minimum: 0`` and ``additionalProperties``, and knows a body only where
the framework decodes it, which the contract's order of refusals (401 and 404 before 422) does not allow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from credcore_http.calls import Call, Parameter
from credcore_http.edge.problem import KINDS, TYPE_PREFIX, Problem
from credcore_http.security_schemes import SECURITY_SCHEMES, security_of

REF = "#/components/schemas/{name}"
PROBLEM_TYPE = "application/problem+json"
# Beside the status that the table gives a code: what else it comes with.
EXTRA_STATUSES = {"malformed-body": (415,), "payload-too-large": (431,)}
Json = dict[str, Any]  # Any: JSON, written out as it is

DESCRIPTION = """\
Register (`POST /auth/register`) or log in, and send the access token as `Authorization: Bearer ...`. Then start an
assessment, ask for the `next` question and answer it until none is left, and `complete`: the answer is the profile with
its recommended courses. A partner's server takes its token from `POST /auth/token` and goes the same way for each
learner, whom it names by a `learnerRef`.

Every error is `application/problem+json` (RFC 9457) with a stable `code`; what is not the caller's own is 404. Every
POST that creates something takes an `Idempotency-Key`, but for those that issue tokens. Times are RFC 3339 in UTC,
identifiers UUIDv7. What a question asks, and its options, are Markdown without HTML; everything else is plain text.
"""

HEADERS: Mapping[str, str] = {
    "Retry-After": "Seconds to wait before asking again",
    "WWW-Authenticate": "How to authenticate",
    "Allow": "The methods that the resource knows",
    "RateLimit": "What is left under each limit, and after how many seconds there is more",
    "RateLimit-Policy": "The limits: `q` requests at once, and as many again in `w` seconds",
}
HEADERS_OF = {401: ("WWW-Authenticate",), 429: ("Retry-After", "RateLimit", "RateLimit-Policy"), 503: ("Retry-After",)}
HEADERS_OF_CODE = {"request-in-progress": ("Retry-After",)}
"""Beside those of the status."""


def document(calls: Iterable[Call], *, version: str) -> Json:
    """The description of ``calls``, as plain data."""
    listed = list(calls)
    paths: Json = {}
    for call in listed:
        paths.setdefault(_template(call.path), {})[call.method.value.lower()] = _operation(call)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "credcore",
            "version": version,
            "summary": "Skills assessments for IT students: grades that can be defended.",
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "tags": [{"name": tag} for tag in dict.fromkeys(call.tag for call in listed)],
        "paths": paths,
        "components": {
            "schemas": _schemas(listed),
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _template(path: str) -> str:
    """``/profiles/{assessment_id:str}`` as the contract writes it: ``/profiles/{assessmentId}``."""
    return re.sub(r"\{(\w+):str\}", lambda name: f"{{{_camel(name.group(1))}}}", path)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)


def _schemas(calls: list[Call]) -> Json:
    kinds = [kind for call in calls for kind in (call.body, call.answer) if kind is not None]
    kinds += [own.kind for call in calls for own in call.own_errors]
    _, schemas = msgspec.json.schema_components([*dict.fromkeys(kinds), Problem], ref_template=REF)
    return dict(schemas)


def _operation(call: Call) -> Json:
    operation: Json = {
        "operationId": call.operation_id,
        "tags": [call.tag],
        "summary": call.summary,
        "description": call.description,
        "parameters": [_parameter(parameter) for parameter in call.parameters],
        "responses": {str(call.status): _answer(call), **_problems(call)},
        "security": security_of(call),
    }
    if call.body is not None:
        operation["requestBody"] = {
            "required": call.body_required,
            "content": {call.body_type: _media(call.body, call.body_example)},
        }
    return operation


def _parameter(parameter: Parameter) -> Json:
    described: Json = {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.description,
        "required": parameter.required,
        "schema": dict(parameter.schema),
    }
    if parameter.example is not None:
        described["example"] = parameter.example
    return described


def _answer(call: Call) -> Json:
    answer: Json = {"description": "Done" if call.answer is None else call.summary}
    if call.answer is not None:
        answer["content"] = {call.answer_type: _media(call.answer, call.answer_example)}
    if call.answer_text is not None:
        answer["description"] = call.summary
        answer["content"] = {call.answer_type: {"schema": {"type": "string"}, "example": call.answer_text}}
    headers = {**call.answer_headers, "X-Request-Id": "Names the request in our logs"}
    answer["headers"] = {name: _header(text) for name, text in headers.items()}
    return answer


def _media(kind: type[msgspec.Struct], example: object) -> Json:
    media: Json = {"schema": {"$ref": REF.format(name=kind.__name__)}}
    if example is not None:
        media["example"] = example
    return media


def _problems(call: Call) -> Json:
    by_status: dict[int, list[str]] = {}
    for code in call.all_errors:
        for status in (KINDS[code].status, *EXTRA_STATUSES.get(code, ())):
            by_status.setdefault(status, []).append(code)
    described = {str(status): _problem(status, codes) for status, codes in sorted(by_status.items())}
    for own in call.own_errors:
        answer = described.setdefault(str(own.status), {"description": own.kind.__name__, "content": {}})
        answer["content"]["application/json"] = _media(own.kind, own.example)
        _add_headers(answer, own.status)
    return described


def _problem(status: int, codes: list[str]) -> Json:
    examples = {
        code: {
            "value": {
                "type": TYPE_PREFIX + code,
                "title": KINDS[code].title,
                "status": status,
                "detail": KINDS[code].detail,
                "instance": "/",
                "code": code,
            }
        }
        for code in codes
    }
    schema = {"$ref": REF.format(name=Problem.__name__)}
    described: Json = {
        "description": ", ".join(f"`{code}`" for code in codes),
        "content": {PROBLEM_TYPE: {"schema": schema, "examples": examples}},
    }
    _add_headers(described, status, codes)
    return described


def _add_headers(answer: Json, status: int, codes: Iterable[str] = ()) -> None:
    names = [*HEADERS_OF.get(status, ()), *(name for code in codes for name in HEADERS_OF_CODE.get(code, ()))]
    if names:
        answer["headers"] = {name: _header(HEADERS[name]) for name in names}


def _header(text: str) -> Json:
    return {"description": text, "schema": {"type": "string"}}
