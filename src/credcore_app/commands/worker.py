"""``credcore worker``."""

from __future__ import annotations

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
    from credcore_app.database import patiently, ready_database
    from credcore_app.running import Stop, until_stopped
    from credcore_app.wiring import grade_until

    logs.configure(settings.log_level, sys.stderr)

    async def work(stop: Stop) -> None:
        def ready() -> None:
            stop.heed()
            log.info("grading")

        async with ready_database(settings, log.info, stand_by=True) as place:
            await patiently(lambda: grade_until(stop, settings, place.dsn, on_ready=ready), place.patience)

    console.run(until_stopped(work))
