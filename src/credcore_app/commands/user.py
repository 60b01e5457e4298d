"""``credcore user``."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from credcore_app import console
from credcore_app.fault import Fault

if TYPE_CHECKING:
    from credcore.accounts import Account


@click.group()
def command() -> None:
    """Make accounts."""


@command.command(
    epilog="Example: pass show credcore | credcore user create --email a.byron@example.org --name 'A. Byron' "
    "--role advisor --password-stdin"
)
@click.option("--email", required=True, help="The address to log in with.")
@click.option("--name", required=True, help="How the person is called.")
@click.option("--role", required=True, type=click.Choice(["student", "advisor", "admin"]), help="What they may do.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input: its first line.")
@console.as_json
def create(email: str, name: str, role: str, password_stdin: bool, as_json: bool) -> None:
    """Make an account. The password is asked for at the terminal, unless it comes with --password-stdin."""
    settings = console.settings()
    password = _password(password_stdin)

    from credcore.errors import EmailTaken, InvalidValue
    from credcore_app.making_users import make_user

    try:
        account = asyncio.run(
            make_user(settings, email=email, name=name, role=role, password=password, progress=console.say)
        )
    except InvalidValue as invalid:
        option = {"/email": "--email", "/name": "--name"}.get(invalid.pointer, "the password")
        raise click.UsageError(f"{option} {invalid.detail}") from None
    except EmailTaken:
        raise Fault(f"{email} has an account already; give another --email") from None
    _show(account, as_json)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().removesuffix("\n")
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask for the password at: give it with --password-stdin")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password


def _show(account: Account, as_json: bool) -> None:
    if as_json:
        console.print_json({"userId": str(account.id), "email": account.email, "role": account.role})
    else:
        click.echo(f"made the {account.role} {account.email}, id {account.id}")
