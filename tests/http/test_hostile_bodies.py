"""Whatever a body holds, on a real socket, at every call that takes one: a refusal in order, and nobody is held up."""

from __future__ import annotations

import asyncio
import json
import re

from tests.http.driving import World, start
from tests.http.sockets import WITHIN, Connection, served

from credcore_http.app import calls

SURROGATE, NUL = b"\\ud800", b"\\u0000"


def hostile(field: bytes) -> dict[str, bytes]:
    """Bodies that some parser somewhere stumbles over. ``field``: one that the call knows."""
    return {
        "bad UTF-8": b'{"' + field + b'": "\xff\xfe"}',
        "overlong UTF-8": b'{"' + field + b'": "\xc0\x80"}',
        "UTF-16": ('{"' + field.decode() + '": 1}').encode("utf-16"),
        "a byte order mark": b"\xef\xbb\xbf{}",
        "deep arrays": b"[" * 30_000,
        "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        "NUL": b'{"' + field + b'": "a' + NUL + b'b"}',
        "half a pair": b'{"' + field + b'": "' + SURROGATE + b'"}',
        "half a pair as a name": b'{"' + SURROGATE + b'": 1}',
        "5,000 digits": b'{"' + field + b'": ' + b"9" * 5_000 + b"}",
        "a great exponent": b'{"' + field + b'": 1e999999}',
        "NaN": b'{"' + field + b'": NaN}',
        "a name twice": b'{"' + field + b'": 1, "' + field + b'": 2}',
        "cut off": b'{"' + field + b'": "abc',
        "two documents": b"{} {}",
        "no object": b"[]",
        "a bare string": b'"' + field + b'"',
        "null": b"null",
        "null in place of text": b'{"' + field + b'": null}',
        "an object in place of text": b'{"' + field + b'": {"$ne": 1}}',
        "40,000 fields": b"{" + b",".join(b'"%d":1' % n for n in range(7_000)) + b"}",
        "a pollution of prototypes": b'{"__proto__": {"role": "admin"}, "role": "admin"}',
        "escapes": b'{"' + b"\\" * 60_001 + b'": 1}',
    }


TAKERS = [call for call in calls() if call.body is not None and call.body_type == "application/json"]


FORGIVING = {"logout"}
"""It ends what the token opens, and says nothing about a token that opens nothing."""


async def test_every_call_refuses_every_hostile_body_and_goes_on_serving(world: World) -> None:
    async with await world.student() as student:
        token = f"Authorization: {student.headers['authorization']}"
        assessment_id = (await start(student))["assessmentId"]
    async with served(world) as port:
        connection = Connection(port)
        for call in TAKERS:
            path = re.sub(r"\{\w+:str\}", assessment_id, call.path)
            field = next(iter(call.body_example or {"a": 1})).encode()
            for name, body in hostile(field).items():
                case = f"{call.operation_id}, {name}"
                status, answer = await connection.send(
                    call.method.value, path, body, "Content-Type: application/json", token
                )
                if status == 204 and call.operation_id in FORGIVING:
                    continue
                assert 400 <= status < 500, f"{case}: {status} {answer!r}"
                assert json.loads(answer)["status"] == status, case
                assert await connection.send("GET", "/health/live", b"") == (200, b'{"status":"live"}'), case
        await connection.close()


OTHER_TYPES = (
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-16",
    "multipart/form-data",
)


async def test_no_other_type_is_read_as_json(world: World) -> None:
    async with served(world) as port:
        connection = Connection(port)
        for content_type in OTHER_TYPES:
            headers = [f"Content-Type: {content_type}"] if content_type else []
            for call in TAKERS:
                path = re.sub(r"\{\w+:str\}", "x", call.path)
                status, answer = await connection.send(call.method.value, path, b'{"a": 1}', *headers)
                assert (status, json.loads(answer)["code"]) == (415, "malformed-body"), (call.path, content_type)
        await connection.close()


HEADS = {
    "two hosts": b"GET /roles HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no host": b"GET /roles HTTP/1.1\r\nA: b\r\n\r\n",
    "a host that is none": b"GET /roles HTTP/1.1\r\nHost: a b\r\n\r\n",
    "no version": b"GET /roles\r\n\r\n",
    "chunks before there were any": b"POST /auth/login HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two tokens": b"GET /users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
    "NUL in the path": b"GET /assessments/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "bad UTF-8 in the path": b"GET /assessments/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
    "bad UTF-8 in the query": b"GET /assessments?cursor=%ff&limit=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "a path out of the folder": b"GET /schema/assets/..%2f..%2fapp.py HTTP/1.1\r\nHost: x\r\n\r\n",
    "another server's address": b"GET http://elsewhere.example/users/me HTTP/1.1\r\nHost: x\r\n\r\n",
    "a trace": b"TRACE /roles HTTP/1.1\r\nHost: x\r\n\r\n",
    "a tunnel": b"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    "bytes in a token": b"GET /users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
}


async def test_every_hostile_head_is_refused(world: World) -> None:
    async with served(world) as port:
        again = Connection(port)
        for name, request in HEADS.items():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            async with asyncio.timeout(WITHIN):
                head = await reader.readuntil(b"\r\n\r\n")
            writer.close()
            assert 400 <= int(head.split(b" ", 2)[1]) < 500, name
            assert b"content-type: application/problem+json" in head, name
            assert (await again.send("GET", "/health/live", b""))[0] == 200, name
        await again.close()


async def test_a_stalled_body_holds_nobody_up(world: World) -> None:
    async with served(world) as port:
        stalled = [await asyncio.open_connection("127.0.0.1", port) for _ in range(50)]
        for _, writer in stalled:
            writer.write(b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
            writer.write(b"Content-Length: 100\r\n\r\n{")
        connection = Connection(port)
        assert (await connection.send("GET", "/health/live", b""))[0] == 200
        await connection.close()
        async with asyncio.timeout(WITHIN):
            heads = [await reader.readuntil(b"\r\n\r\n") for reader, _ in stalled]
        assert {int(head.split(b" ", 2)[1]) for head in heads} == {400}
        for _, writer in stalled:
            writer.close()
