"""The body of a chat completion, as servers of all kinds send it: pure, and without trust in any of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from credcore_openai.failures import Fault, UnusableReply

MOST_TOKENS = 10_000_000
"""A usage beyond this is a defect of the server, not a bill."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """What came back; token counts None where the server does not say."""

    content: str | None
    finish_reason: str | None
    refused: bool
    tokens_in: int | None
    tokens_out: int | None


def read_completion(body: bytes) -> Completion:
    """Raises UnusableReply where the body is no chat completion at all."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise UnusableReply(Fault.NO_COMPLETION) from None
    if not isinstance(document, dict) or "choices" not in document:
        raise UnusableReply(Fault.NO_COMPLETION)
    choice = _first(document["choices"])
    message = _object(choice.get("message"))
    usage = _object(document.get("usage"))
    return Completion(
        content=_text(message.get("content")),
        finish_reason=_text(choice.get("finish_reason")),
        refused=bool(message.get("refusal")),
        tokens_in=_count(usage.get("prompt_tokens")),
        tokens_out=_count(usage.get("completion_tokens")),
    )


def content_of(completion: Completion) -> str:
    """The text of a completion that ended as it should. Raises UnusableReply."""
    if completion.refused:
        raise UnusableReply(Fault.REFUSED)
    if completion.finish_reason == "content_filter":
        raise UnusableReply(Fault.FILTERED)
    if completion.finish_reason == "length":
        raise UnusableReply(Fault.CUT_OFF)
    if not completion.content:
        raise UnusableReply(Fault.NO_CONTENT)
    return completion.content


JsonObject = dict[str, Any]  # Any: foreign JSON, looked at field by field


def _first(choices: object) -> JsonObject:
    return _object(choices[0]) if isinstance(choices, list) and choices else {}


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _count(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MOST_TOKENS else None
