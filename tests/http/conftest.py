"""One application for each test, and a student of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from tests.http.driving import FakeClock, World, services_over, shipped_content

from credcore.memory import MemoryBank, MemoryState, RandomIds
from credcore_http.app import create_app
from credcore_http.edge import AccessLine


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def world(clock: FakeClock) -> World:
    content = shipped_content()
    state = MemoryState(clock=clock)
    ids = RandomIds(clock)
    await MemoryBank(state).publish(content.document, content.bank)
    lines: list[AccessLine] = []
    services = services_over(state, ids, clock, lambda: content.bank)
    return World(
        clock=clock,
        state=state,
        services=services,
        tokens=services.tokens,
        app=create_app(services, log=lines.append),
        lines=lines,
    )


@pytest.fixture
async def student(world: World) -> AsyncIterator[httpx.AsyncClient]:
    client = await world.student()
    async with client:
        yield client
