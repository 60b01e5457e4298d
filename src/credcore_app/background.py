"""What goes on beside the serving: until its block ends, and again where a defect has ended it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager

log = logging.getLogger(__name__)

REST = 1.0
"""Seconds before work that a defect has ended is begun again, unless said otherwise."""

Work = Callable[[], Coroutine[object, object, None]]


@asynccontextmanager
async def beside(work: Work, name: str, rest: float = REST) -> AsyncIterator[None]:
    """Does ``work`` for as long as the block lasts, with ``rest`` seconds between where it ends by itself.

    Nobody waits for it, so that without a word in the log nobody would see that a defect has ended it.
    """
    going_on = asyncio.create_task(_again_and_again(work, name, rest), name=name)
    try:
        yield
    finally:
        going_on.cancel()
        await asyncio.gather(going_on, return_exceptions=True)


async def _again_and_again(work: Work, name: str, rest: float) -> None:
    while True:
        try:
            await work()
        # Broad on purpose: it is written down with its place, and the rest of the server needs the work to go on.
        except Exception as error:
            log.error("background work was interrupted", exc_info=error, extra={"place": name})
        await asyncio.sleep(rest)
