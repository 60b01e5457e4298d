"""The ``Idempotency-Key`` header: the same key and body give the first answer again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from litestar import Response

from credcore.accounts import Caller
from credcore.errors import IdempotencyKeyReused, InvalidValue, Refused
from credcore.ports import Replay
from credcore_http.requests import AnyRequest, Gate
from credcore_http.services import Services

HEADER = "idempotency-key"
LEASE = timedelta(seconds=60)
"""How long a first request may run before a repetition takes over. Longer than any call of ours takes."""
KEPT_HEADERS = frozenset({"location"})
_KEY = re.compile(r"[\x21-\x7e]{1,255}")

Effect = Callable[[UUID], Awaitable[Response[bytes]]]


async def once(
    request: AnyRequest, services: Services, caller: Caller, effect: Effect, gate: Gate | None = None
) -> Response[bytes]:
    """``effect`` with a new id; under a key that came before, the first answer, and nothing happens again.

    A refused effect forgets its key: nothing was created, so the next try is a first one. Where it is not known what
    happened (a dependency went down, the client left, a defect, a crash), the next try gets the first one's id, under
    which it finds what was created already. ``gate`` is asked before the key is complained about.
    """
    keys = request.headers.getall(HEADER, [])
    new_id = services.ids.new_id()
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
        response = await effect(claim.effect_id)
    except Refused:
        await services.idempotency.release(caller, key)
        raise
    except BaseException:
        await services.idempotency.let_go(caller, key)
        raise
    kept = tuple((name, value) for name, value in response.headers.items() if name.lower() in KEPT_HEADERS)
    reply = Replay(status=response.status_code or 200, body=response.content, headers=kept)
    await services.idempotency.settle(caller, key, reply)
    return response


def _checked(keys: list[str]) -> str:
    if len(keys) != 1 or not _KEY.fullmatch(keys[0]):
        raise InvalidValue("", "Idempotency-Key must be given once, as 1 to 255 visible ASCII characters")
    return keys[0]


async def _fingerprint(request: AnyRequest) -> bytes:
    """Names the request: method, path and body. A key is one request's, not one body's."""
    # Identifiers are the same in either case.
    digest = hashlib.sha256(f"{request.method} {request.url.path.lower()}\n".encode())
    digest.update(await request.body())
    return digest.digest()
