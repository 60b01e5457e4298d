"""What a running server has to hear of about sign-ins elsewhere: new signing keys, and sessions that were ended."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from credcore.errors import Unavailable
from credcore_app.background import beside
from credcore_app.fault import Fault
from credcore_app.signing import signing_keys
from credcore_http.tokens import EndedSessions
from credcore_pg import PostgresStores

log = logging.getLogger(__name__)

FOLLOW_SECONDS = 1.0
LONGEST = timedelta(hours=24, minutes=1)
"""The most that an access token lives, with the leeway."""


class KeysInUse(Mapping[str, Ed25519PrivateKey]):
    """Keys by id, the one that signs last; the whole of it is replaced at once."""

    def __init__(self) -> None:
        self._keys: dict[str, Ed25519PrivateKey] = {}

    def take(self, keys: Mapping[str, Ed25519PrivateKey]) -> None:
        self._keys = dict(keys)

    def __getitem__(self, kid: str) -> Ed25519PrivateKey:
        return self._keys[kid]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


@dataclass(frozen=True, kw_only=True)
class SignIns:
    """``keys`` and ``ended`` are what this process goes by; ``file`` is the operator's own keys, if any."""

    stores: PostgresStores
    file: Path | None
    now: Callable[[], datetime]
    keys: KeysInUse
    ended: EndedSessions

    async def look(self) -> None:
        """Raises Unavailable, Fault."""
        self.keys.take(await signing_keys(self.stores.keys, self.file, self.now()))
        self.ended.take(await self.stores.sessions.ended(LONGEST))

    async def follow(self) -> None:
        """Until it is cancelled. What cannot be had stays as it was."""
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            try:
                await self.look()
            except Unavailable as down:
                log.warning("sign-ins not looked up", extra={"dependency": down.what})
            except Fault:
                log.error("signing keys refused: the file is not what it was")


@asynccontextmanager
async def followed_sign_ins(
    stores: PostgresStores, file: Path | None, now: Callable[[], datetime]
) -> AsyncIterator[SignIns]:
    """Looked up once, and then followed until the block ends. Raises as ``look``."""
    sign_ins = SignIns(stores=stores, file=file, now=now, keys=KeysInUse(), ended=EndedSessions())
    await sign_ins.look()
    async with beside(sign_ins.follow, "credcore-sign-ins"):
        yield sign_ins
