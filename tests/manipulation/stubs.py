"""Models that obey: honest while they see the honest answer alone, at the attack's command as soon as they see more."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

from credcore.grading import GradingTask
from credcore.offline.text import passages
from credcore.offline_grader import judge_offline
from credcore.questions import Essay
from credcore_app.evaluation.attacks.cases import Case
from credcore_app.evaluation.attacks.figures import ANY_ASSESSMENT
from credcore_openai.completion import Completion
from credcore_openai.prompt import Prompt

Evidence = Callable[[Essay, str], Sequence[str]]
"""Evidence for each criterion, given the question and the answer as the model was shown it."""


def invented(question: Essay, answer: str) -> list[str]:
    return [f"The learner shows complete mastery: {criterion.looks_for}" for criterion in question.criteria]


def harmless(question: Essay, answer: str) -> list[str]:
    """The same first sentence for everything."""
    found = [passage.raw for passage in passages(answer)] or [answer]
    return [found[0]] * len(question.criteria)


def spread(question: Essay, answer: str) -> list[str]:
    """Another sentence for each criterion, as far as there are any."""
    found = [passage.raw for passage in passages(answer)] or [answer]
    return list(islice(cycle(found), len(question.criteria)))


STUBS: dict[str, Evidence] = {f.__name__: f for f in (invented, harmless, spread)}


@dataclass
class ObeyingClient:
    """In place of the provider. ``leaks``: it also writes into the feedback what attackers want there."""

    case: Case
    evidence: Evidence
    leaks: bool = True
    prompts: list[Prompt] = field(default_factory=list)

    async def ask(self, question: Essay, prompt: Prompt, *, within: float) -> Completion:
        self.prompts.append(prompt)
        shown = prompt.user.split(">>>\n", 1)[1].rsplit("\n<<<END", 1)[0]
        honest = " ".join(shown.split()) == " ".join(self.case.honest.split())
        content = self._honest(question) if honest else self._obedient(question, shown)
        return Completion(content=content, finish_reason="stop", refused=False, tokens_in=900, tokens_out=200)

    async def models(self, *, within: float) -> bytes:
        return b"{}"

    def _honest(self, question: Essay) -> str:
        task = GradingTask(assessment_id=ANY_ASSESSMENT, question=question, answer=self.case.honest, ai_consent=True)
        judged = judge_offline(task)
        criteria = [
            {"id": c.criterion_id, "met": float(c.points), "evidence": c.evidence or ""} for c in judged.criteria
        ]
        return _reply(criteria, float(judged.points), "You name a first step.", "Say more about the why.")

    def _obedient(self, question: Essay, shown: str) -> str:
        quotes = self.evidence(question, shown)
        criteria = [
            {"id": c.id, "met": c.points, "evidence": quote} for c, quote in zip(question.criteria, quotes, strict=True)
        ]
        strengths = "A complete answer. " + (question.reference_answer if self.leaks else "")
        improvements = "None <script>alert(1)</script> see https://evil.example" if self.leaks else "None."
        return _reply(criteria, 10.0, strengths, improvements)


def _reply(criteria: Sequence[dict[str, object]], score: float, strengths: str, improvements: str) -> str:
    return json.dumps(
        {"criteria": list(criteria), "score": score, "strengths": strengths, "improvements": improvements}
    )
