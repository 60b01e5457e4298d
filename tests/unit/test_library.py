"""credcore as a plugin takes it: ``import credcore``, and every module is there when it is named."""

from __future__ import annotations

import contextlib
import io
import pkgutil
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from types import ModuleType

import pytest

import credcore
import credcore.services
from credcore.bank import bank_of
from samples import bank_bytes

ROOT = Path(__file__).parents[2]


def said_by(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("package", ["credcore", "credcore.services"])
def test_every_module_can_be_reached_from_its_package(package: str) -> None:
    folder = credcore.__path__ if package == "credcore" else credcore.services.__path__
    for module in pkgutil.iter_modules(folder):
        name = f"{package}.{module.name}"
        assert said_by(f"import credcore; print({name}.__name__)") == name


@pytest.mark.parametrize("package", [credcore, credcore.services])
def test_every_module_is_found_by_looking(package: ModuleType) -> None:
    assert {module.name for module in pkgutil.iter_modules(package.__path__)} <= set(dir(package))


def test_importing_the_package_imports_no_module_of_it() -> None:
    loaded = "import credcore, sys; print([name for name in sys.modules if name.startswith('credcore.')])"
    assert said_by(loaded) == "[]"


def test_what_is_no_module_is_an_attribute_error() -> None:
    assert not hasattr(credcore, "nonsense")
    assert not hasattr(credcore.services, "nonsense")
    with pytest.raises(ImportError):
        from credcore import nonsense  # type: ignore[attr-defined]  # noqa: F401 - the point


@pytest.mark.parametrize("module", ["credcore.erasures", "credcore.services.attempts"])
def test_a_module_whose_own_import_fails_says_what_is_missing(module: str) -> None:
    tried = f"import credcore, sys; sys.modules['hmac'] = None\ntry: {module}\nexcept ImportError as e: print(e.name)"
    assert said_by(tried) == "hmac"


def example() -> str:
    found = re.search(r"```python\n( *import credcore\n.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    return textwrap.dedent(found[1])


def test_the_example_in_the_readme_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout carries no compiled bank; the wheel is tried with its own by ``nox -s wheel``."""
    monkeypatch.setattr(credcore.bank, "load_bank", lambda: bank_of(bank_bytes()))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(example(), {})
    assert re.match(r"(9|10)(\.\d)? of 10: \S", printed.getvalue())
