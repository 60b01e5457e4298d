"""A grading worker as a process of its own, for tests that kill and freeze it: ``python grading_process.py DSN``.

The queue, the service and the database are the real ones. The grader takes its time, as a provider would, and an answer
that begins with POISON ends the process in the middle of the grade.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta

from credcore.grading import GradingTask, Judgement
from credcore.memory import RandomIds, system_clock
from credcore.offline_grader import judge_offline
from credcore.services.grading import GradingWorker, QueuePolicy
from credcore_pg import DatabaseSettings, open_stores

POISON = "POISON"
LEASE = timedelta(seconds=2)
SECONDS_A_GRADE = 0.08


class SlowGrader:
    async def judge(self, task: GradingTask) -> Judgement:
        await asyncio.sleep(SECONDS_A_GRADE)
        if task.answer.startswith(POISON):
            os._exit(70)
        return judge_offline(task)


async def work(dsn: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with open_stores(DatabaseSettings(dsn=dsn)) as stores:
        worker = GradingWorker(
            queue=stores.queue,
            grader=SlowGrader(),
            ids=RandomIds(),
            now=system_clock,
            policy=QueuePolicy(lease=LEASE, batch=4),
        )
        print("working", flush=True)
        await worker.run(stop)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
