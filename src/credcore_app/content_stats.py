"""What stands in the content, as a table."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from credcore_app.content_check.figures import Stats


def print_stats(console: Console, stats: Stats) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("domain")
    for title in ("multiple choice", "essays"):
        table.add_column(title, justify="right")
    for role in stats.roles:
        table.add_row(role.role, str(role.multiple_choice), str(role.essays), style="bold")
        for domain in role.domains:
            table.add_row(f"  {domain.domain}", _by_difficulty(domain.multiple_choice), _by_difficulty(domain.essays))
    table.add_row("all roles", str(stats.multiple_choice), str(stats.essays), style="bold")
    console.print(table)
    console.print(
        f"{stats.interests} interest questions; {len(stats.cells)} cells recommend {stats.courses_recommended} of "
        f"{stats.courses} courses; the key is the longest option in {stats.longest_key_rate:.0%} of the questions"
    )


def _by_difficulty(counts: Mapping[int, int]) -> str:
    """``6 (2/2/2)``: in all, and of difficulty 1, 2 and 3."""
    return f"{sum(counts.values())} ({'/'.join(str(counts[difficulty]) for difficulty in sorted(counts))})"
