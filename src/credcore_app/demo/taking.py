"""The assessment from registration to profile."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from credcore_app.demo.client import Api, Json
from credcore_app.demo.student import SampleStudent

NAMES = {"mcq": "multiple choice", "essay": "essay", "interest": "interest"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """How far it is: ``done`` of ``total``, and what happens now."""

    done: int
    total: int
    doing: str


def take(api: Api, student: SampleStudent, role: str, on_step: Callable[[Step], None]) -> Json:
    """Registers a student, answers all questions of a standard assessment, completes it; the profile."""
    _register(api)
    started = api.post("/assessments/start", {"role": role, "form": "standard"})
    path, total = f"/assessments/{started['assessmentId']}", started["totalQuestions"]
    question = started["question"]
    while question is not None:
        place = question["position"]
        kind = NAMES[question["type"]]
        on_step(Step(done=place - 1, total=total, doing=f"question {place} of {total}, {kind}"))
        api.post(f"{path}/answer", student.answer(question))
        question = api.get(f"{path}/next")["question"]
    on_step(Step(done=total, total=total, doing="waiting for the grades"))
    return api.post(f"{path}/complete")


def _register(api: Api) -> None:
    """A new account each time, whose password nobody needs again."""
    body = {
        "email": f"student-{uuid4().hex[:12]}@example.org",
        "name": "Demo Student",
        "password": secrets.token_urlsafe(18),
    }
    api.sign_in_with(api.post("/auth/register", body)["accessToken"])
