"""The least of an HTTP client: JSON out, JSON in, one connection, and problems as errors."""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from credcore_app.fault import Fault

PATIENCE = 60.0
"""Seconds for one answer; completion may take the 20 s that it waits for grades."""

Json = dict[str, Any]  # Any: JSON, as the API gives it


class Api:
    """One caller of the API at ``url``. ``raw`` is the body of the last answer, byte for byte."""

    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        self.raw = b""

    def sign_in_with(self, access_token: str) -> None:
        self._headers["Authorization"] = f"Bearer {access_token}"

    def get(self, path: str) -> Json:
        return self._call("GET", path, None)

    def post(self, path: str, body: Json | None = None) -> Json:
        return self._call("POST", path, json.dumps(body or {}).encode())

    def close(self) -> None:
        self._connection.close()

    def _call(self, method: str, path: str, body: bytes | None) -> Json:
        try:
            self._connection.request(method, path, body, self._headers)
            answer = self._connection.getresponse()
            self.raw = answer.read()
        except (OSError, HTTPException) as broken:
            raise Fault(f"{method} {path} got no answer ({type(broken).__name__}); try again") from broken
        document: Json = json.loads(self.raw) if self.raw else {}
        if answer.status >= 400:
            raise _refusal(method, path, document)
        return document


def _refusal(method: str, path: str, problem: Json) -> Fault:
    said = [problem.get("detail") or problem.get("title")]
    said += [f"{error['pointer']} {error['detail']}" for error in problem.get("errors", ())]
    return Fault(f"{method} {path} was answered {problem.get('code')}: {'; '.join(filter(None, said))}")
