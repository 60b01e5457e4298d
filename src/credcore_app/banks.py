"""The question bank that is in use: the database's, followed while the server runs."""

from __future__ import annotations

import asyncio
import logging

from credcore.bank import Bank
from credcore.errors import ContentFault, Unavailable
from credcore.ports import BankStore
from credcore_app.content import content_of
from credcore_app.fault import Fault

log = logging.getLogger(__name__)

FOLLOW_SECONDS = 5.0


class BankInUse:
    """Call it for the bank. What is published elsewhere is in use here within ``FOLLOW_SECONDS``."""

    def __init__(self, revision: int, bank: Bank) -> None:
        self._revision = revision
        self._bank = bank

    def __call__(self) -> Bank:
        return self._bank

    async def follow(self, store: BankStore, every: float = FOLLOW_SECONDS) -> None:
        """Until it is cancelled. A bank that this version cannot read is not taken; the one before stays."""
        while True:
            await asyncio.sleep(every)
            try:
                await self._look(store)
            except Unavailable as down:
                log.warning("bank not looked up", extra={"dependency": down.what})

    async def _look(self, store: BankStore) -> None:
        if await store.revision() == self._revision:
            return
        current = await store.current()
        if current is None:
            return
        # Taken note of in any case: one that cannot be read is complained about once.
        self._revision, document = current
        try:
            self._bank = await _read(document)
        except ContentFault as fault:
            log.error("bank refused", extra={"revision": self._revision, "place": fault.where})
        else:
            log.info("bank taken into use", extra={"revision": self._revision})


async def bank_in_use(store: BankStore) -> BankInUse:
    """Raises Fault where there is none, or none that this version can read."""
    current = await store.current()
    if current is None:
        raise Fault("the database holds no question bank; run `credcore content sync`")
    revision, document = current
    try:
        return BankInUse(revision, await _read(document))
    except ContentFault as fault:
        raise Fault(
            f"the question bank in the database (revision {revision}) does not fit this version: {fault}; "
            "run `credcore content sync`"
        ) from None


async def _read(document: bytes) -> Bank:
    """On a thread, since it takes some hundredths of a second. Raises ContentFault."""
    return (await asyncio.to_thread(content_of, document)).bank
