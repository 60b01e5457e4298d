"""A profile as text: the same facts as the JSON, in the order in which somebody reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import compress

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from credcore_app.demo.client import Json

BAR = 20
WIDEST = 100
ROOM_FOR_BARS, ROOM_FOR_SHARES = 72, 52
"""Columns of the terminal from which on there is room beside the domains' names and scores."""
STYLES = {"low": "red", "mid": "yellow", "high": "green"}
KINDS = {"mcq": "multiple-choice question", "essay": "essay", "interest": "interest question"}


def print_profile(console: Console, profile: Json, role_title: str) -> None:
    """``console`` is narrowed to what reads well; URLs are never broken."""
    console.width = min(console.width, WIDEST)
    console.print(Rule(f"Skill profile: {role_title}", align="left", style="dim"))
    console.print(_figures(profile, console.width, ascii_only=console.options.ascii_only))
    for title, notes in (("Strengths", profile["strengths"]), ("To improve", profile["improvements"])):
        console.print(_heading(title))
        for note in notes:
            console.print(_bullet(note["text"]))
    console.print(_heading("Courses to take next"))
    for place, course in enumerate(profile["recommendations"], 1):
        console.print(_course(place, course))
        console.print(Text(f"     {course['url']}", style="blue"), soft_wrap=True)


def _figures(profile: Json, width: int, *, ascii_only: bool) -> RenderableType:
    table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    wanted = [True, width >= ROOM_FOR_BARS, True, True, width >= ROOM_FOR_SHARES]
    for title, is_wanted in zip(("", "", "score", "weight", "answered"), wanted, strict=True):
        if is_wanted:
            table.add_column(title, justify="right" if title else "left", no_wrap=table.columns != [])
    overall, band = profile["overallScore"], profile["scoreBand"]
    rows: list[tuple[RenderableType, ...]] = [
        (
            Text("Overall", style="bold"),
            _bar(overall, STYLES[band], ascii_only),
            Text(f"{overall:.1f}", style="bold"),
            Text(band, style=STYLES[band]),
            "",
        )
    ]
    rows += [
        (
            Padding(domain["title"], (0, 0, 0, 2)),
            _bar(domain["score"], "cyan", ascii_only),
            f"{domain['score']:.1f}",
            f"{domain['weight']:.0%}",
            f"{domain['answered']} of {domain['total']}",
        )
        for domain in profile["domainBreakdown"]
    ]
    for row in rows:
        table.add_row(*compress(row, wanted))
    confidence = Text.assemble(("Confidence  ", "bold"), f"{profile['confidenceScore']:.2f} of 1. ", _meaning(profile))
    return Group(table, "", confidence)


def _bar(score: float, style: str, ascii_only: bool) -> Text:
    full, empty = ("#", ".") if ascii_only else ("█", "░")
    filled = round(score / 100 * BAR)
    return Text.assemble((full * filled, style), (empty * (BAR - filled), "dim"))


def _meaning(profile: Json) -> str:
    judged = "; ".join(_judges(profile))
    essence = f"Each answer counts by how far its judge agrees with people: {judged}."
    return f"{essence} Some grades are provisional." if profile["provisional"] else essence


def _judges(profile: Json) -> Iterator[str]:
    """``3 multiple-choice questions by their key (1.00)``, for every judge of this profile."""
    graders = [
        (answer["type"], answer["grader"]["name"], answer["grader"]["version"], answer["grader"]["reliability"])
        for answer in profile["answers"]
        if answer["grader"] is not None
    ]
    for (kind, name, version, reliability), count in Counter(graders).items():
        who = "by their key" if name == "key" else f"by the {name} grader, version {version}"
        yield f"{count} {KINDS[kind]}{'s' if count > 1 else ''} {who} ({reliability:.2f})"


def _heading(title: str) -> RenderableType:
    return Padding(Text(title, style="bold"), (1, 0, 0, 0))


def _bullet(text: str) -> RenderableType:
    return _hanging("  -", Text(text))


def _course(place: int, course: Json) -> RenderableType:
    effort = f"{course['estimatedEffortHours']:g} h, {course['format']}, {course['level']}"
    head = Text.assemble((course["title"], "bold"), f", {course['provider']} ({effort})")
    return _hanging(f"  {place}.", Group(head, Text(course["reason"])))


def _hanging(mark: str, body: RenderableType) -> RenderableType:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(mark, body)
    return grid
