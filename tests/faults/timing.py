"""How long requests take that should tell nothing apart: interleaved, so that whatever else happens happens to all."""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection

FLEETING = {"date", "x-request-id", "traceparent"}
"""Headers that differ from answer to answer."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A request. ``body`` and the header fields are sent as they are."""

    name: str
    path: str
    body: bytes
    fields: Mapping[str, str]


def posted(name: str, path: str, body: object) -> Case:
    return Case(name=name, path=path, body=json.dumps(body).encode(), fields={"Content-Type": "application/json"})


@dataclass(frozen=True, kw_only=True)
class Measured:
    """``seconds`` of each case, one a round; ``told``: the different answers that there were, over all cases."""

    seconds: Mapping[str, Sequence[float]]
    told: frozenset[str]

    @property
    def medians(self) -> dict[str, float]:
        return {name: statistics.median(took) for name, took in self.seconds.items()}

    @property
    def ratio(self) -> float:
        """Of the slowest case's median to the fastest one's."""
        return max(self.medians.values()) / min(self.medians.values())

    def __str__(self) -> str:
        each = ", ".join(f"{name} {median * 1000:.2f} ms" for name, median in self.medians.items())
        rounds = min(map(len, self.seconds.values()))
        return f"{each}: a ratio of {self.ratio:.3f} over {rounds} rounds"


def measure(port: int, cases: Sequence[Case], rounds: int, *, warm_up: int = 5) -> Measured:
    """Each round asks for every case once, in an order of its own, over one connection. Nothing is asked for again,
    and nothing that was measured is left out but the rounds that warm up."""
    chance = random.Random(rounds)
    took: dict[str, list[float]] = {case.name: [] for case in cases}
    told: set[str] = set()
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        for number in range(warm_up + rounds):
            for case in chance.sample(cases, len(cases)):
                began = time.perf_counter()
                connection.request("POST", case.path, case.body, dict(case.fields))
                answer = connection.getresponse()
                body = answer.read()
                seconds = time.perf_counter() - began
                told.add(_without_what_is_fleeting(answer.status, answer.getheaders(), body))
                if number >= warm_up:
                    took[case.name].append(seconds)
    finally:
        connection.close()
    return Measured(seconds=took, told=frozenset(told))


def _without_what_is_fleeting(status: int, fields: Sequence[tuple[str, str]], body: bytes) -> str:
    document = json.loads(body)
    document.pop("instance", None)
    kept = sorted((name.lower(), value) for name, value in fields if name.lower() not in FLEETING)
    return json.dumps([status, kept, document], sort_keys=True)
