"""What a handler takes from a request, in the contract's order: the caller, what is theirs, the body's shape."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Response
from litestar.datastructures import State

from credcore.accounts import Caller, Origin
from credcore.errors import InvalidValue, NotFound, Unauthenticated
from credcore.ids import parse_id
from credcore_http.edge.json_syntax import lone_surrogate
from credcore_http.tokens import AccessTokens
from credcore_http.wire.base import Inbound

AnyRequest = Request[object, object, State]
Body = TypeVar("Body", bound=Inbound)
Gate = Callable[[], Awaitable[object]]
"""Asks whether the thing is the caller's; raises if not."""

MAX_LIMIT = 100
DEFAULT_LIMIT = 20
MAX_AGENT = 200
_PATH = re.compile(r" - at `(.+)`$", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_FIELD = re.compile(r"(missing required|contains unknown) field `(.*)`", re.DOTALL)


def caller_of(request: AnyRequest, tokens: AccessTokens) -> Caller:
    """Raises Unauthenticated without exactly one bearer token that is ours. It is verified once a request."""
    known = request.scope.get("user")
    if isinstance(known, Caller):
        return known
    headers = request.headers.getall("authorization", [])
    if len(headers) != 1:
        raise Unauthenticated
    scheme, _, token = headers[0].partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    caller = tokens.verify(token.strip())
    request.scope["user"] = caller
    return caller


async def body_of(request: AnyRequest, kind: type[Body], gate: Gate | None = None) -> Body:
    """The body as ``kind``. ``gate`` is asked before its shape is complained about: 404 comes before 422.

    Raises:
        InvalidValue: with the pointer to the first thing that is wrong.
    """
    raw = await request.body()
    if not raw and kind.__struct_fields__:
        if gate is not None:
            await gate()
        raise InvalidValue("", "a body is missing")
    raw = raw or b"{}"
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as error:
        if gate is not None:
            await gate()
        if (pointer := lone_surrogate(raw)) is not None:
            raise InvalidValue(pointer, "must not contain half of a surrogate pair") from None
        raise _invalid(str(error), kind) from None


def address_of(request: AnyRequest) -> str | None:
    """The client's address: the socket's, or what a trusted proxy said, which the server has put in its place."""
    return request.client.host if request.client else None


def origin_of(request: AnyRequest) -> Origin:
    """The client's address, and one short line of what it says of itself: the program that it claims to be."""
    agent = "".join(character for character in request.headers.get("user-agent", "") if character.isprintable())
    return Origin(address=address_of(request), agent=agent[:MAX_AGENT].strip() or None)


def page_of(request: AnyRequest) -> tuple[int, UUID | None]:
    """``limit`` and ``cursor`` of a list. Raises InvalidValue."""
    limit = _once(request, "limit")
    cursor = _once(request, "cursor")
    if limit is None:
        return DEFAULT_LIMIT, _cursor(cursor)
    if not (_is_count(limit) and 1 <= int(limit) <= MAX_LIMIT):
        raise InvalidValue("/limit", f"must be a whole number from 1 to {MAX_LIMIT}")
    return int(limit), _cursor(cursor)


def _is_count(text: str) -> bool:
    """Whether it is a number that can be read at little cost."""
    return text.isascii() and text.isdecimal() and len(text) <= 9


def revision_of(request: AnyRequest) -> int | None:
    revision = _once(request, "revision")
    if revision is None:
        return None
    if not (_is_count(revision) and int(revision) >= 1):
        raise InvalidValue("/revision", "must be a whole number from 1")
    return int(revision)


def optional_query(request: AnyRequest, name: str) -> str | None:
    """Raises InvalidValue where it is given more than once."""
    return _once(request, name)


def required_query(request: AnyRequest, name: str) -> str:
    value = _once(request, name)
    if value is None:
        raise InvalidValue(f"/{name}", "is missing")
    return value


def json_response(body: msgspec.Struct, status: int = 200, headers: dict[str, str] | None = None) -> Response[bytes]:
    content = msgspec.json.encode(body)
    return Response(content, status_code=status, media_type="application/json", headers=headers or {})


def empty_response(status: int, headers: dict[str, str] | None = None) -> Response[None]:
    return Response(None, status_code=status, media_type=MediaType.TEXT, headers=headers or {})


def _once(request: AnyRequest, name: str) -> str | None:
    values = request.query_params.getall(name, [])
    if len(values) > 1:
        raise InvalidValue(f"/{name}", "is given more than once")
    return str(values[0]) if values else None


def _cursor(text: str | None) -> UUID | None:
    if text is None:
        return None
    try:
        return parse_id(text, "cursor")
    except NotFound:
        raise InvalidValue("/cursor", "is not a cursor that this list gave") from None


def _invalid(message: str, kind: type[msgspec.Struct]) -> InvalidValue:
    """msgspec's own sentence, with its path as a JSON Pointer (RFC 6901)."""
    path = _PATH.search(message)
    pointer = "".join(f"/{name or index}" for name, index in _STEP.findall(path.group(1))) if path else ""
    sentence = message[: path.start()] if path else message
    if named := _FIELD.search(sentence):
        pointer += "/" + named.group(2).replace("~", "~0").replace("/", "~1")
        return InvalidValue(pointer, "is missing" if named.group(1) == "missing required" else "is not known here")
    if sentence.startswith("Invalid enum value"):
        # msgspec repeats the value; an answer never does, for it may be something that went into the wrong field.
        return InvalidValue(pointer, _must_be(kind, pointer))
    return InvalidValue(pointer, sentence.replace("`", ""))


def _must_be(kind: type[msgspec.Struct], pointer: str) -> str:
    """What a field of an enumeration can be. Bodies have such fields at the top alone."""
    [found] = [field.type for field in msgspec.structs.fields(kind) if f"/{field.encode_name}" == pointer]
    return f"must be one of {', '.join(found)}"
