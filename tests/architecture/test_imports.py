"""The import rule: the core knows itself and the standard library, adapters know the core, one package knows all."""

from __future__ import annotations

from pathlib import Path

import pytest

from architecture.house import PACKAGES, violations

SRC = Path(__file__).parents[2] / "src"


def test_the_house_keeps_the_import_rule() -> None:
    assert violations(SRC) == []


def test_every_package_of_the_house_is_there() -> None:
    assert {entry.name for entry in SRC.iterdir() if (entry / "__init__.py").is_file()} == PACKAGES


def seeded(tmp_path: Path, files: dict[str, str]) -> Path:
    for name, source in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("credcore/bank.py", "import json\nfrom credcore.catalogue import Course\nfrom credcore import errors\n"),
        ("credcore/__init__.py", "from credcore.bank import load_bank\n"),
        ("credcore/__init__.py", "import importlib\nimportlib.import_module(f'{__name__}.{name}')\n"),
        ("credcore/services/grading.py", "import asyncio\nfrom credcore.ports import Grader\n"),
        ("credcore/memory/queue.py", "import asyncio\nfrom credcore.memory.state import Job\n"),
        ("credcore/offline_grader.py", "from credcore import offline\nfrom credcore.grading import Flag\n"),
        ("credcore_pg/store.py", "import asyncpg\nimport credcore\nfrom credcore_pg.rows import account\n"),
        ("credcore_app/worker.py", "import importlib\nimportlib.import_module(target)\n"),
        ("credcore_app/main.py", "import credcore_http, credcore_pg.store\nfrom credcore_openai import client\n"),
    ],
)
def test_what_the_rule_allows_is_no_violation(tmp_path: Path, file: str, source: str) -> None:
    assert violations(seeded(tmp_path, {file: source})) == []


@pytest.mark.parametrize(
    ("file", "source", "complaint"),
    [
        ("credcore/bank.py", "import yaml\n", "the core must not import yaml"),
        ("credcore/bank.py", "import credcore_pg\n", "the core must not import credcore_pg"),
        ("credcore/bank.py", "def late():\n    import msgspec\n", "the core must not import msgspec"),
        ("credcore/bank.py", "if TYPE_CHECKING:\n    from asyncpg import Pool\n", "the core must not import asyncpg"),
        ("credcore/bank.py", "from importlib import import_module\nimport_module('yaml')\n", "an import by name"),
        ("credcore/bank.py", "__import__('yaml')\n", "an import by name"),
        ("credcore/bank.py", "importlib.import_module(f'{name}.x')\n", "an import by name"),
        ("credcore_pg/x.py", "importlib.import_module('credcore_http')\n", "an import by name"),
        ("credcore/bank.py", "from . import errors\n", "relative imports"),
        ("credcore/bank.py", "from credcore.ports import Grader\n", "rules must not import ports"),
        ("credcore/bank.py", "from credcore import services\n", "rules must not import services"),
        ("credcore/bank.py", "from credcore.memory.state import Job\n", "rules must not import memory"),
        ("credcore/bank.py", "import credcore\n", "rules must not import package"),
        ("credcore/blueprint.py", "import secrets\n", "rules must not import secrets"),
        ("credcore/scoring.py", "from asyncio import Event\n", "rules must not import asyncio"),
        ("credcore/offline/grader.py", "from credcore.grading import Flag\n", "offline must not import rules"),
        ("credcore/offline/text.py", "import pathlib\n", "offline must not import pathlib"),
        ("credcore/ports.py", "from credcore.services.grading import QueuePolicy\n", "ports must not import services"),
        ("credcore/services/x.py", "from credcore.memory import MemoryQueue\n", "services must not import memory"),
        ("credcore/services/x.py", "from credcore.offline_grader import O\n", "services must not import grader"),
        ("credcore/memory/x.py", "from credcore.services.grading import Q\n", "memory must not import services"),
        ("credcore/managers.py", "import json\n", "belongs to no layer of the core"),
        ("credcore/bank.py", "from credcore.managers import M\n", "credcore.managers belongs to no layer"),
        ("credcore_http/x.py", "from credcore_pg.store import Store\n", "credcore_http must not import credcore_pg"),
        ("credcore_pg/x.py", "import credcore_openai.client\n", "credcore_pg must not import credcore_openai"),
        ("credcore_openai/x.py", "import credcore_app\n", "credcore_openai must not import credcore_app"),
        ("credcore_http/x.py", "import json, credcore_app.main\n", "credcore_http must not import credcore_app"),
        ("credcore_mail/x.py", "import json\n", "credcore_mail: is no known package"),
        ("helpers.py", "import json\n", "helpers.py: is no known package"),
    ],
)
def test_what_the_rule_forbids_is_named(tmp_path: Path, file: str, source: str, complaint: str) -> None:
    [found] = violations(seeded(tmp_path, {file: source}))
    assert complaint in found
