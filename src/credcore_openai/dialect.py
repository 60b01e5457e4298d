"""What a server was found not to understand. A refused parameter is left out once and for all, not asked each time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from credcore.questions import Essay
from credcore_openai.failures import CallFailed, FailureKind
from credcore_openai.schema import bound_by_schema, bound_to_json


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """``schema`` False: the server binds replies to JSON at most. ``reasoning_effort`` None: not sent."""

    schema: bool = True
    temperature: float | None = 0.0
    reasoning_effort: str | None = "none"

    def parameters(self, question: Essay) -> dict[str, Any]:  # Any: keyword arguments of the SDK
        optional = {"temperature": self.temperature, "reasoning_effort": self.reasoning_effort}
        return {
            "response_format": bound_by_schema(question) if self.schema else bound_to_json(),
            **{name: value for name, value in optional.items() if value is not None},
        }

    def without_what_was_refused(self, failure: CallFailed) -> Dialect | None:
        """The dialect to try next; None where the refusal names nothing that could be left out."""
        if failure.kind is not FailureKind.REJECTED:
            return None
        said = failure.message.lower()
        if self.schema and ("response_format" in said or "json_schema" in said):
            return replace(self, schema=False)
        if self.reasoning_effort is not None and ("reasoning_effort" in said or "reasoning effort" in said):
            return replace(self, reasoning_effort=None)
        if self.temperature is not None and "temperature" in said:
            return replace(self, temperature=None)
        return None
