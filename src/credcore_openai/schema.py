"""The shape that the reply is bound to, for servers that can bind it and for those that only promise JSON."""

from __future__ import annotations

from typing import Any

from credcore.questions import RUBRIC_POINTS, Essay

JsonObject = dict[str, Any]  # Any: a JSON document about to be sent


def reply_schema(question: Essay) -> JsonObject:
    """Bounds that a strict schema may not hold on every server (minimum, maximum) are checked in the reply."""
    criterion = _object(
        id={"type": "string", "enum": [criterion.id for criterion in question.criteria]},
        met={"type": "number", "description": "points earned, from 0 to the criterion's max_points"},
        evidence={"type": "string", "description": "copied word for word from the answer, or empty"},
    )
    return _object(
        criteria={"type": "array", "items": criterion},
        score={"type": "number", "description": f"sum of the points, from 0 to {RUBRIC_POINTS}"},
        strengths={"type": "string"},
        improvements={"type": "string"},
    )


def bound_by_schema(question: Essay) -> JsonObject:
    return {
        "type": "json_schema",
        "json_schema": {"name": "grade", "strict": True, "schema": reply_schema(question)},
    }


def bound_to_json() -> JsonObject:
    return {"type": "json_object"}


def _object(**properties: JsonObject) -> JsonObject:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
