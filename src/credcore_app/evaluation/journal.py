"""What a run has graded already, on disk after each row, so that nothing is paid for twice."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import TracebackType
from typing import IO

from credcore.grading import GradingTask


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What one answer got: ``points`` of ten and feedback, by which grader, how long it took and what it cost."""

    points: Decimal
    grader: str
    milliseconds: float
    cost_usd: float
    strengths: str
    improvements: str
    for_review: bool = False


class Journal:
    """``path`` None: nothing is kept, which is right where grading again costs nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, Judged] = {}
        self._file: IO[str] | None = None

    def __enter__(self) -> Journal:
        if self._path is not None:
            self._known = dict(_read(self._path))
            self._file = self._path.open("a", encoding="utf-8")
            if _is_cut(self._path):
                self._file.write("\n")  # or the next line would be part of the one that a kill cut short
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def find(self, key: str) -> Judged | None:
        return self._known.get(key)

    def keep(self, key: str, judged: Judged) -> None:
        self._known[key] = judged
        if self._file is not None:
            self._file.write(json.dumps({"key": key, **asdict(judged)}, default=str) + "\n")
            self._file.flush()


def key_of(task: GradingTask, judge: str, run: int = 1) -> str:
    """Names an answer with all that its grade depends on: question, rubric, ``judge`` (grader, version, model)."""
    parts = [task.question.version, task.answer, judge, str(run)]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def place_for(csv: Path, suffix: str) -> Path:
    """Beside the CSV, or in the current folder where nothing can be written there."""
    name = f"{csv.name}.{suffix}.journal"
    folder = csv.parent if os.access(csv.parent, os.W_OK) else Path.cwd()
    return folder / name


def _read(path: Path) -> list[tuple[str, Judged]]:
    """A line that a kill cut short is no line."""
    if not path.exists():
        return []
    found = []
    for line in path.read_text("utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
            key, points = entry.pop("key"), Decimal(entry.pop("points"))
            found.append((key, Judged(points=points, **entry)))
        except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation):
            continue
    return found


def _is_cut(path: Path) -> bool:
    written = path.read_bytes()
    return bool(written) and not written.endswith(b"\n")
