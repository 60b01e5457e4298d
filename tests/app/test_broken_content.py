"""Content that is broken, in whichever way, is one line that names the file and the place, and no more."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from credcore.bank import bank_of
from credcore.errors import ContentFault
from credcore_app.content import compile_folder, read_content
from credcore_app.content_check.located import read_document
from credcore_app.explain import explain
from credcore_app.fault import Fault
from samples import bank_document

CONTENT = Path(__file__).parents[2] / "content"
HALF_A_PAIR = chr(0xD800)

# Every line ten times the one before: a billion entries, were they written out.
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
BROKEN = {
    "empty": (b"", ": the file is empty"),
    "null": (b"null\n", ": the file is empty"),
    "no UTF-8": (b"\xff\xfe", ": cannot be read as UTF-8 text"),
    "a NUL": (b'roles: "\0"', ":1: is no valid YAML"),
    "a tab": (b"- role: x\n\ttitle: y\n", ":2: is indented with a tab: use spaces"),
    "a bomb": (BOMB.encode(), ":5: grows to more than 100000 entries"),
    "a cycle": (b"- &a [*a]\n", ":1: is nested deeper than 32 levels, or holds itself"),
    "an unknown alias": (b"- *nobody\n", ":1: is no valid YAML: found undefined alias"),
    "a deep nest": (b"\n" + b"[" * 500 + b"]" * 500, ":2: is nested deeper than 32 levels"),
    "a nest without end": (b"[" * 50_000, ":1: is nested deeper than 32 levels"),
    "a very deep nest": (b"[" * 20_000 + b"]" * 20_000, ":1: is nested deeper than 32 levels"),
    "an object": (b'!!python/object/apply:os.system ["true"]', ":1: python/object/apply:os.system is no kind of value"),
    "bytes": (b"- role: !!binary aGVsbG8=\n", ":1: binary is no kind of value"),
    "a word for a number": (b"- role: !!int many\n", ":1: 'many' is no value that content can have"),
    "a list for a name": (b"- ? [a, b]\n  : c\n", ":1: found unhashable key"),
    "two documents": (b"a: 1\n---\nb: 2\n", ":2: is no valid YAML"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(CONTENT, tmp_path_factory.mktemp("content") / "content"))


@pytest.mark.parametrize(("written", "said"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_no_content_is_named_with_the_line(folder: Path, written: bytes, said: str) -> None:
    file = folder / "roles.yaml"
    file.write_bytes(written)
    with pytest.raises(ContentFault) as fault:
        compile_folder(folder)
    line = explain(fault.value)
    assert line is not None
    assert line.startswith(f"{file}{said}")
    assert len(line) < 1000
    _, findings = read_document(folder, "roles.yaml")
    assert findings or written == b"null\n"


@pytest.mark.parametrize("document", [b"", b"{", b'{"roles": [', b"\xff", b"[" * 100_000, b"9" * 5000, b"null", b"5"])
def test_a_document_that_is_no_bank_is_a_fault_of_content(document: bytes) -> None:
    with pytest.raises(ContentFault):
        bank_of(document)


def spoiled(change: Callable[[dict[str, object]], None]) -> bytes:
    document = bank_document()
    change(document["roles"][0])
    return json.dumps(document).encode()


@pytest.mark.parametrize("text", ["a\0b", HALF_A_PAIR])
def test_a_text_that_no_database_keeps_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(ContentFault, match="title: holds a character that cannot be stored"):
        bank_of(spoiled(lambda role: role.update(title=text)))


@pytest.mark.parametrize("hours", [float("nan"), float("inf"), 0, -1])
def test_hours_without_an_end_are_refused_with_their_place(hours: float) -> None:
    document = bank_document()
    document["courses"][0]["effort_hours"] = hours
    with pytest.raises(ContentFault, match="effort_hours must be more than 0"):
        bank_of(json.dumps(document).encode())


@pytest.mark.parametrize("document", [b"", b'{"roles": [', b"{}"])
def test_a_broken_bank_of_an_installation_is_named_with_what_helps(
    document: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bank.json").write_bytes(document)
    monkeypatch.setattr("credcore_app.content.files", lambda package: tmp_path)
    with pytest.raises(Fault) as fault:
        read_content(None)
    assert str(fault.value).startswith(f"{tmp_path / 'bank.json'} is broken (")
    assert str(fault.value).endswith("; install this version of credcore again")
