"""What all commands share: their settings, what they say on stderr, and how they print JSON."""

from __future__ import annotations

import json

import click

from credcore_app.environment import Loaded, of_this_process
from credcore_app.settings import Settings


def loaded() -> Loaded:
    """The settings with their sources; warnings are said at once. Raises Fault."""
    found = of_this_process()
    for warning in found.warnings:
        say(f"warning: {warning}")
    return found


def settings() -> Settings:
    return loaded().settings


def say(line: str) -> None:
    """To whoever runs the command, never to what reads its output."""
    click.echo(f"credcore: {line}", err=True)


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
