"""Settings as the environment and a ``.env`` file in the current folder say them, with what is wrong in them."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credcore_app import dotenv
from credcore_app.fault import Fault
from credcore_app.settings import ABOUT, PREFIX, About, Settings


class WrongSetting(Fault):
    """``str()`` is one line that names the variable, what is wrong with its value, and what to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """``sources`` says by field where a value came from: ``environment``, ``.env`` or ``default``."""

    settings: Settings
    sources: Mapping[str, str]
    warnings: tuple[str, ...]


def load(environment: Mapping[str, str], dotenv: Mapping[str, str]) -> Loaded:
    """What both say together; the environment wins. An empty value counts as none.

    Raises:
        WrongSetting: a value that its setting cannot have.
    """
    layers = {"environment": environment, ".env": dotenv}
    values: dict[str, Any] = {}  # Any: each field's own type, which its reader gives
    sources: dict[str, str] = {}
    for name, about in ABOUT.items():
        sources[name], raw, variable = _find(about, layers)
        if raw is not None:
            values[name] = _read(about, raw, variable, sources[name])
    return Loaded(settings=Settings(**values), sources=sources, warnings=_unknown(layers))


def _find(about: About, layers: Mapping[str, Mapping[str, str]]) -> tuple[str, str | None, str]:
    for variable in filter(None, (about.variable, about.also)):
        for source, layer in layers.items():
            if raw := layer.get(variable, "").strip():
                return source, raw, variable
    return "default", None, about.variable


def _read(about: About, raw: str, variable: str, source: str) -> object:
    place = f" in the file {source}" if source == ".env" else ""
    # Escape sequences, a NUL, bytes that are no UTF-8: nothing could be done with them, and printing them does harm.
    if re.search("[\\0-\\x1f\\x7f\\ud800-\\udfff]", raw):
        raise WrongSetting(f"{variable}{place} holds a control character, or is no UTF-8; correct it, or unset it")
    try:
        return about.reader.parse(raw)
    except ValueError:
        raise WrongSetting(f"{variable}{place} must be {about.reader.must_be}; correct it, or unset it") from None


def _unknown(layers: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
    known = {about.variable for about in ABOUT.values()}
    names = sorted({name for layer in layers.values() for name in layer if name.startswith(PREFIX)} - known)
    return tuple(_warning(name, known) for name in names)


def _warning(name: str, known: set[str]) -> str:
    # Without what all have in common, or everything would be close to everything.
    endings = sorted(variable.removeprefix(PREFIX) for variable in known)
    closest = difflib.get_close_matches(name.removeprefix(PREFIX), endings, n=1)
    hint = f"did you mean {PREFIX}{closest[0]}?" if closest else "`credcore settings` lists those there are"
    return f"{name} is no setting and has no effect; {hint}"


def of_this_process() -> Loaded:
    """What this process's environment and the ``.env`` of its folder say. Raises as ``load`` and ``dotenv.read``."""
    return load(os.environ, dotenv.read(Path(".env")))
