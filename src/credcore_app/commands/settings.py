"""``credcore settings``."""

from __future__ import annotations

import click

from credcore_app import console
from credcore_app.environment import Loaded
from credcore_app.settings import ABOUT, About
from credcore_app.settings_document import as_text, document, plain


@click.command(epilog="Example: credcore settings --json")
@console.as_json
@click.option("--markdown", is_flag=True, help="Print docs/settings.md: variables, defaults and descriptions.")
def command(as_json: bool, markdown: bool) -> None:
    """List all settings: value, where it comes from, and what it is for. Secrets are not shown."""
    if markdown:
        click.echo(document(), nl=False)
        return
    loaded = console.loaded()
    if as_json:
        console.print_json([_entry(loaded, name, about) for name, about in ABOUT.items()])
        return
    for name, about in ABOUT.items():
        source = loaded.sources[name]
        click.echo(f"{click.style(about.variable, bold=True)} = {_shown(loaded, name, about)}  [{source}]")
        click.echo(f"    {about.description}")


def _entry(loaded: Loaded, name: str, about: About) -> dict[str, object]:
    value = getattr(loaded.settings, name)
    return {
        "variable": about.variable,
        "value": None if about.secret else plain(value),
        "set": loaded.sources[name] != "default",
        "source": loaded.sources[name],
        "secret": about.secret,
        "description": about.description,
        "unset": about.unset or None,
    }


def _shown(loaded: Loaded, name: str, about: About) -> str:
    value = getattr(loaded.settings, name)
    if value is None or value == ():
        return f"({about.unset})"
    return "(set, not shown)" if about.secret else as_text(value)
