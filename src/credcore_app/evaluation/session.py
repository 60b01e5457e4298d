"""One evaluation at the command line: what it costs is said first, how far it is while it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import click

from credcore.grading import GraderRef, GradingTask
from credcore_app import console
from credcore_app.database import ready_database, stores_at
from credcore_app.evaluation import graders
from credcore_app.evaluation.journal import Journal, Judged, place_for
from credcore_app.evaluation.judging import Judge, judge_all
from credcore_app.fault import Fault
from credcore_app.settings import Settings


class Session:
    """One evaluation: what it costs is said first, then it shows how far it is, on stderr."""

    def __init__(self, settings: Settings, grader: str, file: Path, yes: bool) -> None:
        self._settings = settings
        self._paid = grader == "openai"
        self._file = file
        self._yes = yes

    def once(self, tasks: Sequence[GradingTask]) -> tuple[Sequence[Judged], Judge]:
        runs, judge = self.several(tasks, 1)
        return runs[0], judge

    def several(self, tasks: Sequence[GradingTask], runs: int) -> tuple[Sequence[Sequence[Judged]], Judge]:
        if self._paid:
            self._agree(tasks, runs)
        return console.run(self._judged(tasks, runs))

    def _agree(self, tasks: Sequence[GradingTask], runs: int) -> None:
        graders.require_key(self._settings)
        cost = graders.estimate(self._settings, tasks)
        console.say(
            f"{cost.calls * runs} answers for {self._settings.openai_model}: about ${cost.likely * runs:.2f}, "
            f"at most ${cost.most * runs:.2f} if each is asked about once; what the journal has is free. "
            f"The month's budget is ${self._settings.monthly_budget_usd:.2f} (`credcore budget` shows what is left)"
        )
        if self._yes:
            return
        if not sys.stdin.isatty():
            raise click.UsageError("this costs money: agree with --yes")
        click.confirm("Begin?", abort=True, err=True)

    async def _judged(self, tasks: Sequence[GradingTask], runs: int) -> tuple[Sequence[Sequence[Judged]], Judge]:
        place = place_for(self._file, self._settings.openai_model.replace("/", "-")) if self._paid else None
        with Journal(place) as journal, _bar(len(tasks) * runs) as advance:
            async with self._opened() as judge:
                judged = [await judge_all(tasks, judge, journal, advance, run=run) for run in range(1, runs + 1)]
                return judged, judge

    def _opened(self) -> AbstractAsyncContextManager[Judge]:
        return graders.openai_judge(self._settings) if self._paid else nullcontext(graders.offline_judge())


@contextmanager
def _bar(length: int) -> Iterator[Callable[[], None]]:
    """A progress bar on stderr; nothing where nobody looks."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=length, label="judging", file=sys.stderr, hidden=hidden) as bar:
        yield lambda: bar.update(1)


async def save_measured(settings: Settings, grader: GraderRef, report: dict[str, object], source: str) -> None:
    """Pearson's r over distinct answers that the grader itself judged is its reliability from the next start on.

    Raises Fault where there is none.
    """
    distinct = report["distinct"]
    assert isinstance(distinct, dict)  # as the figures have it
    figure = distinct["pearson"]
    if figure is None:
        raise Fault(
            f"these answers give no figure to save: {grader.name} judged {distinct['n']} of them itself, and grades "
            "that never differ prove nothing"
        )
    reliability = max(Decimal(0), Decimal(str(figure)))
    async with ready_database(settings, console.say) as place, stores_at(settings, place.dsn) as stores:
        await stores.measured.save(replace(grader, reliability=reliability), answers=distinct["n"], source=source)
    console.say(f"saved: {grader.name} {grader.version} counts {reliability} from the next start on")
