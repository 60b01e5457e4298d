"""What the offline grader makes of the answers that stand beside each essay. The slow part of the check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from uuid import UUID

from credcore.grading import GradingTask
from credcore.offline.features import read
from credcore.offline_grader import judge_offline
from credcore.questions import Essay
from credcore_app.content_check.entries import Entries, Entry
from credcore_app.content_check.finding import Finding, Progress, Rule

LEAST_REFERENCE = Decimal(9)
MOST_WEAK = Decimal(5)
MOST_OFF_TOPIC = Decimal(3)
NEIGHBOURS = 3
"""Off-topic answers tried at each essay: the references of the role's essays that share most words with it. All of
them would take five times as long."""

_NOBODY = UUID(int=0)


def graded_answers(entries: Entries, on_progress: Progress) -> Iterator[Finding]:
    total = sum(map(len, entries.essays.values()))
    done = 0
    for essays in entries.essays.values():
        for essay in essays:
            yield from _own_answers(essay)
            yield from _answers_to_others(essay, essays)
            done += 1
            on_progress(done, total)


def _own_answers(essay: Entry[Essay]) -> Iterator[Finding]:
    points = _points(essay.value, essay.value.reference_answer)
    if points < LEAST_REFERENCE:
        message = f"the offline grader gives the reference answer {points} of 10"
        remedy = "Let the reference meet every criterion in words near to looks_for and with its terms."
        yield essay.place.at("reference_answer").finding(Rule.REFERENCE_GRADE, message, remedy)
    points = _points(essay.value, essay.value.weak_answer)
    if points > MOST_WEAK:
        message = f"the offline grader gives the weak answer {points} of 10"
        remedy = "Let the weak answer meet one criterion at most, or ask for rarer terms."
        yield essay.place.at("weak_answer").finding(Rule.WEAK_GRADE, message, remedy)


def _answers_to_others(essay: Entry[Essay], essays: Sequence[Entry[Essay]]) -> Iterator[Finding]:
    for other in _nearest(essay.value, [candidate.value for candidate in essays]):
        points = _points(essay.value, other.reference_answer)
        if points > MOST_OFF_TOPIC:
            message = f"the offline grader gives the reference answer of {other.id} {points} of 10 here"
            remedy = "Take terms that belong to this question alone."
            yield essay.place.at("criteria").finding(Rule.OFF_TOPIC_GRADE, message, remedy)


def _nearest(essay: Essay, candidates: Sequence[Essay]) -> list[Essay]:
    own = _stems(f"{essay.prompt}\n{essay.reference_answer}")
    others = [other for other in candidates if other.id != essay.id]
    return sorted(others, key=lambda other: (-len(own & _stems(other.reference_answer)), other.id))[:NEIGHBOURS]


def _stems(text: str) -> frozenset[str]:
    return frozenset(stemmed for passage in read(text) for stemmed in passage.content)


def _points(essay: Essay, answer: str) -> Decimal:
    task = GradingTask(assessment_id=_NOBODY, question=essay, answer=answer, ai_consent=False)
    return judge_offline(task).points
