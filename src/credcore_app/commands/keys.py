"""``credcore keys``."""

from __future__ import annotations

import click

from credcore_app import console


@click.group(cls=console.Group)
def command() -> None:
    """Replace the key that signs access tokens."""


@command.command(epilog="Example: credcore keys rotate --json")
@console.as_json
def rotate(as_json: bool) -> None:
    """Make a new key. Running servers take it up within seconds; tokens of the old one are good until they expire."""
    settings = console.settings()

    from credcore_app.user_office import rotate_keys

    key = console.run(rotate_keys(settings, console.say))
    if as_json:
        console.print_json({"kid": key.kid, "createdAt": key.created_at.isoformat()})
    else:
        click.echo(f"made the key {key.kid}; servers sign with it from ten seconds on")
