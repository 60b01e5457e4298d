"""What a grade rests on: told in full, computed again, or named for another grade to rest on the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from credcore.grading import CriterionResult, GradingTask, Judgement, answer_hash_of
from credcore.grading_ports import Basis
from credcore.offline_grader import OFFLINE, judge_offline
from credcore_app import console
from credcore_app.database import ready_database, stores_at
from credcore_app.fault import Fault
from credcore_app.settings import Settings
from credcore_openai import prompt_hash, replay
from credcore_openai.failures import UnusableReply
from credcore_pg.past_grades import StoredGrade


def basis_of(task: GradingTask, model: str) -> Basis:
    question = task.question
    return Basis(
        question_id=question.id,
        question_version=question.version,
        rubric_hash=question.rubric_hash,
        answer_hash=answer_hash_of(task.answer),
        model=model,
        prompt_hash=prompt_hash(question),
    )


def recomputed(judgement: Judgement, task: GradingTask) -> tuple[CriterionResult, ...]:
    """The criteria as this version computes them: from the stored reply, or from answer and rubric. None at all where
    it no longer accepts the reply."""
    if judgement.grader.name == OFFLINE.name or judgement.call is None:
        return judge_offline(task).criteria
    try:
        return replay(judgement.call.raw_reply, task)
    except UnusableReply:
        return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Replayed:
    """Both as bytes: a grade is the same where every byte is."""

    stored: bytes
    replayed: bytes

    @property
    def same(self) -> bool:
        return self.stored == self.replayed


def replayed(found: StoredGrade) -> Replayed:
    judgement = found.grade.judgement
    return Replayed(stored=as_bytes(judgement.criteria), replayed=as_bytes(recomputed(judgement, found.task)))


def as_bytes(criteria: Sequence[CriterionResult]) -> bytes:
    """Points and evidence in one spelling: 4, 4.0 and 4.00 are the same points."""
    return json.dumps(
        [
            {"criterion": c.criterion_id, "points": f"{c.points:.1f}", "of": c.max_points, "evidence": c.evidence}
            for c in criteria
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode("utf-8", "surrogatepass")


def fingerprint(criteria: bytes) -> str:
    return hashlib.sha256(criteria).hexdigest()


async def stored_grade(settings: Settings, id: UUID) -> StoredGrade:
    """The grade with this id. Raises Fault where there is none."""
    async with ready_database(settings, console.say) as place, stores_at(settings, place.dsn) as stores:
        found = await stores.past_grades.find(id)
    if found is None:
        raise Fault(f"there is no grade {id}; `credcore grade list` lists those of an assessment")
    return found


async def stored_grades(settings: Settings, assessment_id: UUID) -> list[StoredGrade]:
    """All grades of an assessment, superseded ones too. Raises Fault where there are none."""
    async with ready_database(settings, console.say) as place, stores_at(settings, place.dsn) as stores:
        ids = await stores.past_grades.of_assessment(assessment_id)
        found = [await stores.past_grades.find(id) for id in ids]
    if not found:
        raise Fault(f"there is no assessment {assessment_id} with a grade")
    return [grade for grade in found if grade is not None]


def explained(found: StoredGrade) -> dict[str, object]:
    """All that the grade remembers, as JSON has it."""
    grade, judgement = found.grade, found.grade.judgement
    return {
        "gradeId": str(grade.id),
        "assessmentId": str(grade.assessment_id),
        "questionId": grade.question_id,
        "questionVersion": grade.question_version,
        "rubricHash": grade.rubric_hash,
        "grader": judgement.grader.name,
        "graderVersion": judgement.grader.version,
        "reliability": float(judgement.grader.reliability),
        "points": float(judgement.points),
        "criteria": [
            {
                "criterion": c.criterion_id,
                "title": c.title,
                "points": float(c.points),
                "maxPoints": c.max_points,
                "evidence": c.evidence,
            }
            for c in judgement.criteria
        ],
        "strengths": judgement.strengths,
        "improvements": judgement.improvements,
        "flags": sorted(judgement.flags),
        "gradedAt": grade.graded_at.isoformat(),
        "supersededAt": found.superseded_at.isoformat() if found.superseded_at else None,
        "aiConsent": {
            "given": found.task.ai_consent,
            "at": found.started_at.isoformat(),
            "textVersion": found.consent_version,
        },
        "call": _call(judgement),
        "question": found.task.question.prompt,
        "answer": found.task.answer,
    }


def _call(judgement: Judgement) -> dict[str, object] | None:
    call = judgement.call
    if call is None:
        return None
    return {
        "model": call.model,
        "promptHash": call.prompt_hash,
        "rawReply": call.raw_reply,
        "tokensIn": call.tokens_in,
        "tokensOut": call.tokens_out,
        "costUsd": float(call.cost_usd),
        "reusedFrom": str(call.reused_from) if call.reused_from else None,
    }
