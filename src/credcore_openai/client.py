"""The one class that talks to the provider: a question out, a completion or a named failure back, within a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from credcore.questions import Essay
from credcore_openai.completion import Completion, read_completion
from credcore_openai.dialect import Dialect
from credcore_openai.failures import (
    TIMED_OUT,
    CallFailed,
    FailureKind,
    Fault,
    UnusableReply,
    failure_of,
    retry_after,
)
from credcore_openai.prompt import Prompt

LARGEST_BODY = 512 * 1024
"""Bytes of a body that are read at all; a grade has two or three thousand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """``base_url`` None: the provider's own. ``api_key`` never leaves this object but in the request's header."""

    api_key: str
    model: str
    base_url: str | None = None
    reasoning_effort: str | None = "none"
    most_tokens_out: int = 1_500

    def __repr__(self) -> str:
        return f"Connection(model={self.model!r}, base_url={self.base_url!r})"


class Client(Protocol):
    """What the grader needs of a provider."""

    async def ask(self, question: Essay, prompt: Prompt, *, within: float) -> Completion:
        """One completion. ``within``: seconds by the wall clock, whatever the server does.

        Raises:
            CallFailed: no reply came.
            UnusableReply: what came is no completion.
        """

    async def models(self, *, within: float) -> bytes:
        """The body of the provider's list of models. Raises as ``ask``."""


class OpenAIClient:
    """``Client`` over the SDK, which is imported here: it costs half a second that others need not pay."""

    def __init__(self, connection: Connection, now: Callable[[], datetime]) -> None:
        import httpx2
        import openai

        from credcore_openai.transport import http_client

        self._connection = connection
        self._now = now
        self._dialect = Dialect(reasoning_effort=connection.reasoning_effort)
        # No retries and no time-out of its own: its time-out is per read, and both are ours to decide.
        self._sdk = openai.AsyncOpenAI(
            api_key=connection.api_key,
            base_url=connection.base_url,
            max_retries=0,
            timeout=None,
            http_client=http_client(),
        )
        self._errors = (openai.APIConnectionError, httpx2.HTTPError)
        self._status_error = openai.APIStatusError
        self._not_sent = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)

    async def close(self) -> None:
        await self._sdk.close()

    async def ask(self, question: Essay, prompt: Prompt, *, within: float) -> Completion:
        async with self._deadline(within):
            while True:
                dialect = self._dialect
                try:
                    return read_completion(await self._complete(question, prompt, dialect))
                except CallFailed as failure:
                    simpler = dialect.without_what_was_refused(failure)
                    if simpler is None:
                        raise
                    self._dialect = simpler

    async def models(self, *, within: float) -> bytes:
        listing = self._sdk.models.with_streaming_response.list()
        async with self._deadline(within), self._translated(), listing as response:
            return await _read(response.iter_bytes())

    async def _complete(self, question: Essay, prompt: Prompt, dialect: Dialect) -> bytes:
        parameters = dialect.parameters(question)
        async with self._translated():
            create: Any = self._sdk.chat.completions.with_streaming_response.create  # Any: overloads by literal
            async with create(
                model=self._connection.model,
                messages=prompt.messages,
                max_completion_tokens=self._connection.most_tokens_out,
                **parameters,
            ) as response:
                return await _read(response.iter_bytes())

    @asynccontextmanager
    async def _deadline(self, within: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(within):
                yield
        except TimeoutError:
            raise CallFailed(FailureKind.TRANSIENT, TIMED_OUT, maybe_answered=True) from None

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        """The SDK's errors as ours. Their texts may quote the request, so they are not chained."""
        try:
            yield
        except self._status_error as error:
            raise failure_of(
                error.status_code,
                frozenset({str(error.code), str(error.type)}),
                retry_after=retry_after(error.response.headers, self._now()),
                message=str(error.message),
            ) from None
        except self._errors as error:
            sent = not isinstance(error.__cause__ or error, self._not_sent)
            raise CallFailed(FailureKind.TRANSIENT, "connection", maybe_answered=sent) from None


async def _read(chunks: AsyncIterator[bytes]) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > LARGEST_BODY:
            raise UnusableReply(Fault.OVERSIZE)
    return bytes(body)
