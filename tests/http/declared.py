"""Whatever a test asks for, the answer's status is one that the description of the call declares."""

from __future__ import annotations

import re

import httpx

from credcore_http.app import description

OPERATIONS = [
    (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), method.upper(), frozenset(map(int, operation["responses"])))
    for path, operations in description()["paths"].items()  # type: ignore[attr-defined]  # JSON
    for method, operation in operations.items()
]


async def check_declared(answer: httpx.Response) -> None:
    """For httpx to call with every answer."""
    path, method = answer.request.url.path, answer.request.method
    # That one is no assessment: its path knows no GET.
    for template, known, statuses in OPERATIONS:
        if method == known and template.fullmatch(path) and (method, path) != ("GET", "/assessments/start"):
            assert answer.status_code in statuses, f"{method} {path} does not declare {answer.status_code}"
