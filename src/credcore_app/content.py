"""The content files: read from YAML where people write them, or from the copy that the wheel carries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import yaml

from credcore.bank import Bank, read_bank
from credcore.errors import ContentFault


class ContentLoader(yaml.CSafeLoader):
    """YAML without dates: what is written as a date stays text, as it is in the compiled JSON."""


ContentLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """A bank with the document it was read from: canonical JSON, the same bytes for the same content."""

    bank: Bank
    document: bytes


def read_content(folder: Path | None) -> Content:
    """The content of ``folder``; without one, of this installation: the wheel's copy, or the checkout's files.

    Raises:
        ContentFault: naming the file or entry, and what is wrong.
    """
    if folder is not None:
        return content_of(compile_folder(folder))
    packaged = files("credcore").joinpath("bank.json")
    if packaged.is_file():
        return content_of(packaged.read_bytes())
    checkout = Path(__file__).resolve().parents[2] / "content"
    if not checkout.is_dir():
        raise ContentFault("content", "this installation carries none; set CREDCORE_CONTENT_DIR to a content folder")
    return content_of(compile_folder(checkout))


def content_of(document: bytes) -> Content:
    """Raises ContentFault."""
    return Content(bank=read_bank(json.loads(document)), document=document)


def compile_folder(folder: Path) -> bytes:
    """All files of a content folder as one JSON document. Reads, does not judge: ``read_bank`` does.

    Raises:
        ContentFault: a file is missing or is no YAML; the message names file and line.
    """
    if not folder.is_dir():
        raise ContentFault(str(folder), "there is no such folder; set CREDCORE_CONTENT_DIR to one, or unset it")
    document = {name: _read(folder / f"{name}.yaml") for name in ("roles", "interests", "courses", "recommendations")}
    questions = sorted((folder / "questions").glob("*.yaml"))
    document["questions"] = {path.stem: _read(path) for path in questions}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _read(path: Path) -> object:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=ContentLoader)  # noqa: S506 - a safe loader, see above
    except FileNotFoundError:
        raise ContentFault(str(path), "the file is missing") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise ContentFault(str(path), f"cannot be read as UTF-8 text: {problem}") from None
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ContentFault(where, f"is no valid YAML: {getattr(problem, 'problem', problem)}") from None
