"""How long a call that may yet succeed is waited with."""

from __future__ import annotations

import pytest
import stamina
from tests.openai import subject
from tests.openai.conftest import MakeBench
from tests.openai.provider import fails

from credcore.breaker import BreakerPolicy
from credcore.errors import Unavailable
from credcore_openai import CallPolicy


async def test_waits_between_tries_double_and_are_never_quite_the_same(make_bench: MakeBench) -> None:
    """Everybody who was refused at once would come back at once."""
    waits: list[float] = []
    policy = CallPolicy(deadline=30, attempts=4, first_wait=0.02, longest_wait=0.06, jitter=0.02)
    patient = BreakerPolicy(least_calls=99, in_a_row=99, window=99)
    before = stamina.instrumentation.get_on_retry_hooks()
    stamina.instrumentation.set_on_retry_hooks([lambda retry: waits.append(retry.wait_for)])
    try:
        async with make_bench(calls=policy, breaker=patient) as bench:
            bench.provider.will(fails(503))
            with stamina.set_testing(False):
                for _ in range(4):
                    with pytest.raises(Unavailable):
                        await bench.grader.judge(subject.task())
    finally:
        stamina.instrumentation.set_on_retry_hooks(before)
    for place, least in enumerate((0.02, 0.04, 0.06)):
        same_place = waits[place::3]
        assert len(same_place) == 4
        assert all(least - 1e-9 <= wait <= min(least + 0.02, 0.06) + 1e-9 for wait in same_place)
        assert least == 0.06 or len(set(same_place)) > 1
