"""The server on a database that is ready: application and socket, and both back in the opposite order."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import TypeVar

from credcore_app.database import Place, patiently
from credcore_app.serving import run, run_workers
from credcore_app.settings import Settings
from credcore_app.wiring import application
from credcore_http.edge.asgi import App

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Serving:
    """Where and how to serve. ``port`` 0 is any free one; ``grading`` says whether essays are graded here, too."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    grading: bool = True


class Stop(asyncio.Event):
    """Set by Ctrl-C and SIGTERM. Until ``heed`` whoever should end then is still starting, and is cancelled."""

    heeded = False

    def heed(self) -> None:
        """From now on the work ends by itself, in order, when this is set."""
        self.heeded = True


async def until_stopped(work: Callable[[Stop], Coroutine[object, object, Result]]) -> Result | None:
    """What ``work`` gives; None where a signal came before it heeded its stop: half a start is undone, not completed.

    The signals are taken for the rest of the running event loop's life.
    """
    stop = Stop()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    working, stopping = asyncio.create_task(work(stop)), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if stop.heeded or not stop.is_set():
        return await working
    working.cancel()
    with suppress(asyncio.CancelledError):
        return await working
    return None


async def serve(
    settings: Settings,
    serving: Serving,
    place: Place,
    *,
    on_ready: Callable[[str], None],
    stop: Stop,
) -> None:
    """Serves the database at ``place`` until ``stop``; ``on_ready`` gets the URL. Raises what ``explain`` explains."""
    if serving.workers > 1:
        await _several(settings, serving, place, on_ready, stop)
        return
    async with AsyncExitStack() as stack:

        def open_application() -> Coroutine[object, object, App]:
            return stack.enter_async_context(application(settings, place.dsn, grading=serving.grading))

        app = await patiently(open_application, place.patience)
        stop.heed()
        await run(
            lambda: app,
            host=serving.host,
            port=serving.port,
            on_ready=on_ready,
            stop=stop,
            trusted_proxies=settings.trusted_proxies,
        )


async def _several(
    settings: Settings, serving: Serving, place: Place, on_ready: Callable[[str], None], stop: Stop
) -> None:
    async def look() -> None:
        async with application(settings, place.dsn, grading=False):
            pass  # what is wrong with the database or a setting is said here once, not by each worker

    await patiently(look, place.patience)
    stop.heed()
    # They read their settings as we do, and find the embedded database by this.
    os.environ["CREDCORE_DATABASE_URL"] = place.dsn
    target = "application" if serving.grading else "application_without_grading"
    await run_workers(
        f"credcore_app.worker_process:{target}",
        serving.workers,
        host=serving.host,
        port=serving.port,
        on_ready=on_ready,
        stop=stop,
        trusted_proxies=settings.trusted_proxies,
    )
