"""One application for each test, and a student of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache

import httpx
import pytest
from tests.http.driving import FakeClock, World, services_over, shipped_content

from credcore.memory import MemoryState, RandomIds
from credcore.questions import Question
from credcore_http.app import create_app
from credcore_http.edge import AccessLine


@cache
def _published() -> dict[tuple[str, str], Question]:
    """What publishing the shipped bank leaves behind; naming a thousand versions takes longer than most tests."""
    return {(question.id, question.version): question for question in shipped_content().bank.all_questions()}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def world(clock: FakeClock) -> World:
    content = shipped_content()
    state = MemoryState(clock=clock)
    ids = RandomIds(clock)
    state.questions.update(_published())
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
