"""``credcore grade``."""

from __future__ import annotations

import json
import sys
from uuid import UUID

import click

from credcore_app import console

id_argument = click.argument("id", type=click.UUID)


@click.group(cls=console.Group)
def command() -> None:
    """Explain a grade, or compute it again."""


@command.command("list", epilog="Example: credcore grade list 0197f6a2-…")
@click.argument("assessment_id", type=click.UUID)
@console.as_json
def list_grades(assessment_id: UUID, as_json: bool) -> None:
    """List the grades of an assessment, those that were superseded too."""
    settings = console.settings()

    from credcore_app.provenance import explained, stored_grades

    listed = [explained(found) for found in console.run(stored_grades(settings, assessment_id))]
    columns = ("gradeId", "questionId", "grader", "points", "gradedAt", "supersededAt")
    if as_json:
        console.print_json([{name: entry[name] for name in columns} for entry in listed])
        return
    for entry in listed:
        superseded = " (superseded)" if entry["supersededAt"] else ""
        click.echo(f"{entry['gradeId']} {entry['questionId']}: {entry['points']} by {entry['grader']}{superseded}")


@command.command(epilog="Example: credcore grade show 0197f6a2-… --json")
@id_argument
@console.as_json
def show(id: UUID, as_json: bool) -> None:
    """Show what a grade rests on: answer, rubric, evidence, grader, and for AI the model's reply and its cost."""
    settings = console.settings()

    from credcore_app.provenance import explained, stored_grade

    report = explained(console.run(stored_grade(settings, id)))
    if as_json:
        console.print_json(report)
        return
    for name, value in report.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
        click.echo(f"{click.style(name, bold=True)}: {shown}")


@command.command(epilog="Example: credcore grade replay 0197f6a2-…")
@id_argument
@console.as_json
def replay(id: UUID, as_json: bool) -> None:
    """Compute a grade's points again, from the stored reply or, offline, from answer and rubric.

    Exit code 1 where that does not come to the same, byte for byte: then this version judges otherwise than the one
    that made the grade, which stands as it was made.
    """
    settings = console.settings()

    from credcore_app.provenance import fingerprint, replayed, stored_grade

    found = console.run(stored_grade(settings, id))
    both = replayed(found)
    report = {
        "gradeId": str(id),
        "points": float(found.grade.judgement.points),
        "same": both.same,
        "stored": fingerprint(both.stored),
        "replayed": fingerprint(both.replayed),
        "criteria": json.loads(both.replayed),
    }
    if as_json:
        console.print_json(report)
    else:
        click.echo(both.replayed.decode())
        said = "the same as stored" if both.same else f"not as stored, which was {both.stored.decode()}"
        click.echo(f"{report['points']:g} points, {said}")
    sys.exit(0 if both.same else 1)
