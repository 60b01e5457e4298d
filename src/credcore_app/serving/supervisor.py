"""Several workers on one socket: each a process that is replaced when it dies and never outlives us."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TypeVar

from prometheus_client.multiprocess import mark_process_dead

from credcore_app.serving.listener import BACKLOG, StartFailed, bind, url_of
from credcore_app.serving.server import DRAIN_SECONDS

T = TypeVar("T")

EXIT_SECONDS = DRAIN_SECONDS + 1  # a worker that has not gone by then is killed
HEALTHY_SECONDS = 5.0  # a worker that lived shorter than this is replaced only after a pause,
PAUSE_SECONDS = 1.0  # so that one that dies at every start does not take the machine with it


async def run_workers(
    target: str,
    workers: int,
    *,
    host: str,
    port: int,
    on_ready: Callable[[str], None],
    stop: asyncio.Event,
    trusted_proxies: Sequence[str] = (),
) -> None:
    """``run`` in ``workers`` processes; each calls ``target``, ``module:function``, for its application.

    The socket is ours and listens before any worker does: while they are replaced nobody is refused.

    Raises:
        StartFailed: the address can't be had, or a worker ended before it was ready for the first time.
    """
    with bind(host, port) as listener, TemporaryDirectory(prefix="credcore-metrics-") as counted:
        listener.listen(BACKLOG)
        url = url_of(listener, host)
        crew = _Crew(target, listener, stop, trusted_proxies, counted)
        slots = [asyncio.create_task(crew.keep_one()) for _ in range(workers)]
        beside = [
            asyncio.create_task(crew.announce(workers, lambda: on_ready(url))),
            asyncio.create_task(_close_on(stop, listener)),
        ]
        try:
            await asyncio.gather(*slots)
        finally:
            for task in (*slots, *beside):
                task.cancel()
            await asyncio.gather(*slots, *beside, return_exceptions=True)


async def _close_on(stop: asyncio.Event, listener: socket.socket) -> None:
    """The port is free once all have closed it: nobody queues for workers that take no more."""
    await stop.wait()
    listener.close()


@dataclass(frozen=True, kw_only=True)
class _Worker:
    """``line`` reads one byte once the worker is ready, and its end when the worker is gone."""

    process: Process
    line: socket.socket
    born: float

    async def is_ready(self) -> bool:
        return bool(await asyncio.get_running_loop().sock_recv(self.line, 1))


class _Crew:
    def __init__(
        self,
        target: str,
        listener: socket.socket,
        stop: asyncio.Event,
        trusted_proxies: Sequence[str],
        counted: str,
    ) -> None:
        """``counted``: the folder where workers keep their counts, so that each can tell those of all."""
        self._target = target
        self._listener = listener
        self._stop = stop
        self._trusted_proxies = trusted_proxies
        self._counted = counted
        self._ready = asyncio.Semaphore(0)

    async def announce(self, workers: int, on_ready: Callable[[], None]) -> None:
        for _ in range(workers):
            await self._ready.acquire()
        on_ready()

    async def keep_one(self) -> None:
        """Keeps one worker alive until ``stop``."""
        first = True
        while not self._stop.is_set():
            async with self._worker() as worker:
                ready = await self._until_stop(worker.is_ready())
                if first and ready is False:
                    raise StartFailed("a worker ended before it was ready")
                if first:
                    self._ready.release()
                first = False
                await self._until_stop(worker.process.wait())
            if monotonic() - worker.born < HEALTHY_SECONDS:
                await self._until_stop(asyncio.sleep(PAUSE_SECONDS))

    @contextlib.asynccontextmanager
    async def _worker(self) -> AsyncIterator[_Worker]:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with ours:
            with theirs:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-P", "-m", "credcore_app.serving.worker"),
                    *(self._target, str(self._listener.fileno()), str(theirs.fileno())),
                    *self._trusted_proxies,
                    env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": self._counted},
                    pass_fds=(self._listener.fileno(), theirs.fileno()),
                    # Ctrl-C at a terminal goes to the whole group: we pass the request to end on, once.
                    process_group=0,
                )
            try:
                yield _Worker(process=process, line=ours, born=monotonic())
            finally:
                await _end(process)
                # What it counted stays; what it was, such as a breaker that is open, goes with it.
                mark_process_dead(process.pid, self._counted)  # type: ignore[no-untyped-call]  # the library's gap

    async def _until_stop(self, event: Coroutine[object, object, T]) -> T | None:
        """What ``event`` gives, or ``None`` if ``stop`` comes first."""
        expected, stopping = asyncio.create_task(event), asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({expected, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return expected.result() if expected.done() else None
        finally:
            expected.cancel()
            stopping.cancel()


async def _end(process: Process) -> None:
    """Asks the worker to finish what it has begun, and kills it if it can't."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), EXIT_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
