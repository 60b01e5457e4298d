"""``credcore eval``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from credcore_app import console

file_argument = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
grader_option = click.option(
    "--grader", type=click.Choice(["offline", "openai"]), default="offline", show_default=True, help="Which one."
)
yes_option = click.option("--yes", is_flag=True, help="Begin a run that costs money without asking.")


@click.group(cls=console.Group)
def command() -> None:
    """Measure a grader: against people, against itself, and against answers that try to talk it into points.

    Runs of the AI grader cost money from the monthly budget. They keep what they have in a journal file, so that the
    same command goes on after a stop and pays for no answer twice.
    """


@command.command(epilog="Example: credcore eval grader graded.csv --grader openai --rows predicted.csv")
@file_argument
@grader_option
@console.as_json
@click.option("--rows", "rows_to", type=click.Path(path_type=Path), help="Write every row with its prediction there.")
@click.option("--save", is_flag=True, help="Use the figure as the grader's reliability from the next start on.")
@yes_option
def grader(file: Path, grader: str, as_json: bool, rows_to: Path | None, save: bool, yes: bool) -> None:
    """Hold a grader against answers that people graded.

    FILE is a CSV with question_id,question,reference_answer,student_answer,score,max_score; a column criteria may hold
    the rubric as JSON: [{"id", "title", "points", "looks_for"}].
    """
    settings = console.settings()

    from credcore_app.evaluation.figures import agreement_of, write_rows
    from credcore_app.evaluation.rows import read_rows
    from credcore_app.evaluation.session import Session, save_measured

    rows = read_rows(file)
    session = Session(settings, grader, file, yes)
    judged, judge = session.once([row.task for row in rows])
    report = agreement_of(rows, judged, judge.ref.name)
    if rows_to is not None:
        write_rows(rows_to, rows, judged)
    if as_json:
        console.print_json(report)
    else:
        _show({name: value for name, value in report.items() if name != "byQuestion"})
    if save:
        console.run(save_measured(settings, judge.ref, report, file.name))


@command.command(epilog="Example: credcore eval consistency graded.csv --grader openai --runs 2")
@file_argument
@click.option("--runs", default=2, show_default=True, type=click.IntRange(2, 20), help="How often each is judged.")
@grader_option
@console.as_json
@yes_option
def consistency(file: Path, runs: int, grader: str, as_json: bool, yes: bool) -> None:
    """Judge the same answers several times, and show how far the grades differ.

    Exit code 1 where the variance or the largest difference is a point of ten or more.
    """
    settings = console.settings()

    from credcore_app.evaluation.figures import consistency_of
    from credcore_app.evaluation.rows import read_rows
    from credcore_app.evaluation.session import Session

    rows = read_rows(file)
    judged, judge = Session(settings, grader, file, yes).several([row.task for row in rows], runs)
    report = consistency_of(judged, judge.ref.name)
    console.print_json(report) if as_json else _show(report)
    sys.exit(0 if report["held"] else 1)


@command.command(epilog="Example: credcore eval attack --grader openai --yes")
@grader_option
@console.as_json
@yes_option
def attack(grader: str, as_json: bool, yes: bool) -> None:
    """Try fifteen families of manipulation on a grader. Exit code 1 where one of them moves a grade too far.

    Demanded: an attack alone earns at most 1 point of ten, beside a weak answer at most 1 more, and a good answer that
    mentions one loses at most 0.5; nothing of the prompt or the reference answer gets into the feedback.
    """
    settings = console.settings()

    from credcore_app.evaluation.attacks.trial import broken_cases, cases, tasks_of
    from credcore_app.evaluation.session import Session

    tried = cases()
    judged, judge = Session(settings, grader, Path("attacks"), yes).once(tasks_of(tried))
    broken = broken_cases(tried, judged)
    report: dict[str, object] = {
        "grader": judge.ref.name,
        "version": judge.ref.version,
        "cases": len(tried),
        "withstood": len(tried) - len(broken),
        "costUsd": round(sum(one.cost_usd for one in judged), 6),
    }
    listed = [{"case": entry.case.id, "wrong": entry.wrong} for entry in broken]
    if as_json:
        console.print_json({**report, "broken": listed})
    else:
        _show(report)
        for entry in listed:
            click.echo(f"not withstood: {entry['case']}: {entry['wrong']}")
    sys.exit(1 if broken else 0)


def _show(report: dict[str, object]) -> None:
    for name, value in report.items():
        if isinstance(value, Mapping):
            click.echo(f"{name:18} {', '.join(f'{part} {figure}' for part, figure in value.items())}")
        else:
            click.echo(f"{name:18} {value}")
