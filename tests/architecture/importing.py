"""Imports every module under a folder and prints what the imports did beside making modules. Run in a new interpreter.

What modules of other people do when imported is not ours to say, so all of those are imported first.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from pathlib import Path
from types import FrameType

from house import imports_of

HARMLESS = frozenset({
    "import", "compile", "exec", "marshal.loads", "marshal.load", "os.listdir", "os.scandir", "sys._getframe",
    "object.__getattr__", "object.__setattr__", "object.__delattr__", "code.__new__", "builtins.id",
})  # fmt: skip
READS = frozenset({"r", "rb", None})


def main(src: Path) -> None:
    modules = sorted(_names(src))
    own = {name.partition(".")[0] for name in modules}
    foreign = {found.module for path in src.rglob("*.py") for found in imports_of(path) if found.package not in own}
    for name in sorted(foreign):
        _import_what_there_is(name)
    sys.path.insert(0, str(src))
    _watch(src)
    for name in modules:
        importlib.import_module(name)
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            print(f"thread {thread.name} was started")


def _names(src: Path) -> set[str]:
    files = (path.relative_to(src).with_suffix("") for path in src.rglob("*.py"))
    return {".".join(file.parts).removesuffix(".__init__") for file in files if file.name != "__main__"}


def _import_what_there_is(name: str) -> None:
    """``datetime.datetime``: the statement's own words may name a module or a thing in one."""
    try:
        importlib.import_module(name)
    except ImportError:
        if "." in name:
            _import_what_there_is(name.rpartition(".")[0])


def _watch(src: Path) -> None:
    def heard(event: str, arguments: tuple[object, ...]) -> None:
        if event in HARMLESS or (event == "open" and _reads_code(arguments)):
            return
        if where := _culprit(sys._getframe(1), src):
            print(f"{where}: {event} {arguments!r:.80}")

    def read(environment: os._Environ[str], key: str) -> str:
        if where := _culprit(sys._getframe(1), src):
            print(f"{where}: environment variable {key}")
        return genuine(environment, key)

    genuine = os._Environ.__getitem__
    os._Environ.__getitem__ = read  # type: ignore[method-assign]  # a spy
    sys.addaudithook(heard)


def _reads_code(arguments: tuple[object, ...]) -> bool:
    path, mode, _ = arguments
    return str(path).endswith((".py", ".pyc", ".so")) and mode in READS


def _culprit(frame: FrameType | None, src: Path) -> str | None:
    """The line of ours that did it: the nearest one on the stack, with only the standard library in between."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(str(src)):
            return f"{Path(file).relative_to(src)}:{frame.f_lineno}"
        if "site-packages" in file or file == __file__:
            return None
        frame = frame.f_back
    return None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
