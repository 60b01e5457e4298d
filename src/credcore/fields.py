"""Strict reading of plain data (what JSON or YAML gave) with the standard library alone.

Every complaint names the place, so that whoever wrote the file finds it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from credcore.errors import ContentFault

Value = TypeVar("Value")
_LONE = re.compile("[\ud800-\udfff]")


class Fields:
    """The fields of one mapping; each is taken once, and ``done`` refuses what nobody took."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, Mapping):
            raise ContentFault(where, f"must be a mapping, is {kind(value)}")
        self._rest: dict[str, Any] = dict(value)  # Any: plain data, checked field by field below
        name = self._rest.get("id")
        self.where = f"{where} ({name})" if isinstance(name, str) else where

    def text(self, name: str, default: str | None = None) -> str:
        value = self._take(name, default)
        return plain_text(value, self._at(name))

    def optional_text(self, name: str) -> str | None:
        return None if self._absent(name) else self.text(name)

    def integer(self, name: str, default: int | None = None) -> int:
        value = self._take(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ContentFault(self._at(name), f"must be a whole number, is {kind(value)}")
        return value

    def number(self, name: str) -> Decimal:
        value = self._take(name, None)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ContentFault(self._at(name), f"must be a number, is {kind(value)}")
        return Decimal(str(value))

    def optional_integer(self, name: str) -> int | None:
        return None if self._absent(name) else self.integer(name)

    def parsed(self, name: str, parse: Callable[[str], Value]) -> Value:
        """``parse`` applied to a text field; its ValueError becomes a complaint about the field, and so does 1/0."""
        text = self.text(name)
        try:
            return parse(text)
        except (ValueError, ZeroDivisionError):
            raise ContentFault(self._at(name), f"{text!r} is not a value it can have") from None

    def optional_parsed(self, name: str, parse: Callable[[str], Value]) -> Value | None:
        return None if self._absent(name) else self.parsed(name, parse)

    def each(self, name: str, read: Callable[[object, str], Value], *, optional: bool = False) -> tuple[Value, ...]:
        """``read(entry, where)`` for every entry of a list field."""
        value = self._take(name, [] if optional else None)
        if not isinstance(value, list):
            raise ContentFault(self._at(name), f"must be a list, is {kind(value)}")
        return tuple(read(entry, f"{self.where}, {name}[{index}]") for index, entry in enumerate(value))

    def mapping(self, name: str) -> dict[str, object]:
        value = self._take(name, None)
        if not isinstance(value, Mapping):
            raise ContentFault(self._at(name), f"must be a mapping, is {kind(value)}")
        return dict(value)

    def done(self) -> None:
        if self._rest:
            raise ContentFault(self.where, f"unknown field {sorted(self._rest)[0]!r}")

    def _take(self, name: str, default: object) -> object:
        value = self._rest.pop(name, default)
        if value is None:
            raise ContentFault(self.where, f"field {name!r} is missing")
        return value

    def _absent(self, name: str) -> bool:
        """Whether the field is missing or empty; an empty one is taken then."""
        if self._rest.get(name) is not None:
            return False
        self._rest.pop(name, None)
        return True

    def _at(self, name: str) -> str:
        return f"{self.where}, {name}"


def plain_text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ContentFault(where, f"must be text, is {kind(value)}")
    # Half a surrogate pair is no character, and no database keeps a NUL.
    if "\0" in value or _LONE.search(value):
        raise ContentFault(where, "holds a character that cannot be stored")
    return value


def kind(value: object) -> str:
    names = {
        dict: "a mapping",
        list: "a list",
        str: "text",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return "nothing" if value is None else names.get(type(value), type(value).__name__)
