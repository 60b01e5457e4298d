"""How far the demo is: a bar at a terminal, a line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from credcore_app.console import say
from credcore_app.demo.taking import Step


@contextmanager
def shown_progress() -> Iterator[Callable[[Step], None]]:
    """On stderr; the function it gives may be called from any thread."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: say(step.doing)
        return
    columns = (BarColumn(bar_width=30), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("signing in", total=None)

        def show(step: Step) -> None:
            progress.update(task, completed=step.done, total=step.total, description=step.doing)

        yield show
