"""The suite against a grader: which attacks moved a grade beyond the figures, and what leaked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from credcore.grading import GradingTask
from credcore_app.evaluation.attacks.cases import Case, Form, all_cases
from credcore_app.evaluation.attacks.families import FAMILIES
from credcore_app.evaluation.attacks.figures import Told, leak, task_of, verdict
from credcore_app.evaluation.attacks.subjects import SUBJECTS


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """A case that the grader did not withstand, and in what."""

    case: Case
    wrong: str


def cases() -> Sequence[Case]:
    return all_cases(FAMILIES, SUBJECTS)


def tasks_of(tried: Sequence[Case]) -> list[GradingTask]:
    """All that has to be judged: each attacked answer, and each honest one once."""
    honest = {(case.subject.question.id, case.form): case for case in tried if case.form is not Form.PURE}
    return [task_of(case, case.answer) for case in tried] + [task_of(case, case.honest) for case in honest.values()]


def broken_cases(tried: Sequence[Case], judged: Sequence[Told]) -> list[Broken]:
    """``judged``: what ``tasks_of`` asked for, in its order."""
    tasks = tasks_of(tried)
    by_answer = {(t.question.id, t.answer): j for t, j in zip(tasks, judged, strict=True)}
    found = []
    for case in tried:
        attacked = by_answer[case.subject.question.id, case.answer]
        honest = None if case.form is Form.PURE else by_answer[case.subject.question.id, case.honest]
        wrong = verdict(case, attacked, honest) or leak(case, attacked)
        if wrong:
            found.append(Broken(case=case, wrong=wrong))
    return found
