"""``credcore demo``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credcore_app import console

if TYPE_CHECKING:
    from credcore_app.demo.demonstration import Taken

NEXT = """
Start the server for good:  {command} serve
Then read about its API at: http://127.0.0.1:8000/schema"""


@click.command(epilog="Example: credcore demo --role data-analyst")
@click.option("--role", default="backend-developer", show_default=True, help="The role to be assessed for.")
@console.as_json
def command(role: str, as_json: bool) -> None:
    """Take a whole assessment as a student would, over HTTP, and show the profile.

    It runs the real server on the embedded PostgreSQL; the answers are the samples that come with the questions,
    some good, some weak. With --json the profile is printed as the API gave it. The student stays in the database: take
    another CREDCORE_DATA_DIR where that is not wanted.
    """
    taken = _taken(role)
    hint = NEXT.format(command=_own_name())
    if as_json:
        click.echo(taken.raw)
        click.echo(hint, err=True)
        return

    from rich.console import Console

    from credcore_app.demo.printed import print_profile

    print_profile(Console(highlight=False), taken.profile, taken.role_title)
    click.echo(hint)


def _taken(role: str) -> Taken:
    settings = console.settings()
    if settings.database_url is not None:
        console.say("CREDCORE_DATABASE_URL is left alone: the demo uses an embedded PostgreSQL")

    from credcore_app import logs
    from credcore_app.demo.demonstration import NoSuchRole, demonstrate
    from credcore_app.demo.progress import shown_progress

    logs.configure("warning", sys.stderr)
    console.say("starting the server and its PostgreSQL")
    try:
        with shown_progress() as on_step:
            return console.run(demonstrate(settings, role, progress=console.say, on_step=on_step))
    except NoSuchRole as unknown:
        raise click.BadParameter(f"there is no role {role!r}; there are {unknown}", param_hint="--role") from None


def _own_name() -> str:
    """How this program can be called from here: it may lie in an environment that is not on the path."""
    called = Path(sys.argv[0])
    if called.name != "credcore":
        return f"{Path(sys.executable)} -m credcore_app"
    found = shutil.which("credcore")
    return "credcore" if found and Path(found).resolve() == called.resolve() else str(called)
