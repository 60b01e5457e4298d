"""``credcore openapi``."""

from __future__ import annotations

import click

from credcore_app import console


@click.command(epilog="Example: credcore openapi > openapi.json")
def command() -> None:
    """Print the description of the API: OpenAPI 3.1, as the server gives it at /schema/openapi.json."""
    from credcore_http.app import description

    console.print_json(description())
