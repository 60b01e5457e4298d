"""``credcore budget``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from credcore_app import console
from credcore_app.settings import Settings

if TYPE_CHECKING:
    from credcore.budget import MonthLine

OPEN = "open"
"""A call whose end nobody told: it runs, or its process was killed. It stays charged at the most it can cost."""


@click.command(epilog="Example: credcore budget --json")
@console.as_json
def command(as_json: bool) -> None:
    """Show what AI grading has cost this month (UTC), by model and outcome, and what is left.

    Calls: answered, unusable (an answer that is no grade), unknown (it may have been answered: charged in full),
    refused (free), open (not ended, or its process was killed: charged in full until the month is over).
    """
    settings = console.settings()
    lines = console.run(_month(settings))

    from credcore.budget import month_of
    from credcore.memory import system_clock

    report = _report(settings, lines, month_of(system_clock()))
    if as_json:
        console.print_json(report)
    else:
        _show(report)


async def _month(settings: Settings) -> Sequence[MonthLine]:
    from credcore_app.database import ready_database, stores_at

    async with ready_database(settings, console.say) as place, stores_at(settings, place.dsn) as stores:
        return await stores.budget.month()


def _report(settings: Settings, lines: Sequence[MonthLine], month: date) -> dict[str, object]:
    spent = sum((line.cost_usd for line in lines), Decimal(0))
    budget = Decimal(str(settings.monthly_budget_usd))
    return {
        "month": f"{month:%Y-%m}",
        "model": settings.openai_model if settings.openai_api_key else None,
        "budgetUsd": float(budget),
        "spentUsd": float(spent),
        "leftUsd": float(max(budget - spent, Decimal(0))),
        "calls": sum(line.calls for line in lines),
        "tokensIn": sum(line.tokens_in for line in lines),
        "tokensOut": sum(line.tokens_out for line in lines),
        "lines": [
            {
                "model": line.model,
                "outcome": line.outcome.value if line.outcome else OPEN,
                "calls": line.calls,
                "tokensIn": line.tokens_in,
                "tokensOut": line.tokens_out,
                "costUsd": float(line.cost_usd),
            }
            for line in lines
        ],
    }


def _show(report: dict[str, object]) -> None:
    lines = report["lines"]
    assert isinstance(lines, list)  # made above
    if lines:
        _show_table(lines)
    click.echo(
        f"AI grading in {report['month']}: ${report['spentUsd']:.4f} of ${report['budgetUsd']:.2f} spent, "
        f"${report['leftUsd']:.4f} left"
    )
    if report["model"] is None:
        click.echo("no key is set: the offline grader judges, which costs nothing")


def _show_table(lines: list[dict[str, Any]]) -> None:  # Any: as JSON has it
    from rich.console import Console
    from rich.table import Table

    table = Table("model", "outcome", box=None, pad_edge=False, header_style="bold")
    for heading in ("calls", "tokens in", "tokens out", "cost in $"):
        table.add_column(heading, justify="right")
    for line in lines:
        counts = (f"{line[name]:,}" for name in ("calls", "tokensIn", "tokensOut"))
        table.add_row(line["model"], line["outcome"], *counts, f"{line['costUsd']:.4f}")
    Console(highlight=False).print(table)
