"""``credcore migrate``."""

from __future__ import annotations

import click

from credcore_app import console


@click.command(epilog="Example: CREDCORE_DATABASE_URL=postgresql://… credcore migrate")
@console.as_json
def command(as_json: bool) -> None:
    """Bring the database schema up to date. Doing it again, or several at once, does no harm.

    The embedded PostgreSQL is migrated at each start by itself.
    """
    settings = console.settings()

    from credcore_app.database import bring_up_to_date, database_at

    async def migrate() -> list[str]:
        async with database_at(settings, console.say) as place:
            return await bring_up_to_date(settings, place, console.say)

    applied = console.run(migrate())
    if as_json:
        console.print_json({"applied": applied})
        return
    for name in applied:
        click.echo(f"applied {name}")
    if not applied:
        click.echo("the database schema is current")
