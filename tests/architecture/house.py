"""Who may import whom, read from the source alone: nothing is imported to find out.

A package or a core module that stands in no table here is a violation by itself, so that nothing grows beside the
house unnoticed.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CORE = "credcore"
ROOT = "credcore_app"
ADAPTERS = frozenset({"credcore_http", "credcore_pg", "credcore_openai"})
PACKAGES = frozenset({CORE, ROOT}) | ADAPTERS

RULES = frozenset({
    "text", "ids", "errors", "rights", "questions", "fields", "content_reader", "catalogue", "bank", "blueprint",
    "assessment", "responses", "grading", "scoring", "feedback", "judged_answers", "profile", "recommendation",
    "accounts", "breaker", "budget", "partners", "rate_limits", "sharing", "passwords", "second_factor", "consent",
    "audit", "erasures",
})  # fmt: skip
CORE_LAYERS = {
    **dict.fromkeys(RULES, "rules"),
    "offline": "offline",
    "offline_grader": "grader",
    "defence": "defence",
    "ports": "ports",
    "access_ports": "ports",
    "grading_ports": "ports",
    "account_ports": "ports",
    "assessment_ports": "ports",
    "sign_in_ports": "ports",
    "services": "services",
    "memory": "memory",
    "": "package",
}
SEES = {
    "rules": {"rules"},
    "offline": {"offline"},
    "grader": {"rules", "offline", "grader"},
    "defence": {"rules", "offline", "defence"},
    "ports": {"rules", "ports"},
    "services": {"rules", "ports", "services"},
    "memory": {"rules", "ports", "memory"},
    "package": set(CORE_LAYERS.values()),
}
"""What each layer of the core may import of the core: services never see an adapter, rules see nothing but rules."""

WORLD = frozenset({
    "asyncio", "concurrent", "logging", "os", "pathlib", "secrets", "shutil", "signal", "socket", "subprocess",
    "tempfile", "threading", "time",
})  # fmt: skip
"""Standard modules through which clock, chance, files, processes and network come in: not for rules."""
PURE_LAYERS = {"rules", "offline", "grader", "defence"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """One import statement's target. ``module`` is dotted, as far as the statement itself says."""

    path: Path
    line: int
    module: str

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]


def violations(src: Path) -> list[str]:
    """What breaks the rule under ``src``, one sentence each, in the order of the files."""
    found = [f"{entry.name}: is no known package" for entry in sorted(src.iterdir()) if not _known(entry)]
    for path in sorted(src.rglob("*.py")):
        parts = path.relative_to(src).with_suffix("").parts
        if parts[0] not in PACKAGES:
            continue
        home = parts[0] if len(parts) > 1 else ""
        layer = _layer(parts) if home == CORE else None
        if home == CORE and layer is None:
            found.append(f"{path.relative_to(src)}: belongs to no layer of the core")
            continue
        for imported in imports_of(path):
            if complaint := _complaint(home, layer, imported):
                found.append(f"{path.relative_to(src)}:{imported.line}: {complaint}")
    return found


def imports_of(path: Path) -> Iterator[Import]:
    """Every import of a file, wherever it stands: one inside a function, or for type checkers alone, binds as much."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        match node:
            case ast.Import():
                for alias in node.names:
                    yield Import(path=path, line=node.lineno, module=alias.name)
            case ast.ImportFrom(level=0, module=str(module)):
                # `from credcore import bank` may name modules among its names, `from credcore.bank import` does not.
                whole = [module] if "." in module else [f"{module}.{alias.name}" for alias in node.names]
                for name in whole:
                    yield Import(path=path, line=node.lineno, module=name)
            case ast.ImportFrom():
                yield Import(path=path, line=node.lineno, module="." * node.level)
            case ast.Call(args=[ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(id="__name__")), *_])]):
                continue  # `import_module(f"{__name__}.{name}")` reaches a package's own modules only
            case ast.Call(func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module")):
                yield Import(path=path, line=node.lineno, module="?")


def _known(entry: Path) -> bool:
    return entry.name == "__pycache__" or entry.name.endswith((".egg-info", ".pyc")) or entry.name in PACKAGES


def _layer(parts: tuple[str, ...]) -> str | None:
    """``credcore/services/accounts.py`` is of the services, ``credcore/bank.py`` of the rules."""
    return CORE_LAYERS.get("" if parts[1] == "__init__" else parts[1])


def _complaint(home: str, layer: str | None, imported: Import) -> str | None:
    if not imported.package:
        return "relative imports hide what is imported"
    if imported.module == "?":  # the root may load what its settings name
        return None if home == ROOT else "an import by name can't be checked"
    if home == CORE:
        return _complaint_of_core(layer, imported)
    if imported.package in PACKAGES - {CORE, home} and home != ROOT:
        return f"{home} must not import {imported.package}"
    return None


def _complaint_of_core(layer: str | None, imported: Import) -> str | None:
    if imported.package == CORE:
        return _complaint_of_layer(layer, imported)
    if imported.package not in sys.stdlib_module_names:
        return f"the core must not import {imported.package}"
    if layer in PURE_LAYERS and imported.package in WORLD:
        return f"{layer} must not import {imported.package}"
    return None


def _complaint_of_layer(layer: str | None, imported: Import) -> str | None:
    segments = imported.module.split(".")
    target = CORE_LAYERS.get(segments[1] if len(segments) > 1 else "")
    if layer is None or target is None:
        return f"{imported.module} belongs to no layer of the core"
    return None if target in SEES[layer] else f"{layer} must not import {target} ({imported.module})"
