"""The server on a database that is ready: application and socket, and both back in the opposite order."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

from credcore_app.database import Place, stores_at
from credcore_app.serving import run, run_workers
from credcore_app.settings import Settings
from credcore_app.wiring import application


@dataclass(frozen=True, kw_only=True)
class Serving:
    """Where and how to serve. ``port`` 0 is any free one; ``grading`` says whether essays are graded here, too."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    grading: bool = True


def stop_on_signals() -> asyncio.Event:
    """An event that Ctrl-C and SIGTERM set, for the rest of the running event loop's life."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def serve(
    settings: Settings,
    serving: Serving,
    place: Place,
    *,
    on_ready: Callable[[str], None],
    stop: asyncio.Event,
) -> None:
    """Serves the database at ``place`` until ``stop``; ``on_ready`` gets the URL. Raises what ``explain`` explains."""
    if stop.is_set():
        return
    if serving.workers > 1:
        await _several(settings, serving, place, on_ready, stop)
        return
    async with application(settings, place.dsn, grading=serving.grading) as app:
        await run(
            lambda: app,
            host=serving.host,
            port=serving.port,
            on_ready=on_ready,
            stop=stop,
            trusted_proxies=settings.trusted_proxies,
        )


async def _several(
    settings: Settings, serving: Serving, place: Place, on_ready: Callable[[str], None], stop: asyncio.Event
) -> None:
    async with stores_at(settings, place.dsn):
        pass  # what is wrong with the database is said here once, not by each worker
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
