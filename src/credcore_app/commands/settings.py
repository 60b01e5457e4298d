"""``credcore settings``."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from credcore_app import console
from credcore_app.environment import Loaded
from credcore_app.settings import ABOUT, SPANS, About
from credcore_app.settings_document import as_text, document, plain


@click.command(epilog="Example: credcore settings --json")
@console.as_json
@click.option("--markdown", is_flag=True, help="Print docs/settings.md: variables, defaults and descriptions.")
def command(as_json: bool, markdown: bool) -> None:
    """List all settings: value, where it comes from, and what it is for. Secrets are not shown."""
    if markdown:
        click.echo(document(), nl=False)
        return
    listed = tuple(_listed(console.loaded()))
    if as_json:
        console.print_json([_entry(about, value, source) for about, value, source in listed])
        return
    for about, value, source in listed:
        click.echo(f"{click.style(about.variable, bold=True)} = {_shown(about, value)}  [{source}]")
        click.echo(f"    {about.description}")


def _listed(loaded: Loaded) -> Iterator[tuple[About, object, str]]:
    """Each with its value and where that comes from."""
    for name, about in ABOUT.items():
        yield about, getattr(loaded.settings, name), loaded.sources[name]
    exporter = os.environ.get(SPANS.variable) or None
    yield SPANS, exporter, "environment" if exporter else "default"


def _entry(about: About, value: object, source: str) -> dict[str, object]:
    return {
        "variable": about.variable,
        "value": None if about.secret else plain(value),
        "set": source != "default",
        "source": source,
        "secret": about.secret,
        "description": about.description,
        "unset": about.unset or None,
    }


def _shown(about: About, value: object) -> str:
    if value is None or value == ():
        return f"({about.unset})"
    return "(set, not shown)" if about.secret else as_text(value)
