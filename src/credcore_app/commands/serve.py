"""``credcore serve``."""

from __future__ import annotations

import logging
import sys

import click

from credcore_app import console

log = logging.getLogger(__name__)


@click.command(epilog="Example: credcore serve --host 0.0.0.0 --port 8080")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65_535), help="0: any free port.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Server processes.")
@click.option("--no-grading", is_flag=True, help="Leave essays to `credcore worker`.")
def command(host: str, port: int, workers: int, no_grading: bool) -> None:
    """Run the server until Ctrl-C or SIGTERM; requests in flight are finished.

    Without CREDCORE_DATABASE_URL it brings its own PostgreSQL along, migrates it, and keeps its data.
    """
    settings = console.settings()

    from credcore_app import logs, running
    from credcore_app.database import ready_database

    logs.configure(settings.log_level, sys.stderr)
    serving = running.Serving(host=host, port=port, workers=workers, grading=not no_grading)

    def ready(url: str) -> None:
        log.info("serving", extra={"url": url, "workers": workers, "grading": serving.grading})
        click.echo(f"credcore serves {url} (API pages: {url}/schema). Ctrl-C stops it.")

    async def serve(stop: running.Stop) -> None:
        async with ready_database(settings, log.info, stand_by=True) as place:
            await running.serve(settings, serving, place, on_ready=ready, stop=stop)

    console.run(running.until_stopped(serve))
