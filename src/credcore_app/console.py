"""What all commands share: their settings, what they say on stderr, and how they print JSON."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import Coroutine
from typing import TypeVar

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


Result = TypeVar("Result")


class Group(click.Group):
    """Lists its commands each with the whole first sentence of its help; click would cut it where the line ends."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_sentence(command)) for name, command in sorted(self.commands.items())])


def _first_sentence(command: click.Command) -> str:
    words = " ".join((command.help or "").split())
    end = re.search(r"[.:;](?= |$)", words)
    return f"{words[: end.start()]}." if end else words


def interruptible() -> None:
    """From here on Ctrl-C is an exception, so that what has begun can be undone; until here it ended the process."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def run(work: Coroutine[object, object, Result]) -> Result:
    """``asyncio.run`` for commands."""
    interruptible()
    return asyncio.run(work)


def say(line: str) -> None:
    """To whoever runs the command, never to what reads its output."""
    click.echo(f"credcore: {line}", err=True)


def print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")
