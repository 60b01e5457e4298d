"""Reading a reply: raw text in, checked criteria out, or a named fault. The points are ours, never the model's sum."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from credcore.defence.evidence import Quotable, bears_on_criterion
from credcore.defence.feedback import improvements_of, is_fit, strengths_of, tidied
from credcore.defence.screening import sentences
from credcore.grading import STEP, CriterionResult, GradingTask, result_of
from credcore.questions import RUBRIC_POINTS, Criterion, Essay
from credcore_openai.failures import Fault, UnusableReply
from credcore_openai.prompt import Secrets

LONGEST_REPLY = 20_000
"""Characters; the longest that the schema needs is a fifth of it."""
CROSS_CHECK = Decimal(1)
"""Points of ten by which the model's own sum may miss that of its criteria."""
_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*)\n\s*```\s*", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """What the model says of one criterion."""

    criterion: Criterion
    points: Decimal
    evidence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A reply after all checks. ``claimed`` is the sum of its points before them. ``unfounded``: it gave points, and
    none of its evidence stands in the answer.

    ``doubtful``: part of the evidence failed or has nothing to do with the question, one quote served for
    everything, the sum is off, or the feedback was unfit and the rubric's words stand in its place.
    """

    criteria: tuple[CriterionResult, ...]
    claimed: Decimal
    strengths: str
    improvements: str
    doubtful: bool
    unfounded: bool

    @property
    def points(self) -> Decimal:
        return sum((result.points for result in self.criteria), Decimal(0))


def read_reply(raw: str, task: GradingTask, quotable: Quotable, secrets: Secrets | None = None) -> Checked:
    """``quotable`` is the task's answer. ``secrets``: those of the call; without them, as in a replay, only their
    leaking is not looked for.

    Raises:
        UnusableReply: naming the fault.
    """
    if len(raw) > LONGEST_REPLY:
        raise UnusableReply(Fault.OVERSIZE)
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in raw):
        raise UnusableReply(Fault.NOT_JSON)  # no store could keep it
    if secrets and any(secret in raw for secret in (secrets.nonce, secrets.canary)):
        raise UnusableReply(Fault.CANARY)
    document = _document(raw)
    claims = _claims(document.get("criteria"), task.question)
    score = _number(document.get("score"), RUBRIC_POINTS)
    told = _text(document.get("strengths")), _text(document.get("improvements"))
    results = tuple(_result(claim, quotable) for claim in claims)
    shown, missing, fit = _feedback(told, results, task)
    claimed = sum((claim.points for claim in claims), Decimal(0))
    failed = any(c.points and not r.points for c, r in zip(claims, results, strict=True))
    off = abs(score - claimed) > CROSS_CHECK
    return Checked(
        criteria=results,
        claimed=claimed,
        strengths=shown,
        improvements=missing,
        doubtful=failed or off or not fit or _leans_on_little(results, task.question),
        unfounded=claimed > 0 and not any(result.points for result in results),
    )


def replay(raw: str, task: GradingTask) -> tuple[CriterionResult, ...]:
    """The criteria with their points, computed again from a stored reply; the same as when it came."""
    return read_reply(raw, task, quotable_of(task)).criteria


def quotable_of(task: GradingTask) -> Quotable:
    """The answer, ready for any number of replies to have their evidence looked up in it."""
    return Quotable(task.answer, task.question, sentences(task.answer))


def _document(raw: str) -> dict[str, Any]:  # Any: foreign JSON, looked at field by field
    fenced = _FENCED.fullmatch(raw)
    try:
        document = json.loads(
            fenced.group(1) if fenced else raw,
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_no_duplicates,
        )
    except (ValueError, RecursionError, InvalidOperation):
        raise UnusableReply(Fault.NOT_JSON) from None
    if not isinstance(document, dict):
        raise UnusableReply(Fault.WRONG_SHAPE)
    return document


def _no_constant(_name: str) -> None:
    raise UnusableReply(Fault.NOT_A_NUMBER)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:  # Any: as above
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnusableReply(Fault.DUPLICATE_KEY)
    return found


def _claims(listed: object, question: Essay) -> list[Claim]:
    """In the rubric's order; each criterion exactly once, and no other."""
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise UnusableReply(Fault.WRONG_SHAPE)
    by_id = {entry.get("id"): entry for entry in listed if isinstance(entry.get("id"), str)}
    if len(by_id) != len(listed) or by_id.keys() != {criterion.id for criterion in question.criteria}:
        raise UnusableReply(Fault.WRONG_CRITERIA)
    return [_claim(criterion, by_id[criterion.id]) for criterion in question.criteria]


def _claim(criterion: Criterion, entry: dict[str, Any]) -> Claim:  # Any: as above
    met, evidence = entry.get("met"), entry.get("evidence")
    if isinstance(met, bool):
        points = Decimal(criterion.points if met else 0)
    else:
        points = _number(met, criterion.points).quantize(STEP, rounding=ROUND_HALF_UP)
    return Claim(criterion=criterion, points=points, evidence="" if evidence is None else _text(evidence))


def _number(value: object, most: int) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UnusableReply(Fault.WRONG_SHAPE)
    if not 0 <= value <= most:
        raise UnusableReply(Fault.OUT_OF_RANGE)
    return Decimal(value) + 0  # -0 is 0


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise UnusableReply(Fault.WRONG_SHAPE)
    return value


def _result(claim: Claim, quotable: Quotable) -> CriterionResult:
    evidence = quotable.find(claim.evidence) if claim.points else None
    return result_of(claim.criterion, claim.points if evidence else Decimal(0), evidence)


def _leans_on_little(results: Sequence[CriterionResult], question: Essay) -> bool:
    """Whether most points rest on one quote for three criteria and more, or for all, or on quotes beside their
    criterion."""
    founded = [result for result in results if result.evidence]
    if not founded:
        return False
    total = sum(result.points for result in founded)
    rubric = {criterion.id: criterion for criterion in question.criteria}
    beside = sum(
        result.points
        for result in founded
        if result.evidence and not bears_on_criterion(question, rubric[result.criterion_id], result.evidence)
    )
    quote, times = Counter(result.evidence for result in founded).most_common(1)[0]
    on_one = sum(result.points for result in founded if result.evidence == quote)
    repeated = times >= 3 or (times > 1 and times == len(results))
    return 2 * beside > total or (repeated and 2 * on_one > total)


def _feedback(told: tuple[str, str], results: Sequence[CriterionResult], task: GradingTask) -> tuple[str, str, bool]:
    """The feedback that a learner will read, and whether it is the model's own."""
    shown, missing = map(tidied, told)
    if all(is_fit(text, task.question, task.answer) for text in (*told, shown, missing)):
        return shown, missing, True
    return strengths_of(results), improvements_of(results), False
