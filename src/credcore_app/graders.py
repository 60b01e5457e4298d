"""The graders that the settings ask for: the offline one always, the AI one where there is a key."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from credcore.grading_ports import GradingQueue
from credcore.memory import RandomIds, system_clock
from credcore.offline_grader import judge_offline
from credcore.services.grading import GradingWorker, QueuePolicy
from credcore.services.judging import Judges
from credcore_app.settings import Settings
from credcore_pg import PostgresStores

if TYPE_CHECKING:
    from credcore_openai import Listening

FIRST_RETRY = timedelta(seconds=10)
"""After it 20, 40 and 80 s, or later where the provider says so. The learner waits for none of it, since completion
judges offline what is left."""


@dataclass(frozen=True, kw_only=True)
class Graders:
    """``degraded`` says what of the AI grader is not as it should be; essays are judged all the same."""

    judges: Judges
    degraded: Callable[[], tuple[str, ...]]

    def worker(self, settings: Settings, queue: GradingQueue) -> GradingWorker:
        """``queue``: the stores' own, or one that counts."""
        return GradingWorker(
            queue=queue,
            grader=self.judges,
            fallback=self.judges.fallback,
            ids=RandomIds(),
            now=system_clock,
            policy=QueuePolicy(lease=timedelta(seconds=settings.lease_seconds), first_retry=FIRST_RETRY),
        )


@asynccontextmanager
async def open_graders(
    settings: Settings, stores: PostgresStores, observer: Listening | None = None
) -> AsyncIterator[Graders]:
    """The graders until the block ends. Without a key nothing of AI is loaded and nothing leaves this machine."""
    measured = await stores.measured.all()
    if settings.openai_api_key is None:
        yield Graders(judges=Judges(ai=None, offline=judge_offline, measured=measured), degraded=lambda: ())
        return
    from credcore_app.ai_grading import open_ai  # a tenth of a second that nobody else needs to wait

    async with open_ai(settings, stores, observer) as (ai, degraded):
        yield Graders(judges=Judges(ai=ai, offline=judge_offline, measured=measured), degraded=degraded)
