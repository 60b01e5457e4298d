"""The circuit breaker: random calls, results and waits never break its promises."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from credcore.breaker import Breaker, BreakerPolicy, BreakerState, CallResult, Permit

POLICY = BreakerPolicy()


def called(breaker: Breaker, result: CallResult, now: float = 0.0, retry_after: float | None = None) -> Breaker:
    breaker, permit = breaker.admit(now)
    assert permit is not None
    return breaker.record(permit, result, now, retry_after=retry_after)


def after(*results: CallResult) -> Breaker:
    breaker = Breaker()
    for result in results:
        breaker = called(breaker, result)
    return breaker


OK, BAD, GONE = CallResult.SUCCESS, CallResult.FAILURE, CallResult.ABANDONED


def test_four_failures_are_too_few_to_judge_by() -> None:
    assert after(*[BAD] * 4).state(0) is BreakerState.CLOSED
    assert after(*[BAD] * 5).state(0) is BreakerState.OPEN


def test_half_of_the_last_twenty_calls_is_enough() -> None:
    now_and_then = [BAD, BAD, BAD, OK] * 3
    assert after(*[OK] * 100, *now_and_then).state(0) is BreakerState.CLOSED
    assert after(*[OK] * 100, *now_and_then, BAD).state(0) is BreakerState.OPEN
    assert after(*[OK] * 2, *[OK, BAD] * 9).state(0) is BreakerState.CLOSED


def test_five_failures_in_a_row_are_enough_however_well_it_went_before() -> None:
    assert after(*[OK] * 100, *[BAD] * 4).state(0) is BreakerState.CLOSED
    assert after(*[OK] * 100, *[BAD] * 5).state(0) is BreakerState.OPEN
    assert after(*[OK] * 100, *[BAD] * 4, OK, *[BAD] * 4).state(0) is BreakerState.CLOSED


def test_while_one_tries_the_others_stand_back_for_a_moment() -> None:
    breaker, probe = after(*[BAD] * 5).admit(30)
    assert probe is not None
    assert breaker.wait(30) == POLICY.probe_wait


def test_abandoned_calls_are_neither_failures_nor_successes() -> None:
    assert after(*[GONE] * 100, *[BAD] * 4).state(0) is BreakerState.CLOSED
    assert after(*[BAD] * 4, *[GONE] * 100, BAD).state(0) is BreakerState.OPEN


def test_a_used_up_quota_opens_at_once() -> None:
    assert after(*[OK] * 20, CallResult.BLOCKED).wait(0) == 30


def test_retry_after_is_waited_for_exactly() -> None:
    breaker = called(Breaker(), BAD, retry_after=7.5)
    assert breaker.admit(7.4)[1] is None
    assert breaker.admit(7.5)[1] is not None
    assert called(Breaker(), BAD, retry_after=1e9).wait(0) == POLICY.longest_retry_after


def test_pauses_double_up_to_five_minutes_and_start_over_after_a_success() -> None:
    breaker, now, pauses = after(*[BAD] * 5), 0.0, []
    for _ in range(6):
        pauses.append(breaker.wait(now))
        now += pauses[-1]
        breaker = called(breaker, BAD, now)
    assert pauses == [30, 60, 120, 240, 300, 300]
    now += breaker.wait(now)
    breaker = called(breaker, OK, now)
    assert breaker.state(now) is BreakerState.CLOSED
    for _ in range(5):
        breaker = called(breaker, BAD, now)
    assert breaker.wait(now) == 30


def test_an_abandoned_probe_gives_its_place_to_the_next() -> None:
    breaker, probe = after(*[BAD] * 5).admit(30)
    assert probe is not None
    assert breaker.admit(30)[1] is None
    breaker = breaker.record(probe, GONE, 31)
    assert breaker.admit(31)[1] is not None


def test_a_result_from_before_the_breaker_opened_changes_nothing() -> None:
    breaker, late = Breaker().admit(0)
    assert late is not None
    for _ in range(5):
        breaker = called(breaker, BAD)
    assert breaker.record(late, OK, 1) == breaker
    assert breaker.record(late, CallResult.BLOCKED, 1) == breaker


def eighths(most: int) -> st.SearchStrategy[float]:
    """Seconds that floats add and subtract exactly, so that promises can be held to the instant."""
    return st.integers(0, 8 * most).map(lambda eighth: eighth / 8)


class AnyBreaker(RuleBasedStateMachine):
    """Calls overlap as they like, and end as they like; the clock never goes back."""

    permits = Bundle("permits")

    def __init__(self) -> None:
        super().__init__()
        self.breaker = Breaker()
        self.now = 0.0
        self.probes: list[Permit] = []

    @rule(seconds=eighths(400))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule(target=permits)
    def ask(self) -> Permit | None:
        before = self.breaker
        self.breaker, permit = self.breaker.admit(self.now)
        state = before.state(self.now)
        assert (permit is not None) == (state is BreakerState.CLOSED or not (state is BreakerState.OPEN or self.probes))
        if permit is not None:
            assert permit.probe == (state is BreakerState.HALF_OPEN)
            self.probes += [permit] if permit.probe else []
        return permit

    @rule(
        permit=consumes(permits),
        result=st.sampled_from(CallResult),
        retry_after=st.none() | eighths(10_000),
    )
    def end(self, permit: Permit | None, result: CallResult, retry_after: float | None) -> None:
        if permit is None:
            return
        before = self.breaker
        asked = retry_after if result in {CallResult.FAILURE, CallResult.BLOCKED} else None
        self.breaker = before.record(permit, result, self.now, retry_after=asked)
        if permit.epoch != before.epoch:
            assert self.breaker == before
        elif result is CallResult.BLOCKED:
            assert self.breaker.wait(self.now) >= POLICY.first_pause
        elif result is CallResult.ABANDONED:
            assert self.breaker.open_until == before.open_until
        if permit in self.probes:
            self.probes.remove(permit)

    @precondition(lambda self: not self.probes)
    @rule()
    def it_always_opens_up_again(self) -> None:
        later = self.now + self.breaker.wait(self.now)
        assert self.breaker.admit(later)[1] is not None

    @invariant()
    def at_most_one_probe_is_under_way(self) -> None:
        current = [probe for probe in self.probes if probe.epoch == self.breaker.epoch]
        assert len(current) <= 1
        assert self.breaker.probing == bool(current)

    @invariant()
    def it_is_never_shut_for_longer_than_promised(self) -> None:
        assert self.breaker.wait(self.now) <= POLICY.longest_retry_after
        assert self.breaker.pause <= POLICY.longest_pause
        assert len(self.breaker.failed) <= POLICY.window


TestAnyBreaker = AnyBreaker.TestCase
TestAnyBreaker.settings = settings(stateful_step_count=40)
