"""``credcore audit``."""

from __future__ import annotations

import shutil
import textwrap
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from credcore_app import console

if TYPE_CHECKING:
    from credcore.audit import AuditEntry
    from credcore.services.administration import Trail

GONE = "somebody whose account is gone"
WIDEST = 100


@click.command(epilog="Example: credcore audit --since 2026-11-01 --limit 200 --json")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"]),
    metavar="TIME",
    help="Only what was done from then on: 2026-11-01 or 2026-11-01T09:30, in UTC.",
)
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Most entries to show.")
@console.as_json
def command(since: datetime | None, limit: int, as_json: bool) -> None:
    """Show what administrators and the operator did with accounts, partners and keys, newest first.

    Each entry says what was done, to whom, by whom and from where. Looking leaves an entry, too.
    """
    settings = console.settings()

    from credcore_app.user_office import user_office

    async def work() -> Trail:
        async with user_office(settings, console.say) as office:
            return await office.trail(limit=limit, since=since.replace(tzinfo=UTC) if since else None)

    trail = console.run(work())
    if as_json:
        console.print_json({"items": [_as_json(entry, trail) for entry in trail.entries], "more": trail.more})
        return
    width = min(shutil.get_terminal_size().columns, WIDEST)
    for entry in trail.entries:
        click.echo("\n".join(_lines(entry, trail, width)))
    if trail.more:
        console.say("there are older entries; show more with --limit")


def _lines(entry: AuditEntry, trail: Trail, width: int) -> list[str]:
    detail = f": {entry.detail}" if entry.detail else ""
    done = f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}  {entry.deed}{detail}"
    lines = textwrap.wrap(done, width, subsequent_indent=" " * 8)
    if entry.subject_id is not None:
        lines += _part("to", _named(entry.subject_id, trail), width)
    actor = "the operator" if entry.by_operator else _named(entry.actor_id, trail)
    return lines + _part("by", f"{actor}{f', from {entry.address}' if entry.address else ''}", width)


def _part(word: str, text: str, width: int) -> list[str]:
    """Nothing is left out, however long an address is."""
    lines = textwrap.wrap(text, max(width - 8, 20), break_on_hyphens=False)
    return [f"    {word if place == 0 else '':<4}{line}" for place, line in enumerate(lines)]


def _named(id: UUID | None, trail: Trail) -> str:
    return GONE if id is None else trail.emails.get(id, str(id))


def _as_json(entry: AuditEntry, trail: Trail) -> dict[str, object]:
    return {
        "entryId": str(entry.id),
        "at": entry.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "deed": entry.deed.value,
        "detail": entry.detail,
        "byOperator": entry.by_operator,
        **_person("actor", entry.actor_id, trail),
        "address": entry.address,
        **_person("subject", entry.subject_id, trail),
    }


def _person(part: str, id: UUID | None, trail: Trail) -> dict[str, object]:
    return {f"{part}Id": None if id is None else str(id), f"{part}Email": None if id is None else trail.emails.get(id)}
