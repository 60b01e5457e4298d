"""The ``.env`` file of a development folder: lines of ``NAME=value``, as shells and Docker write them."""

from __future__ import annotations

import re
from pathlib import Path

from credcore_app.fault import Fault

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_QUOTED = re.compile(r"""(["'])(.*)\1\s*(?:#.*)?""")
_COMMENT = re.compile(r"\s+#.*")


class BadLine(Fault):
    """``str()`` names file and line. It never repeats the line: there may be a secret in it."""


def read(file: Path) -> dict[str, str]:
    """What the file sets; nothing where there is none. Values are taken as they are: nothing is expanded.

    Raises:
        BadLine: a line that is neither empty, a comment, nor a setting, or a file that is no UTF-8 text.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as problem:
        raise BadLine(f"{file} cannot be read as UTF-8 text ({type(problem).__name__}); correct or remove it") from None
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise BadLine(f"{file}, line {number} is not of the form NAME=value; correct or remove it")
        found[match[1]] = _value(match[2])
    return found


def _value(written: str) -> str:
    quoted = _QUOTED.fullmatch(written)
    return quoted[2] if quoted else _COMMENT.sub("", written).strip()
