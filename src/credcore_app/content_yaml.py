"""YAML as content may be written: texts, numbers, lists and mappings, and nothing that grows when it is read."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

TAG = "tag:yaml.org,2002:"
PLAIN_TAGS = frozenset(TAG + name for name in ("map", "seq", "str", "int", "float", "bool", "null"))
"""What JSON can hold too. Dates are text here; sets, bytes and merge keys have no place in content."""
DEEPEST = 32
MOST = 100_000
"""The deepest content has eight levels, the longest file 12,000 nodes."""
_TOO_DEEP = f"is nested deeper than {DEEPEST} levels, or holds itself"


class ContentLoader(yaml.CSafeLoader):
    """YAML without dates: what is written as a date stays text, as it is in the compiled JSON."""


ContentLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


class BadYaml(Exception):
    """``str()`` says what is wrong, ``line`` where, from 1."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        super().__init__(" ".join(what.split()))


def node_of(text: str) -> yaml.Node | None:
    """The document's node; None where it is empty. Raises BadYaml."""
    try:
        # First, since the library crashes the process where a node is nested some ten thousand levels deep.
        _require_flat(text)
        loader = ContentLoader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(problem, "problem", None) or str(problem)
        raise BadYaml(line, _tab(text, line) or f"is no valid YAML: {what}") from None
    if node is not None:
        _extent(node, 1, {})
    return node


def _require_flat(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=ContentLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise BadYaml(_line(event), _TOO_DEEP)


def _extent(node: yaml.Node, depth: int, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """How many nodes it is, and how many levels, with every alias (*) counted as what it stands for."""
    count, height = known.get(id(node), (1, 1))
    if id(node) not in known:
        for inner in _inside(node) if depth <= DEEPEST else ():
            inner_count, inner_height = _extent(inner, depth + 1, known)
            count, height = count + inner_count, max(height, inner_height + 1)
        known[id(node)] = count, height
    if depth + height > DEEPEST + 1:
        raise BadYaml(_line(node), _TOO_DEEP)
    if count > MOST:
        raise BadYaml(_line(node), f"grows to more than {MOST} entries where its aliases (*) are written out")
    return count, height


def _inside(node: yaml.Node) -> list[yaml.Node]:
    match node:
        case yaml.SequenceNode():
            return list(node.value)
        case yaml.MappingNode():
            return [part for pair in node.value for part in pair]
        case _:
            return []


def value_of(node: yaml.Node | None) -> object:
    """Its plain data. Raises BadYaml for a value that JSON does not have, or that is not what its tag says."""
    for inner in _nodes(node):
        if inner.tag not in PLAIN_TAGS:
            raise BadYaml(_line(inner), f"{inner.tag.removeprefix(TAG)} is no kind of value that content has")
        if isinstance(inner, yaml.ScalarNode) and not _is_what_it_says(inner):
            raise BadYaml(_line(inner), f"{inner.value[:40]!r} is no value that content can have")
    return _constructed(node) if node is not None else None


def _constructed(node: yaml.Node) -> object:
    constructor = yaml.constructor.SafeConstructor()
    try:
        return constructor.construct_document(node)
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        raise BadYaml(mark.line + 1 if mark else _line(node), str(getattr(problem, "problem", problem))) from None


def _is_what_it_says(node: yaml.ScalarNode) -> bool:
    if node.tag == f"{TAG}str":
        return True
    # The library leaves what `!!int word` raises to chance.
    try:
        yaml.constructor.SafeConstructor().construct_object(node)
    except (ValueError, LookupError, TypeError, AttributeError, yaml.YAMLError):
        return False
    return True


def _nodes(root: yaml.Node | None) -> Iterator[yaml.Node]:
    rest = [root] if root is not None else []
    while rest:
        node = rest.pop()
        yield node
        rest += _inside(node)


def _line(of: yaml.Node | yaml.Event) -> int:
    return of.start_mark.line + 1 if of.start_mark else 1


def _tab(text: str, line: int) -> str | None:
    lines = text.split("\n")
    written = lines[line - 1] if line <= len(lines) else ""
    indent = written[: len(written) - len(written.lstrip())]
    return "is indented with a tab: use spaces" if "\t" in indent else None
