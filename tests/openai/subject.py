"""What these tests grade: one question, a good answer and replies to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

from credcore.grading import GradingTask
from credcore.questions import Criterion, Essay

ASSESSMENT = UUID(int=7)

QUESTION = Essay(
    id="databases-index-costs",
    domain="backend.databases",
    difficulty=2,
    prompt="A table of orders gets an index on its customer column. What becomes faster, what slower, and why?",
    criteria=(
        Criterion(
            id="reads",
            title="Says which reads become faster",
            points=4,
            looks_for="Finding the orders of one customer no longer scans the whole table; the index is a sorted tree.",
            terms=(("scan", "full scan"), ("tree", "sorted", "b-tree")),
        ),
        Criterion(
            id="writes",
            title="Says what writes cost",
            points=4,
            looks_for="Every insert, update and delete has to maintain the index as well, so writes become slower.",
            terms=(("insert", "update", "delete", "writes"), ("maintain", "slower", "extra work")),
        ),
        Criterion(
            id="limits",
            title="Knows when an index is not used",
            points=2,
            looks_for="The planner ignores an index of low selectivity, since reading most rows is cheaper by a scan.",
            terms=(("selectivity", "selective", "planner"),),
        ),
    ),
    reference_answer=(
        "Looking up the orders of one customer becomes faster: the database walks a sorted B-tree in place of a full "
        "scan of the table. Inserts, updates and deletes become slower, because each of them must also maintain the "
        "index. It also takes space. With low selectivity the planner ignores the index, as a scan is cheaper then."
    ),
    weak_answer="The index makes the search of orders faster, and it needs some more space on the disk.",
    max_length=4000,
)

READS = "Finding one customer's orders no longer needs a full scan, because the B-tree keeps the keys sorted."
WRITES = "Every insert, update and delete has to maintain the tree too, so writes get slower."
LIMITS = "With low selectivity the planner will not use it and scans the table."
GOOD = f"{READS} {WRITES} {LIMITS}"

EVIDENCE = {"reads": READS, "writes": WRITES, "limits": LIMITS}
FULL = {"reads": 4.0, "writes": 4.0, "limits": 2.0}


def task(answer: str = GOOD, *, ai_consent: bool = True, assessment_id: UUID = ASSESSMENT) -> GradingTask:
    return GradingTask(assessment_id=assessment_id, question=QUESTION, answer=answer, ai_consent=ai_consent)


def reply(
    points: Mapping[str, object] = FULL,
    evidence: Mapping[str, str] = EVIDENCE,
    *,
    score: object = None,
    strengths: object = "You explain well why lookups get faster.",
    improvements: object = "Say a little about the space that it takes.",
) -> str:
    criteria = [{"id": id, "met": value, "evidence": evidence.get(id, "")} for id, value in points.items()]
    total = sum(value for value in points.values() if isinstance(value, int | float)) if score is None else score
    return json.dumps({"criteria": criteria, "score": total, "strengths": strengths, "improvements": improvements})
