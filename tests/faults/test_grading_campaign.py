"""Workers are killed and frozen while they grade. Nothing is lost, nothing is graded twice, and poison ends alone.

``CREDCORE_FAULTS`` sets the number of faults: 6 by default, 30 in the nox session ``faults``.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from builders import DOMAINS, Respond, account, assessment, bank, document
from credcore.responses import Text
from credcore_pg import DatabaseSettings, PostgresStores, open_stores
from faults.grading_process import LEASE, POISON

FAULTS = int(os.environ.get("CREDCORE_FAULTS", "6"))
ESSAYS_A_FAULT = 50
POISONED = 2
FROZEN_SECONDS = LEASE.total_seconds() + 0.6
SCRIPT = Path(__file__).with_name("grading_process.py")
FORM = tuple(f"{domain}-essay-{number}" for domain in DOMAINS for number in (2, 3))
SEED = 20261122
KILLED = 0.75


@dataclass
class Workers:
    """Two grading processes; whoever dies is replaced, as an operator's supervisor would."""

    dsn: str
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)
    working: set[int] = field(default_factory=set)
    frozen: set[int] = field(default_factory=set)
    refused: int = 0
    deaths: int = 0
    _readers: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def at_work(self) -> list[asyncio.subprocess.Process]:
        able = self.working - self.frozen
        return [process for process in self.processes if process.returncode is None and process.pid in able]

    async def start_one(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(SCRIPT),
            self.dsn,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.processes.append(process)
        self._readers.append(asyncio.create_task(self._read(process)))
        self._readers.append(asyncio.create_task(self._hear(process)))

    async def replace_the_dead(self) -> None:
        for process in [process for process in self.processes if process.returncode is not None]:
            self.processes.remove(process)
            self.deaths += 1
            await self.start_one()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            self.refused += b"late grade refused" in line

    async def _hear(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for _ in process.stdout:
            self.working.add(process.pid)

    async def stop(self) -> None:
        for process in self.processes:
            if process.returncode is None:
                process.kill()
            await process.wait()
        await asyncio.gather(*self._readers)


@asynccontextmanager
async def two_workers(dsn: str) -> AsyncIterator[Workers]:
    workers = Workers(dsn)
    try:
        await workers.start_one()
        await workers.start_one()
        yield workers
    finally:
        await workers.stop()


async def _hand_in(stores: PostgresStores, count: int) -> int:
    """So many answered essays, a few of them poison; the number of jobs that can be graded."""
    await stores.bank.publish(document(), bank())
    caller = (await stores.accounts.add(account(), "a hash")).caller
    handed_in = 0
    while handed_in < count:
        begun = assessment(caller, FORM)
        await stores.assessments.start(caller, begun, timedelta(hours=2))
        for question_id in FORM:
            poison = handed_in < POISONED
            text = Text(text=POISON if poison else f"What it is, and why: answer {handed_in}.")
            await stores.responses.respond(caller, begun.id, question_id, Respond(question_id, text))
            handed_in += 1
    return handed_in - POISONED


async def _disturb(workers: Workers, chance: random.Random) -> str | None:
    """One fault for one worker: most are killed, some are frozen past their lease and go on; None if nobody works."""
    if not workers.at_work:
        return None
    process = chance.choice(workers.at_work)
    if chance.random() < KILLED:
        process.send_signal(signal.SIGKILL)
        await process.wait()
        return "killed"
    process.send_signal(signal.SIGSTOP)
    workers.frozen.add(process.pid)
    await asyncio.sleep(FROZEN_SECONDS)
    process.send_signal(signal.SIGCONT)
    workers.frozen.discard(process.pid)
    return "frozen"


_OVERDUE = """
SELECT coalesce(max(extract(epoch FROM clock_timestamp() - leased_until)), 0)::float8 FROM grading_job
WHERE state = 'leased' AND leased_until < clock_timestamp() AND attempts < 5
"""


@dataclass
class Overdue:
    """For how long, in seconds, a job whose lease was over waited at most while a worker was at work.

    ``beside_frozen`` is the same while the other worker is frozen: within a transaction it holds rows locked that the
    one at work may need, until that gives up its own work to its leases. Nothing but a thaw or a time-out ends that.
    """

    longest: float = 0.0
    beside_frozen: float = 0.0


async def _watch_leases(workers: Workers, seen: Overdue) -> None:
    """Looks ten times a second."""
    connection = await asyncpg.connect(workers.dsn)
    somebody_since = undisturbed_since = time.monotonic()
    try:
        while True:
            overdue: float = await connection.fetchval(_OVERDUE)
            now = time.monotonic()
            somebody_since = somebody_since if workers.at_work else now
            undisturbed_since = undisturbed_since if workers.at_work and not workers.frozen else now
            seen.beside_frozen = max(seen.beside_frozen, min(overdue, now - somebody_since))
            seen.longest = max(seen.longest, min(overdue, now - undisturbed_since))
            await asyncio.sleep(0.1)
    finally:
        await connection.close()


@asynccontextmanager
async def _watched(watch: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    watching = asyncio.create_task(watch)
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _count(connection: asyncpg.Connection, sql: str) -> int:
    return int(await connection.fetchval(sql))


@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_whatever_befalls_the_workers_every_essay_gets_one_grade(clean_dsn: str) -> None:
    chance = random.Random(SEED)
    faults: Counter[str] = Counter()
    async with open_stores(DatabaseSettings(dsn=clean_dsn)) as stores:
        gradable = await _hand_in(stores, FAULTS * ESSAYS_A_FAULT)
    connection = await asyncpg.connect(clean_dsn)
    overdue = Overdue()
    began = time.monotonic()
    try:
        async with (
            asyncio.timeout(60 + 8 * FAULTS),
            two_workers(clean_dsn) as workers,
            _watched(_watch_leases(workers, overdue)),
        ):
            while await _count(connection, "SELECT count(*) FROM grading_job WHERE state NOT IN ('done', 'dead')"):
                if faults.total() < FAULTS:
                    await asyncio.sleep(0.4 + 0.4 * chance.random())
                    if fault := await _disturb(workers, chance):
                        faults[fault] += 1
                else:
                    await asyncio.sleep(0.2)
                await workers.replace_the_dead()
        graded = await _count(connection, "SELECT count(*) FROM grade WHERE superseded_at IS NULL")
        stored = await _count(connection, "SELECT count(*) FROM grade")
        dead = await _count(connection, "SELECT count(*) FROM grading_job WHERE state = 'dead'")
        worst = await _count(connection, "SELECT max(attempts) FROM grading_job WHERE state = 'done'")
        poison_attempts = await _count(connection, "SELECT max(attempts) FROM grading_job WHERE state = 'dead'")
    finally:
        await connection.close()
    print(
        f"seed {SEED}: {gradable} essays, faults {dict(faults)}, {workers.deaths} workers replaced, "
        f"graded {graded}, stored {stored}, dead {dead}, late grades refused {workers.refused}, "
        f"most attempts {worst}, longest until picked up again {LEASE.total_seconds() + overdue.longest:.1f} s, "
        f"beside a frozen worker {LEASE.total_seconds() + overdue.beside_frozen:.1f} s "
        f"(lease {LEASE.total_seconds():.0f} s), {time.monotonic() - began:.1f} s"
    )
    assert graded == gradable, "an essay was lost"
    assert stored == gradable, "an essay was graded twice"
    assert dead == POISONED, "poison ends dead, and nothing else does"
    assert poison_attempts == 5
    if FAULTS >= 30:  # held against the clock: the session faults has the machine for itself
        assert overdue.longest <= 1.0, "a killed worker's job is picked up again within its lease and a second"
        assert overdue.beside_frozen <= FROZEN_SECONDS + 1.0, "and no longer than a frozen one can hold it up"
    if faults["frozen"] >= 3:  # one alone may have been frozen between two jobs
        assert workers.refused >= 1
