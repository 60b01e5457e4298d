"""Sleeps in tests, read from the source alone.

A test that sleeps hopes that something has happened by then: on a loaded machine it has not, on an idle one it is time
lost. To give way (``sleep(0)``) and to ask again until something is so (a sleep in a ``while`` loop) are no such hope.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path


def sleeps(tests: Path, slow_on_purpose: Mapping[str, str]) -> list[str]:
    """Where a test hopes, and which of those that may sleep don't."""
    ours = [path for path in sorted(tests.rglob("*.py")) if "node_modules" not in path.parts]
    found = [f"{path.relative_to(tests)}:{line}" for path in ours for line in _lines(path)]
    hoping = [place for place in found if place.rpartition(":")[0] not in slow_on_purpose]
    files = {place.rpartition(":")[0] for place in found}
    return hoping + [f"{name}: sleeps no more" for name in slow_on_purpose if name not in files]


def _lines(path: Path) -> Iterator[int]:
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    asked_again = {id(node) for loop in ast.walk(tree) if isinstance(loop, ast.While) for node in ast.walk(loop)}
    for node in ast.walk(tree):
        match node:
            case ast.Call(args=[ast.Constant(value=0), *_]):
                continue
            case ast.Call(func=ast.Name(id="sleep") | ast.Attribute(attr="sleep")) if id(node) not in asked_again:
                yield node.lineno
