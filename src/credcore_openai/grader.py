"""The OpenAI grader behind the core's port: what needs no call gets none, and no reply stands unchecked."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from credcore.breaker import BreakerState
from credcore.defence.evidence import Quotable
from credcore.defence.screening import Sentence, needs_no_call, sentences, without
from credcore.defence.verdict import Case, Opinion
from credcore.errors import Unavailable
from credcore.grading import GraderRef, GradingTask, Judgement, ModelCall
from credcore.offline_grader import judge_offline
from credcore_openai.calls import Calls
from credcore_openai.failures import CallFailed, UnusableReply
from credcore_openai.models import ModelNotice, read_models
from credcore_openai.prompt import VERSION, Secrets, build_prompt
from credcore_openai.reply import read_reply

log = logging.getLogger(__name__)

UNMEASURED = Decimal("0.59")
"""The reliability of a model that nobody measured: Pearson's r of GPT-3.5 with three examples on the Mohler answers,
which is also about what two people reach there."""
MODELS_WITHIN = 5.0
"""Seconds for the list of models at the start: a courtesy, nothing waits for it longer."""


@dataclass(kw_only=True)
class OpenAIGrader:
    """``secrets`` gives fresh ones each time. ``reliability``: the model's measured agreement with people."""

    calls: Calls
    secrets: Callable[[], Secrets]
    reliability: Decimal = UNMEASURED
    notice: ModelNotice | None = field(default=None, init=False)

    @property
    def model(self) -> str:
        return self.calls.till.model

    @property
    def ref(self) -> GraderRef:
        return GraderRef(name=self.model, version=VERSION, reliability=self.reliability)

    async def judge(self, task: GradingTask) -> Judgement:
        """The judgement that stands after all checks; the offline one where nothing in the answer is an attempt.

        Raises:
            Unavailable: not now.
            NoAiGrade: not for this answer.
        """
        offline = judge_offline(task)
        if needs_no_call(task):
            return offline
        found = sentences(task.answer)
        suspicious = [sentence for sentence in found if sentence.suspicious]
        quotable = Quotable(task.answer, task.question, found)
        first = await self._opinion(task, task.answer, quotable)
        case = Case(
            first=first,
            offline=replace(offline, call=first.judgement.call),
            addressed=bool(suspicious),
            words=len(task.answer.split()),
        )
        return case.standing(await self._second(task, suspicious, quotable) if case.wants_second else None)

    async def check_model(self) -> None:
        """Asks the provider once what it says of our model. A provider that does not answer is no reason not to
        start."""
        try:
            body = await self.calls.client.models(within=MODELS_WITHIN)
        except (CallFailed, UnusableReply) as problem:
            log.warning("list of models unavailable", extra={"reason": str(problem)})
            return
        self.notice = read_models(body, self.model)
        if self.notice is not None and (self.notice.shutdown or not self.notice.listed):
            log.warning(
                "model of the ai grader",
                extra={"model": self.model, "shutdown": str(self.notice.shutdown), "listed": self.notice.listed},
            )

    def degraded(self, today: date) -> tuple[str, ...]:
        """What is not as it should be, in words for readiness; grading goes on offline meanwhile."""
        problems = []
        if self.calls.gate.state is not BreakerState.CLOSED:
            problems.append(f"ai grader: breaker {self.calls.gate.state}")
        if self.notice is not None and (problem := self.notice.problem(today)):
            problems.append(f"ai grader: {problem}")
        return tuple(problems)

    async def _second(self, task: GradingTask, suspicious: list[Sentence], quotable: Quotable) -> Opinion | None:
        """The opinion on the answer without its suspicious sentences, where there are any and a call may be made.

        The evidence is still looked up in the whole answer, so that a replay needs nothing but the answer.
        """
        rest = without(task.answer, suspicious)
        if not suspicious or needs_no_call(replace(task, answer=rest)):
            return None
        try:
            return await self._opinion(task, rest, quotable)
        except Unavailable as reason:
            log.info("no second opinion", extra={"reason": reason.what})
            return None

    async def _opinion(self, task: GradingTask, answer: str, quotable: Quotable) -> Opinion:
        secrets = self.secrets()
        prompt = build_prompt(task.question, answer, secrets, learner_name=task.learner_name)
        receipt = await self.calls.ask(task, prompt, lambda raw: read_reply(raw, task, quotable, secrets))
        checked = receipt.read
        judgement = Judgement(
            grader=self.ref,
            criteria=checked.criteria,
            strengths=checked.strengths,
            improvements=checked.improvements,
            call=ModelCall(
                model=self.model,
                prompt_hash=prompt.hash,
                raw_reply=receipt.raw,
                tokens_in=receipt.tokens_in,
                tokens_out=receipt.tokens_out,
                cost_usd=receipt.cost_usd,
            ),
        )
        return Opinion(
            judgement=judgement,
            claimed=checked.claimed,
            doubtful=checked.doubtful,
            unfounded=checked.unfounded,
        )
