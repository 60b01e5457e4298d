"""The ``Idempotency-Key`` header: the same key and body give the first answer again."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import UUID

from litestar import Response

from credcore.accounts import Caller
from credcore.errors import IdempotencyKeyReused, InvalidValue, Refused, Unavailable
from credcore.ports import Fresh, IdempotencyStore, Replay
from credcore_http.requests import AnyRequest, Gate
from credcore_http.services import Services

HEADER = "idempotency-key"
LEASE = timedelta(seconds=10)
"""How long a key waits for another try after the process that held it was killed. While a request runs, however long
that is, its lease is renewed."""
RENEWED_EVERY = timedelta(seconds=3)
"""So that two renewals may fail."""
KEPT_HEADERS = frozenset({"location"})
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

log = logging.getLogger(__name__)

Effect = Callable[[UUID], Awaitable[Response[bytes]]]


async def once(
    request: AnyRequest,
    services: Services,
    caller: Caller,
    effect: Effect,
    gate: Gate | None = None,
    *,
    of: UUID | None = None,
) -> Response[bytes]:
    """``effect`` with a new id; under a key that came before, the first answer, and nothing happens again.

    ``of``: what the effect is done to, in place of a new id; with it goes the answer that is kept.
    A refused effect forgets its key: nothing was created, so the next try is a first one. Where it is not known what
    happened (a dependency went down, the client left, a defect, a crash), the next try gets the first one's id, under
    which it finds what was created already. ``gate`` is asked before the key is complained about.
    """
    keys = request.headers.getall(HEADER, [])
    new_id = of or services.ids.new_id()
    if not keys:
        return await effect(new_id)
    try:
        key = _checked(keys)
        fingerprint = await _fingerprint(request)
        claim = await services.idempotency.claim(caller, key, fingerprint, effect_id=new_id, lease=LEASE)
    except (InvalidValue, IdempotencyKeyReused):
        if gate is not None:
            await gate()
        raise
    if isinstance(claim, Replay):
        headers = {**dict(claim.headers), "Idempotency-Replayed": "true"}
        return Response(claim.body, status_code=claim.status, media_type="application/json", headers=headers)
    try:
        async with _held(services.idempotency, claim):
            response = await effect(claim.effect_id)
    except Refused:
        await services.idempotency.release(claim)
        raise
    except BaseException:
        await services.idempotency.let_go(claim)
        raise
    kept = tuple((name, value) for name, value in response.headers.items() if name.lower() in KEPT_HEADERS)
    reply = Replay(status=response.status_code or 200, body=response.content, headers=kept)
    await services.idempotency.settle(claim, reply)
    return response


@asynccontextmanager
async def _held(store: IdempotencyStore, claim: Fresh) -> AsyncIterator[None]:
    """The key stays this request's while the block runs, unless the store was away for a whole lease.

    Then another request may have taken over, with the same effect id: both find the same work, and what is left to do
    with the key is the other's.
    """
    renewing = asyncio.create_task(_renewed(store, claim), name="credcore-idempotency-lease")
    try:
        yield
    finally:
        renewing.cancel()
        [ended] = await asyncio.gather(renewing, return_exceptions=True)
        if isinstance(ended, Exception):
            log.error("a lease was not renewed", exc_info=ended)


async def _renewed(store: IdempotencyStore, claim: Fresh) -> None:
    held = True
    while held:
        await asyncio.sleep(RENEWED_EVERY.total_seconds())
        with suppress(Unavailable):
            held = await store.renew(claim, LEASE)


def _checked(keys: list[str]) -> str:
    if len(keys) != 1 or not _KEY.fullmatch(keys[0]):
        raise InvalidValue("", "Idempotency-Key must be given once, as 1 to 255 visible ASCII characters")
    return keys[0]


async def _fingerprint(request: AnyRequest) -> bytes:
    """Names the request: method, path and body. A key is one request's, not one body's."""
    # Identifiers are the same in either case.
    digest = hashlib.sha256(f"{request.method} {request.scope['path'].lower()}\n".encode())
    digest.update(await request.body())
    return digest.digest()
