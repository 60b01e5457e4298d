"""The server and a student in one process: they meet over HTTP only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from credcore.bank import Bank
from credcore.errors import NotFound
from credcore_app.banks import bank_in_use
from credcore_app.database import Place, Progress, ready_database, stores_at
from credcore_app.demo.client import Api, Json
from credcore_app.demo.student import SampleStudent
from credcore_app.demo.taking import Step, take
from credcore_app.fault import Fault
from credcore_app.running import Serving, Stop, serve, until_stopped
from credcore_app.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A profile, ``raw`` as the API gave it."""

    profile: Json
    raw: bytes
    role_title: str


class NoSuchRole(Exception):
    """``roles`` are those there are."""

    def __init__(self, roles: tuple[str, ...]) -> None:
        super().__init__(", ".join(roles))
        self.roles = roles


async def demonstrate(settings: Settings, role: str, *, progress: Progress, on_step: Callable[[Step], None]) -> Taken:
    """A standard assessment for ``role`` on the embedded database; a configured one is left alone.

    Raises:
        NoSuchRole, Fault, and what ``explain`` explains.
    """

    async def taken(stop: Stop) -> Taken:
        return await _taken(replace(settings, database_url=None), role, stop, progress=progress, on_step=on_step)

    done = await until_stopped(taken)
    if done is None:
        raise _STOPPED
    return done


async def _taken(own: Settings, role: str, stop: Stop, *, progress: Progress, on_step: Callable[[Step], None]) -> Taken:
    async with ready_database(own, progress, stand_by=True) as place:
        bank = await _bank(own, place)
        try:
            title = bank.role(role).title
        except NotFound:
            raise NoSuchRole(tuple(role.id for role in bank.roles)) from None
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        server = asyncio.create_task(serve(own, Serving(port=0), place, on_ready=ready.set_result, stop=stop))
        try:
            either: set[asyncio.Future[Any]] = {ready, server}  # Any: they give different things
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not ready.done():
                await server
                raise _STOPPED
            return await asyncio.to_thread(_take, ready.result(), SampleStudent(bank, role), role, title, on_step)
        except Fault as fault:
            raise _STOPPED if stop.is_set() else fault from None
        finally:
            stop.set()
            if not stop.heeded:
                server.cancel()
            with suppress(asyncio.CancelledError):
                await server


_STOPPED = Fault("the demo was stopped before there was a profile; `credcore demo` starts another")


async def _bank(settings: Settings, place: Place) -> Bank:
    async with stores_at(settings, place.dsn) as stores:
        return (await bank_in_use(stores.bank))()


def _take(url: str, student: SampleStudent, role: str, title: str, on_step: Callable[[Step], None]) -> Taken:
    api = Api(url)
    try:
        profile = take(api, student, role, on_step)
        return Taken(profile=profile, raw=api.raw, role_title=title)
    finally:
        api.close()
