"""A model behind a socket that grades whatever it is asked: full points, each with a passage of the answer."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from tests.openai.provider import Behaviour, Provider, Request, completes, sends

TOKENS_IN, TOKENS_OUT = 1000, 200


def grade_for(request: Request) -> str:
    """The reply that the request's own schema asks for."""
    schema = request.document["response_format"]["json_schema"]["schema"]
    ids = schema["properties"]["criteria"]["items"]["properties"]["id"]["enum"]
    most = {entry["id"]: entry["max_points"] for entry in _rubric(request)}
    passages = [line.strip() for line in request.answer.replace(". ", ".\n").splitlines() if len(line.split()) > 3]
    quotes = passages or [request.answer]
    criteria = [{"id": id, "met": most[id], "evidence": quotes[at % len(quotes)]} for at, id in enumerate(ids)]
    return json.dumps(
        {
            "criteria": criteria,
            "score": sum(most.values()),
            "strengths": "You name what matters and say why.",
            "improvements": "An example from practice would make it rounder.",
        }
    )


def _rubric(request: Request) -> list[dict[str, object]]:
    system: str = request.document["messages"][0]["content"]
    text = system.split("The rubric:\n", 1)[1].split("\n\nA reference answer", 1)[0]
    rubric: list[dict[str, object]] = json.loads(text)
    return rubric


async def grades(writer: asyncio.StreamWriter, request: Request) -> None:
    usage = {"prompt_tokens": TOKENS_IN, "completion_tokens": TOKENS_OUT}
    await completes(grade_for(request), usage=usage)(writer, request)


@dataclass
class ModelServer(Provider):
    """A provider whose list of models is asked apart from its script; ``shutdown``: when it says that ours ends."""

    shutdown: str | None = None

    def behaviour_for(self, request: Request) -> Behaviour:
        if not request.path.endswith("/models"):
            return super().behaviour_for(request)
        model = {"id": "gpt-6-luna", "object": "model", "shutdown_date": self.shutdown}
        return sends(200, json.dumps({"object": "list", "data": [model]}))
