"""``credcore worker``."""

from __future__ import annotations

import asyncio
import logging
import sys

import click

from credcore_app import console

log = logging.getLogger(__name__)


@click.command(epilog="Example: credcore worker, beside credcore serve --no-grading")
def command() -> None:
    """Grade essays until Ctrl-C or SIGTERM, without serving anybody. Any number of them may run."""
    settings = console.settings()

    from credcore_app import logs
    from credcore_app.database import ready_database
    from credcore_app.running import stop_on_signals
    from credcore_app.wiring import grade_until

    logs.configure(settings.log_level, sys.stderr)

    async def work() -> None:
        stop = stop_on_signals()
        async with ready_database(settings, log.info) as place:
            await grade_until(stop, settings, place.dsn, on_ready=lambda: log.info("grading"))

    asyncio.run(work())
