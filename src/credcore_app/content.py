"""The content files: read from YAML where people write them, or from the copy that the wheel carries."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from credcore.bank import Bank, bank_of
from credcore.errors import ContentFault
from credcore_app.content_yaml import BadYaml, node_of, value_of
from credcore_app.fault import Fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """A bank with the document it was read from: canonical JSON, the same bytes for the same content."""

    bank: Bank
    document: bytes


def read_content(folder: Path | None) -> Content:
    """The content of ``folder``; without one, of this installation: the wheel's copy, or the checkout's files.

    Raises:
        ContentFault: naming the file or entry, and what is wrong.
        Fault: the wheel's copy is broken.
    """
    if folder is not None:
        return content_of(compile_folder(folder))
    packaged = files("credcore").joinpath("bank.json")
    if packaged.is_file():
        return _packaged(packaged)
    checkout = Path(__file__).resolve().parents[2] / "content"
    if not checkout.is_dir():
        raise ContentFault("content", "this installation carries none; set CREDCORE_CONTENT_DIR to a content folder")
    return content_of(compile_folder(checkout))


def _packaged(file: Traversable) -> Content:
    try:
        return content_of(file.read_bytes())
    except (ContentFault, OSError) as fault:
        raise Fault(f"{file} is broken ({fault}); install this version of credcore again") from None


def content_of(document: bytes) -> Content:
    """Raises ContentFault."""
    return Content(bank=bank_of(document), document=document)


def compile_folder(folder: Path) -> bytes:
    """All files of a content folder as one JSON document. Reads, does not judge: ``read_bank`` does.

    Raises:
        ContentFault: a file is missing or is no YAML; the message names file and line.
    """
    if not os.path.isdir(folder):
        raise ContentFault(str(folder), "there is no such folder; name another with --folder or CREDCORE_CONTENT_DIR")
    document = {name: _read(folder / f"{name}.yaml") for name in ("roles", "interests", "courses", "recommendations")}
    questions = sorted((folder / "questions").glob("*.yaml"))
    document["questions"] = {path.stem: _read(path) for path in questions}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _read(path: Path) -> object:
    try:
        value = value_of(node_of(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ContentFault(str(path), "the file is missing") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise ContentFault(str(path), f"cannot be read as UTF-8 text: {problem}") from None
    except BadYaml as problem:
        raise ContentFault(f"{path}:{problem.line}", str(problem)) from None
    if value is None:
        raise ContentFault(str(path), "the file is empty")
    return value
