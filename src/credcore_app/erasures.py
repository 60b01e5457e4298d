"""The ledger of erasures as a file, and what an operator does with it around backups and restores."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

import msgspec

from credcore.erasures import Erasure, Ledger, OtherKey, ledger_key
from credcore.memory import RandomIds
from credcore.services.erasures import Applied, Erasures
from credcore_app.account_wiring import server_key
from credcore_app.database import Progress, ready_database, stores_at
from credcore_app.fault import Fault
from credcore_app.settings import Settings
from credcore_app.user_office import operator

FORMAT = "credcore-erasures-1"


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    mark: str
    erased_at: datetime


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    format: str
    key_check: str
    erasures: tuple[_Entry, ...]


async def export(settings: Settings, file: Path, progress: Progress) -> int:
    """Writes the ledger, and what the file knew before; how many entries it has now. Raises Fault."""
    known = _known(file)
    async with _erasures(settings, file, progress) as erasures:
        ledger = await erasures.ledger(known)
    write(file, ledger)
    return len(ledger.erasures)


def _known(file: Path) -> Ledger | None:
    return read(file) if file.exists() else None


async def apply(settings: Settings, file: Path, progress: Progress) -> Applied:
    """Raises Fault."""
    ledger = read(file)
    async with _erasures(settings, file, progress) as erasures:
        return await erasures.apply(operator(), ledger)


def read(file: Path) -> Ledger:
    """Raises Fault for what is no ledger."""
    try:
        written = msgspec.json.decode(file.read_bytes(), type=_File)
        if written.format != FORMAT:
            raise Fault(f"{file} is in the format {written.format[:40]!r}; this version reads {FORMAT}")
        entries = tuple(_erasure(entry) for entry in written.erasures)
        return Ledger(key_check=bytes.fromhex(written.key_check), erasures=entries)
    except OSError as problem:
        raise Fault(f"{file} cannot be read: {problem.strerror}") from None
    except ValueError:  # msgspec's own errors are some, too
        raise Fault(f"{file} is no ledger of erasures, or not a whole one") from None


def write(file: Path, ledger: Ledger) -> None:
    """All at once, so that a copy is never half of one. Raises Fault."""
    written = _File(
        format=FORMAT,
        key_check=ledger.key_check.hex(),
        erasures=tuple(_Entry(mark=each.mark.hex(), erased_at=each.erased_at) for each in ledger.erasures),
    )
    try:
        # The module makes it readable by its owner alone.
        with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as fresh:
            fresh.write(msgspec.json.format(msgspec.json.encode(written), indent=1) + b"\n")
            fresh.flush()
            os.fsync(fresh.fileno())
        Path(fresh.name).replace(file)
    except OSError as problem:
        raise Fault(f"{file} cannot be written: {problem.strerror}") from None


def _erasure(entry: _Entry) -> Erasure:
    """Raises ValueError."""
    mark = bytes.fromhex(entry.mark)
    if len(mark) != 32 or entry.erased_at.tzinfo is None:
        raise ValueError("no entry")
    return Erasure(mark=mark, erased_at=entry.erased_at)


@asynccontextmanager
async def _erasures(settings: Settings, file: Path, progress: Progress) -> AsyncIterator[Erasures]:
    async with ready_database(settings, progress) as place, stores_at(settings, place.dsn) as stores:
        key = ledger_key(await server_key(stores))
        try:
            yield Erasures(
                store=stores.erasures, learners=stores.learners, audit=stores.audit, ids=RandomIds(), key=key
            )
        except OtherKey:
            raise Fault(f"{file} is the ledger of another service's database; nothing was done") from None
