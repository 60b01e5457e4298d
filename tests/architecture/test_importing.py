"""Importing anything does nothing: no file, no environment variable, no thread, no process, no socket."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SRC = HERE.parents[1] / "src"


def effects_of_importing(src: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", str(HERE / "importing.py"), str(src)],
        capture_output=True,
        text=True,
        timeout=120,
        env={"PATH": os.environ["PATH"]},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_importing_any_module_of_the_house_does_nothing() -> None:
    assert effects_of_importing(SRC) == []


@pytest.mark.parametrize(
    ("source", "effect"),
    [
        ("open('/dev/null', 'w')", "open ('/dev/null', 'w'"),
        ("from pathlib import Path\nPath(__file__).with_name('x.json').touch()", "open ("),
        ("from pathlib import Path\nPath('/etc/hostname').read_text()", "open ('/etc/hostname'"),
        ("import os\nos.environ.get('HOME')", "environment variable HOME"),
        ("import os\nos.getenv('HOME')", "environment variable HOME"),
        ("import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()", "thread Thread-"),
        ("import socket\nsocket.socket()", "socket.__new__"),
        ("import subprocess\nsubprocess.run(['true'])", "subprocess.Popen"),
        ("import tempfile\ntempfile.mkdtemp()", "tempfile.mkdtemp"),
    ],
)
def test_what_a_module_does_when_imported_is_seen(tmp_path: Path, source: str, effect: str) -> None:
    package = tmp_path / "credcore_app"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "eager.py").write_text(source, encoding="utf-8")
    assert any(effect in line for line in effects_of_importing(tmp_path))
