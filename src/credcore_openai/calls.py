"""Calls with everything around them: breaker, budget, deadline, and asking again where that may help."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from credcore.breaker import BreakerState, CallResult
from credcore.budget import CallOutcome
from credcore.errors import Unavailable
from credcore.grading import GradingTask
from credcore.grading_ports import GraderAway, NoAiGrade
from credcore_openai.client import Client
from credcore_openai.completion import Completion, content_of
from credcore_openai.failures import CallFailed, FailureKind, UnusableReply
from credcore_openai.gate import Gate
from credcore_openai.prompt import Prompt
from credcore_openai.schema import reply_schema
from credcore_openai.till import Bill, Till

Read = TypeVar("Read")

SETTLING = 0.05
"""Seconds waited beyond what the provider asked for: clocks differ, and too early is refused again."""
LAST_SECOND = 1.0
"""With less than this left of the deadline no further attempt is begun: it would be charged, not answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CallPolicy:
    """Seconds. ``deadline`` bounds one question with all its attempts and waits; a longer wait than ``longest_wait``
    is left to the queue. So is what may have been answered (a time-out, a lost connection): it is charged."""

    deadline: float = 15.0
    attempts: int = 3
    first_wait: float = 0.5
    longest_wait: float = 5.0
    jitter: float = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt(Generic[Read]):
    """What was read from the reply, the raw reply, and what the call took."""

    read: Read
    raw: str
    tokens_in: int
    tokens_out: int
    cost_usd: Decimal


@dataclass(frozen=True, kw_only=True)
class Calls:
    """``clock`` is monotonic, in seconds."""

    client: Client
    gate: Gate
    till: Till
    clock: Callable[[], float]
    policy: CallPolicy

    async def ask(self, task: GradingTask, prompt: Prompt, read: Callable[[str], Read]) -> Receipt[Read]:
        """The provider's reply, read by ``read``, which may raise UnusableReply.

        Raises:
            GraderAway: not now, whatever the answer.
            Unavailable: not now, and perhaps because of this answer; with the seconds after which asking again makes
                sense, as above.
            NoAiGrade: not for this answer: over budget, rejected, or only unusable replies.
        """
        from stamina import retry_context  # loaded where an AI grader is wired, like the SDK

        asking = _Asking(calls=self, task=task, prompt=prompt, ends_at=self.clock() + self.policy.deadline)
        try:
            async for attempt in retry_context(
                on=asking.another_try,
                attempts=self.policy.attempts,
                timeout=None,
                wait_initial=self.policy.first_wait,
                wait_max=self.policy.longest_wait,
                wait_jitter=self.policy.jitter,
            ):
                with attempt:
                    return await asking.once(read)
        except CallFailed as failure:
            raise self._not_now(failure) from None
        except UnusableReply as reply:
            raise self._unusable(reply) from None
        raise AssertionError("the last attempt returns or raises")

    def _not_now(self, failure: CallFailed) -> Unavailable:
        if failure.kind is FailureKind.REJECTED:
            return NoAiGrade(failure.code)
        return self._later(failure.code, perhaps_ours=failure.perhaps_ours, asked=math.ceil(failure.retry_after or 0))

    def _unusable(self, reply: UnusableReply) -> Unavailable:
        if reply.fault.of_transport:
            return self._later(reply.fault, perhaps_ours=True)
        return NoAiGrade(reply.fault.value)

    def _later(self, code: str, *, perhaps_ours: bool, asked: int = 0) -> Unavailable:
        """What the answer may be the cause of is a try, unless the breaker says that it is the provider."""
        own = perhaps_ours and self.gate.state is BreakerState.CLOSED
        failure = Unavailable if own else GraderAway
        return failure(f"ai-grader:{code}", retry_after_seconds=max(1, asked, self.gate.wait))


@dataclass(kw_only=True, slots=True)
class _Asking:
    """One question with its attempts, all within one deadline."""

    calls: Calls
    task: GradingTask
    prompt: Prompt
    ends_at: float
    unusable: int = 0

    @property
    def left(self) -> float:
        return self.ends_at - self.calls.clock()

    def another_try(self, error: Exception) -> bool | float:
        """Whether to ask again, or after how many seconds."""
        longest = min(self.calls.policy.longest_wait, self.left - LAST_SECOND)
        if isinstance(error, UnusableReply):
            return error.fault.worth_asking_again and self.unusable < 2 and longest > 0
        if not isinstance(error, CallFailed) or error.kind is not FailureKind.TRANSIENT or error.maybe_answered:
            return False
        if error.retry_after is None:
            return longest > 0
        wait = error.retry_after + SETTLING
        return wait if wait <= longest else False

    async def once(self, read: Callable[[str], Read]) -> Receipt[Read]:
        with self.calls.gate.passage() as passage:
            bill = await self.calls.till.open(self.task.assessment_id, self._sent(), len(self.prompt.messages))
            within = max(LAST_SECOND, self.left)
            try:
                completion = await self.calls.client.ask(self.task.question, self.prompt, within=within)
            except CallFailed as failure:
                passage.came_to(_result_of(failure), failure.retry_after)
                await bill.failed(failure)
                raise
            except UnusableReply as reply:
                passage.came_to(CallResult.FAILURE)
                self.unusable += 1
                await bill.lost(reply.fault)
                raise
            # The provider works, whatever its reply is worth: what one answer provokes must not shut it for all.
            passage.came_to(CallResult.SUCCESS)
            return await self._paid(bill, completion, read)

    async def _paid(self, bill: Bill, completion: Completion, read: Callable[[str], Read]) -> Receipt[Read]:
        try:
            raw = content_of(completion)
            result = read(raw)
        except UnusableReply as reply:
            self.unusable += 1
            await bill.answered(CallOutcome.UNUSABLE, completion, reply.fault)
            raise
        paid = await bill.answered(CallOutcome.ANSWERED, completion, CallOutcome.ANSWERED)
        return Receipt(
            read=result,
            raw=raw,
            tokens_in=paid.tokens_in,
            tokens_out=paid.tokens_out,
            cost_usd=paid.cost_usd,
        )

    def _sent(self) -> str:
        """Everything that providers count as input: both messages, and the schema."""
        return f"{self.prompt.system}{self.prompt.user}{reply_schema(self.task.question)}"


def _result_of(failure: CallFailed) -> CallResult:
    """What a failed call says of the provider."""
    if failure.kind is FailureKind.BLOCKED:
        return CallResult.BLOCKED
    return CallResult.SUCCESS if failure.provoked else CallResult.FAILURE
