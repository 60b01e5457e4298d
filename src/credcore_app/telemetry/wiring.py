"""Instruments, what feeds them, and where they are read."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from credcore_app.fault import Fault
from credcore_app.reading import Address
from credcore_app.serving.listener import StartFailed, bind
from credcore_app.serving.server import serve
from credcore_app.settings import Settings
from credcore_app.telemetry.counted import CountedProfiles, CountedQueue
from credcore_app.telemetry.exposition import SHARED, Exposition
from credcore_app.telemetry.instruments import AiInstruments, Instruments
from credcore_app.telemetry.spans import Tell, open_spans
from credcore_http.edge import AccessLine
from credcore_pg import PostgresStores


@dataclass(frozen=True, kw_only=True)
class Telemetry:
    """``queue`` and ``profiles`` are the stores' own, counted. ``public``: the API itself shows the figures."""

    instruments: Instruments
    ai: AiInstruments
    queue: CountedQueue
    profiles: CountedProfiles
    exposition: Exposition
    public: bool
    spans: Tell | None

    def counting(self, log: Callable[[AccessLine], None]) -> Callable[[AccessLine], None]:
        """``log``, with each request counted as well, and told to whoever collects spans."""

        def both(line: AccessLine) -> None:
            self.instruments.request(line)
            if self.spans is not None:
                self.spans(line)
            log(line)

        return both


@asynccontextmanager
async def open_telemetry(settings: Settings, stores: PostgresStores) -> AsyncIterator[Telemetry]:
    """The figures of this process; on an address of their own, where the settings name one, until the block ends.

    Raises:
        Fault: that address can't be had, or spans are to be exported by what is not installed.
    """
    async with open_spans() as spans:
        telemetry = _telemetry(settings, stores, spans)
        if settings.metrics_address is None:
            yield telemetry
            return
        async with _published(telemetry.exposition, settings.metrics_address):
            yield telemetry


def _telemetry(settings: Settings, stores: PostgresStores, spans: Tell | None) -> Telemetry:
    instruments = Instruments()
    return Telemetry(
        instruments=instruments,
        ai=AiInstruments(instruments, settings.openai_model, configured=settings.openai_api_key is not None),
        queue=CountedQueue(stores.queue, instruments),
        profiles=CountedProfiles(stores.profiles, instruments),
        exposition=Exposition(instruments, stores.queue_state.read),
        public=settings.metrics_address is None,
        spans=spans,
    )


@asynccontextmanager
async def _published(exposition: Exposition, address: Address) -> AsyncIterator[None]:
    with _listener(address) as listener:
        stop = asyncio.Event()
        serving = asyncio.create_task(
            serve(exposition.serve, listener, on_ready=lambda: None, stop=stop), name="credcore-metrics"
        )
        try:
            yield
        finally:
            stop.set()
            await serving


def _listener(address: Address) -> socket.socket:
    # Of processes that serve together any can tell what all have counted: whichever is asked.
    try:
        return bind(address.host, address.port, shared=SHARED in os.environ)
    except StartFailed as failed:
        raise Fault(f"CREDCORE_METRICS_ADDRESS: {failed}; choose another, or unset it") from None
