"""A YAML file as plain data that remembers the line of every field and list item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from credcore_app.content_check.finding import Finding, Rule, Severity
from credcore_app.content_yaml import PLAIN_TAGS, TAG, BadYaml, node_of, value_of

Step = str | int
Steps = tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """``value`` is None where the file could not be read; ``lines`` gives the line of each field and list item."""

    file: str
    value: object = None
    lines: Mapping[Steps, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A field or an entry of a document."""

    document: Document
    steps: Steps = ()

    def at(self, *steps: Step) -> Place:
        return Place(document=self.document, steps=self.steps + steps)

    @property
    def line(self) -> int:
        """The line of the field's name or the list item's start; of what holds it, where it is missing."""
        steps = self.steps
        while steps and steps not in self.document.lines:
            steps = steps[:-1]
        return self.document.lines.get(steps, 1)

    def finding(self, rule: Rule, message: str, remedy: str, severity: Severity = Severity.ERROR) -> Finding:
        return Finding(
            file=self.document.file, line=self.line, rule=rule, message=message, remedy=remedy, severity=severity
        )


def read_document(folder: Path, file: str) -> tuple[Document, tuple[Finding, ...]]:
    """The file with its lines, and what is wrong with it as YAML; with anything wrong, no value."""
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except FileNotFoundError:
        return _unread(file, 1, "the file is missing", "Add it, or take it from an earlier version.")
    except UnicodeDecodeError as problem:
        return _unread(file, 1, f"cannot be read as UTF-8 text: {problem}", "Save the file as UTF-8.")
    except OSError as problem:
        return _unread(file, 1, f"cannot be read: {problem.strerror}", "Put a file here that may be read.")
    try:
        return _compose(file, text)
    except BadYaml as problem:
        return _unread(file, problem.line, str(problem), "Look at this line and the one above it.")


def _unread(file: str, line: int, message: str, remedy: str) -> tuple[Document, tuple[Finding, ...]]:
    document = Document(file=file, lines={(): line})
    return document, (Place(document=document).finding(Rule.YAML, message, remedy),)


def _compose(file: str, text: str) -> tuple[Document, tuple[Finding, ...]]:
    node = node_of(text)
    if node is None:
        return _unread(file, 1, "the file is empty", "Write the entries, or take the file from an earlier version.")
    nodes = list(_walk(node, ()))
    bare = Document(file=file, lines={(): 1, **{steps: line for steps, line, _ in nodes}})
    wrong = tuple(_complaints(bare, nodes))
    if wrong:
        return bare, wrong
    return Document(file=file, lines=bare.lines, value=value_of(node)), ()


_Located = tuple[Steps, int, str]
"""Steps, line, and what is wrong with the node; empty where nothing is."""


def _walk(node: yaml.Node, steps: Steps) -> Iterator[_Located]:
    if node.tag not in PLAIN_TAGS:
        yield steps, node.start_mark.line + 1, f"{node.tag.removeprefix(TAG)} is no kind of value that content has"
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield (*steps, index), item.start_mark.line + 1, ""
            yield from _walk(item, (*steps, index))
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            yield (*steps, str(key.value)), key.start_mark.line + 1, _complaint_about_key(key, seen)
            seen.add(str(key.value))
            yield from _walk(value, (*steps, str(key.value)))


def _complaint_about_key(key: yaml.Node, seen: set[str]) -> str:
    if key.tag != f"{TAG}str":
        return "a field's name must be text"
    return f"the field {key.value!r} stands twice" if key.value in seen else ""


def _complaints(document: Document, nodes: list[_Located]) -> Iterator[Finding]:
    for _, line, complaint in nodes:
        if complaint:
            yield Finding(
                file=document.file,
                line=line,
                rule=Rule.YAML,
                message=complaint,
                remedy="Use texts, numbers, lists and mappings, and each field once.",
            )
