"""The commands. Each one's module is imported when it is called, so that help is there at once."""

from __future__ import annotations

import importlib

import click

COMMANDS = {
    "serve": "Run the server until Ctrl-C.",
    "worker": "Grade essays without serving anybody.",
    "demo": "Take a whole assessment and show its profile.",
    "migrate": "Bring the database schema up to date.",
    "content": "Check, count or publish questions and courses.",
    "budget": "Show what AI grading has cost this month.",
    "grade": "Explain a grade, or compute it again.",
    "eval": "Measure graders against people, themselves, and attacks.",
    "user": "Make accounts, give roles, let people back in.",
    "keys": "Replace the key that signs access tokens.",
    "audit": "Show what was done with people's accounts.",
    "erasures": "Keep the erased erased when a backup is restored.",
    "partner": "Let partner platforms in.",
    "openapi": "Print the description of the API.",
    "settings": "List all settings with their values.",
}


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"credcore_app.commands.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as unknown:
            import difflib

            closest = difflib.get_close_matches(args[0], COMMANDS, n=1)
            if not closest:
                raise
            raise click.UsageError(f"{unknown.message} Did you mean {closest[0]!r}?", ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _say_version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        # Takes as long as all the rest of showing help.
        from importlib.metadata import version

        click.echo(f"credcore {version('credcore')}")
        ctx.exit()


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_say_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """Skills assessments whose grades can be defended.

    \b
    Try it:            credcore demo
    Run it for good:   credcore serve
    """
