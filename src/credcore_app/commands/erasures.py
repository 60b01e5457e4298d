"""``credcore erasures``."""

from __future__ import annotations

from pathlib import Path

import click

from credcore_app import console

file_argument = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.group(cls=console.Group)
def command() -> None:
    """Keep who was erased erased, when a backup is restored.

    A backup still has the people, and the assessments of partners' learners, that were erased after it was made. The
    ledger knows them again without naming them: copy it away often (export), and after a restore, before serving
    anybody, erase them again (apply).
    """


@command.command(epilog="Example: credcore erasures export /var/backups/erasures.json")
@file_argument
@console.as_json
def export(file: Path, as_json: bool) -> None:
    """Write the ledger into FILE. What FILE already has stays, also where the database no longer knows it."""
    settings = console.settings()

    from credcore_app import erasures

    entries = console.run(erasures.export(settings, file, console.say))
    if as_json:
        console.print_json({"entries": entries})
    else:
        click.echo(f"{entries} {_entries(entries)} in {file}")


@command.command(epilog="Example: credcore erasures apply /var/backups/erasures.json --json")
@file_argument
@console.as_json
def apply(file: Path, as_json: bool) -> None:
    """Erase everybody and everything that FILE has and the database has again. Doing it twice does no harm."""
    settings = console.settings()

    from credcore_app import erasures

    applied = console.run(erasures.apply(settings, file, console.say))
    if as_json:
        console.print_json({"entries": applied.entries, "erased": applied.erased})
    else:
        click.echo(f"{applied.entries} {_entries(applied.entries)}: {applied.erased} there again, and erased again")


def _entries(count: int) -> str:
    return "entry" if count == 1 else "entries"
