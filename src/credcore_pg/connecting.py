"""Connections that find the primary among several hosts, whatever state the others are in.

asyncpg tries hosts one after the other under one deadline, so that a first host which accepts and never answers
blocks all the others. Here each host has its own attempt and its own deadline, and the first that can be written wins.
"""

from __future__ import annotations

import asyncio
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

DEFAULT_PORT = 5432


@dataclass(frozen=True, kw_only=True, slots=True)
class DatabaseSettings:
    """Where the database is and how long to wait for it; times in seconds.

    ``statement_cache_size`` 0 is for poolers in transaction mode. ``lock`` < ``statement`` < ``command``: the server
    gives up before the client does, and says why; the client's own deadline is for a server that says nothing.
    """

    dsn: str
    application_name: str = "credcore"
    pool_size: int = 10
    statement_cache_size: int = 200
    connect: float = 1.0
    acquire: float = 1.5
    lock: float = 1.5
    statement: float = 5.0
    command: float = 6.0
    idle_in_transaction: float = 10.0

    @property
    def session(self) -> dict[str, str]:
        """What is set for each connection when it is made, so that no call has to."""
        return {
            "application_name": self.application_name,
            "statement_timeout": _milliseconds(self.statement),
            "lock_timeout": _milliseconds(self.lock),
            "idle_in_transaction_session_timeout": _milliseconds(self.idle_in_transaction),
        }


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))


def hosts(dsn: str) -> list[tuple[str, int]]:
    """The hosts that the DSN names, with their ports; none where it leaves that to the environment."""
    parts = urllib.parse.urlsplit(dsn)
    query = dict(urllib.parse.parse_qsl(parts.query))
    named = parts.netloc.rpartition("@")[2] or query.get("host", "")
    ports = query.get("port", "").split(",")
    found = [_host_and_port(entry) for entry in named.split(",") if entry]
    return [(host, int(port or _shared(ports, place))) for place, (host, port) in enumerate(found)]


def _host_and_port(entry: str) -> tuple[str, str]:
    """``name``, ``name:port``, ``[IPv6]:port`` or a socket directory, which may be percent-encoded."""
    host, colon, port = entry.rpartition(":")
    if not colon or entry.startswith("/") or port.endswith("]"):
        host, port = entry, ""
    return urllib.parse.unquote(host).strip("[]"), port


def _shared(ports: Sequence[str], place: int) -> str:
    """libpq's rule: one port is for all hosts, else each host has its own."""
    return (ports[place] if place < len(ports) else ports[0]) or str(DEFAULT_PORT)


async def connect(
    settings: DatabaseSettings,
    _dsn: str | None = None,
    **more: Any,  # Any: what asyncpg passes on
) -> asyncpg.Connection[asyncpg.Record]:
    """A connection to the first host that takes it and can be written.

    Raises what the last of them raised, where there is none. ``_dsn`` and ``more`` are what asyncpg's pool passes to
    whoever connects for it.
    """
    common: dict[str, Any] = {  # Any: keyword arguments of asyncpg
        "dsn": settings.dsn,
        "timeout": settings.connect,
        "command_timeout": settings.command,
        "statement_cache_size": settings.statement_cache_size,
        "max_cached_statement_lifetime": 0,
        "server_settings": settings.session,
        "target_session_attrs": "read-write",
    } | more
    places = hosts(settings.dsn)
    if len(places) < 2:
        return await asyncpg.connect(**common)
    return await _first([asyncio.create_task(_attempt(common, host, port)) for host, port in places])


async def _attempt(
    common: dict[str, Any],  # Any: as above
    host: str,
    port: int,
) -> asyncpg.Connection[asyncpg.Record]:
    return await asyncpg.connect(**common, host=host, port=port)


async def _first(
    attempts: list[asyncio.Task[asyncpg.Connection[asyncpg.Record]]],
) -> asyncpg.Connection[asyncpg.Record]:
    winner = None
    failures: list[Exception] = []
    try:
        for finished in asyncio.as_completed(attempts):
            try:
                winner = await finished
            except (OSError, asyncpg.PostgresError, asyncpg.InternalClientError, asyncpg.InterfaceError) as error:
                failures.append(error)
            else:
                return winner
        raise failures[-1]
    finally:
        await _abandon(attempts, winner)


async def _abandon(
    attempts: list[asyncio.Task[asyncpg.Connection[asyncpg.Record]]], winner: asyncpg.Connection[asyncpg.Record] | None
) -> None:
    for attempt in attempts:
        attempt.cancel()
    for outcome in await asyncio.gather(*attempts, return_exceptions=True):
        if isinstance(outcome, asyncpg.Connection) and outcome is not winner:
            outcome.terminate()
