"""The HTTP client under the SDK: goes nowhere else than it was told to, and reads of an error what it needs to know.

Imported with the SDK, which brings httpx2.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress

import httpx2
import openai

LONGEST_ERROR = 16 * 1024
"""Bytes of an error's body that are read: the SDK would read all of it, and everything after it."""
ERROR_WITHIN = 1.0
"""Seconds for them. What the status says stands, whenever the body comes, and whether or not it can be read."""


def http_client() -> httpx2.AsyncClient:
    """Without redirects: what a learner wrote goes to the address that the operator set, and to no other."""
    return openai.DefaultAsyncHttpxClient(follow_redirects=False, event_hooks={"response": [_shorten_error]})


async def _shorten_error(response: httpx2.Response) -> None:
    if response.is_success:
        return
    whole = response.stream
    assert isinstance(whole, httpx2.AsyncByteStream)  # as every response of an asynchronous client
    said = bytearray()
    with suppress(TimeoutError, httpx2.HTTPError):
        async with asyncio.timeout(ERROR_WITHIN), aclosing(aiter(whole)) as chunks:  # type: ignore[type-var]  # a generator
            async for chunk in chunks:
                said += chunk
                if len(said) >= LONGEST_ERROR:
                    break
    await whole.aclose()
    response.stream = httpx2.ByteStream(_legible(response, bytes(said[:LONGEST_ERROR])))


def _legible(response: httpx2.Response, said: bytes) -> bytes:
    """Nothing where it is not in the encoding that the head names: the SDK would fail at it, and the status be lost."""
    try:
        httpx2.Response(response.status_code, headers=response.headers, content=said)  # which decodes it
    except httpx2.DecodingError:
        return b""
    return said
