"""SQL that data was written into, read from the source alone.

A statement may be put together from constants (upper-case names); whatever else is put into one is taken for data.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

STATEMENT = re.compile(
    r"\s*(select\s.+\sfrom\s|insert\s+into\s|update\s+[^:]+?\sset\s|delete\s+from\s|with\s.+\sas\s*\(|listen\s|notify\s)",
    re.IGNORECASE | re.DOTALL,
)


def sql_with_data(src: Path) -> list[str]:
    return [
        f"{path.relative_to(src)}:{line}: data in SQL"
        for path in sorted(src.rglob("*.py"))
        for line in _lines(ast.parse(path.read_text(encoding="utf-8")))
    ]


def _lines(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr() if _is_sql(_with_holes(node)):
                if not all(_is_constant(part.value) for part in node.values if isinstance(part, ast.FormattedValue)):
                    yield node.lineno
            case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod()) if _is_sql(text):
                yield node.lineno
            case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Add(), right=right) if _is_sql(text):
                if not _is_constant(right):
                    yield node.lineno
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")) if _is_sql(text):
                yield node.lineno


def _is_sql(text: str) -> bool:
    return STATEMENT.match(text) is not None


def _with_holes(node: ast.JoinedStr) -> str:
    return "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)


def _is_constant(node: ast.expr) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.isupper()
    return False
