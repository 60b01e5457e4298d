"""A report, never a verdict: modules and functions that have outgrown what a reader holds in mind at once."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

FULL_MODULE = 200
FULL_FUNCTION = 25


def report(src: Path) -> list[str]:
    lines: list[str] = []
    for path in sorted(src.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if (length := len(text.splitlines())) > FULL_MODULE:
            lines.append(f"{length:5} lines  {path.relative_to(src)}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FULL_FUNCTION:
                    lines.append(f"{length:5} lines  {path.relative_to(src)}:{node.lineno} {node.name}")
    return lines


if __name__ == "__main__":
    print(*report(Path(sys.argv[1])), sep="\n")
