"""``credcore content``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from credcore_app import console
from credcore_app.fault import Fault
from credcore_app.settings import Settings

if TYPE_CHECKING:
    from credcore_app.content_check import Finding

folder_option = click.option(
    "--folder", type=click.Path(path_type=Path), help="Instead of CREDCORE_CONTENT_DIR, or of this version's own."
)


@click.group(cls=console.Group)
def command() -> None:
    """Check, count or publish questions, courses and recommendations."""


@command.command(epilog="Example: credcore content check --folder ./content")
@folder_option
@console.as_json
def check(folder: Path | None, as_json: bool) -> None:
    """Look for everything that is wrong with the content: file, line, what it is, and what to do about it.

    Unless it is named, the folder is `content` in the current one. Exit code 1 where there is an error; warnings alone
    are no failure.
    """
    findings = _findings(_folder(folder, console.settings()))
    if as_json:
        console.print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{finding.file}:{finding.line}: {finding.severity}: {finding.message}. {finding.remedy}")
    errors = sum(finding.severity == "error" for finding in findings)
    console.say(f"{errors} errors, {len(findings) - errors} warnings")
    sys.exit(1 if errors else 0)


@command.command(epilog="Example: credcore content stats --json")
@folder_option
@console.as_json
def stats(folder: Path | None, as_json: bool) -> None:
    """Count questions by role, domain and difficulty, and courses."""
    settings = console.settings()

    from rich.console import Console

    from credcore_app.content import read_content
    from credcore_app.content_check.figures import stats_of
    from credcore_app.content_stats import print_stats

    counted = stats_of(read_content(folder or settings.content_dir).bank)
    if as_json:
        click.echo(counted.to_json())
    else:
        print_stats(Console(highlight=False), counted)


@command.command(epilog="Example: credcore content sync --folder ./content")
@folder_option
@console.as_json
def sync(folder: Path | None, as_json: bool) -> None:
    """Put the content into use: into the database, from where all servers take it within seconds.

    Assessments that have begun keep the versions of their questions. Content with a fault is not taken.
    """
    from dataclasses import replace

    settings = console.settings()
    settings = replace(settings, content_dir=folder or settings.content_dir)

    from credcore_app.database import database_at, publish

    async def synchronise() -> tuple[int, int]:
        async with database_at(settings, console.say) as place:
            revision, content = await publish(settings, place)
            return revision, sum(1 for _ in content.bank.all_questions())

    revision, questions = console.run(synchronise())
    if as_json:
        console.print_json({"revision": revision, "questions": questions})
    else:
        click.echo(f"revision {revision} is in use, with {questions} questions")


def _folder(given: Path | None, settings: Settings) -> Path:
    """The folder to check: what was named, else ``content`` in the current folder, else the checkout's own."""
    if (named := given or settings.content_dir) is not None:
        return named
    for folder in (Path("content"), Path(__file__).resolve().parents[3] / "content"):
        if (folder / "roles.yaml").is_file():
            return folder
    raise Fault(
        "there is no folder `content` here to check, and what this installation carries was checked when it was built; "
        "name a folder with --folder or CREDCORE_CONTENT_DIR"
    )


def _findings(folder: Path) -> tuple[Finding, ...]:
    from credcore_app import content_check

    console.interruptible()
    with click.progressbar(
        length=100, label="judging the sample answers", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        return content_check.check(folder, today=datetime.now(UTC).date(), on_progress=show)
