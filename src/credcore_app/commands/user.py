"""``credcore user``."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

import click

from credcore_app import console
from credcore_app.fault import Fault

if TYPE_CHECKING:
    from credcore.accounts import Account
    from credcore_app.user_office import UserOffice

Result = TypeVar("Result")
ROLES = ["student", "advisor", "admin"]


@click.group(cls=console.Group)
def command() -> None:
    """Make accounts, give roles, and let people back in."""


@command.command(
    epilog="Example: pass show credcore | credcore user create --email a.byron@example.org --name 'A. Byron' "
    "--role advisor --password-stdin"
)
@click.option("--email", required=True, help="The address to log in with.")
@click.option("--name", required=True, help="How the person is called.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What they may do.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input: its first line.")
@console.as_json
def create(email: str, name: str, role: str, password_stdin: bool, as_json: bool) -> None:
    """Make an account. The password is asked for at the terminal, unless it comes with --password-stdin."""
    console.settings()  # what is wrong with them is said before a password is asked for
    chosen = _password(password_stdin)

    from credcore.accounts import UserRole
    from credcore.errors import EmailTaken

    async def work(office: UserOffice) -> Account:
        return await office.make(email=email, name=name, role=UserRole(role), password=chosen)

    try:
        account = _with_office(work)
    except EmailTaken:
        raise Fault(f"{email} has an account already; give another --email") from None
    _show(account, as_json, "made")


@command.command("list", epilog="Example: credcore user list --json")
@console.as_json
def list_all(as_json: bool) -> None:
    """Show all accounts, newest first."""

    async def work(office: UserOffice) -> list[Account]:
        return await office.all()

    found = _with_office(work)
    if as_json:
        console.print_json({"items": [_as_json(account) for account in found]})
        return
    if not found:
        console.say("nobody has an account yet; `credcore user create` makes one")
    for account in found:
        lacks = "  lacks a second factor" if account.lacks_second_factor else ""
        click.echo(f"{account.id}  {account.role:<7}  {account.email}{lacks}")


@command.command(epilog="Example: credcore user role --email a.byron@example.org --role admin")
@click.option("--email", required=True, help="Whose role it is.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What they may do from now on.")
@console.as_json
def role(email: str, role: str, as_json: bool) -> None:
    """Give somebody another role. Their access tokens end; they stay signed in."""
    from credcore.accounts import UserRole

    async def work(office: UserOffice) -> Account:
        return await office.set_role(email, UserRole(role))

    _show(_with_office(work, email), as_json, "now")


@command.command(epilog="Example: credcore user reset --email a.byron@example.org")
@click.option("--email", required=True, help="Who has forgotten their password.")
def reset(email: str) -> None:
    """Let somebody choose a new password: prints the message for them, good once and for an hour."""

    async def work(office: UserOffice) -> None:
        await office.send_reset(email)

    _with_office(work, email)


@command.command("second-factor-off", epilog="Example: credcore user second-factor-off --email a.byron@example.org")
@click.option("--email", required=True, help="Who has lost their device and their recovery codes.")
@console.as_json
def second_factor_off(email: str, as_json: bool) -> None:
    """Take somebody's second factor off, once you are sure who asks. Where it may be a thief's, reset the password,
    too: that ends all sign-ins.
    """

    async def work(office: UserOffice) -> Account:
        return await office.remove_second_factor(email)

    _show(_with_office(work, email), as_json, "no second factor any more for")


def _with_office(work: Callable[[UserOffice], Awaitable[Result]], email: str | None = None) -> Result:
    """``email``: whose account it is about, if anybody's in particular."""
    settings = console.settings()

    from credcore.errors import InvalidValue, NotFound
    from credcore_app.user_office import user_office

    async def run() -> Result:
        async with user_office(settings, console.say) as office:
            return await work(office)

    try:
        return console.run(run())
    except InvalidValue as invalid:
        option = {"/email": "--email", "/name": "--name"}.get(invalid.pointer, "the password")
        raise click.UsageError(f"{option} {invalid.detail}") from None
    except NotFound:
        raise Fault(f"{email} has no account; `credcore user list` shows those there are") from None


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().removesuffix("\n")
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask for the password at: give it with --password-stdin")
    console.interruptible()  # or the terminal would stay as it is: not showing what is typed
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password


def _show(account: Account, as_json: bool, done: str) -> None:
    if as_json:
        console.print_json(_as_json(account))
    else:
        click.echo(f"{done} the {account.role} {account.email}, id {account.id}")


def _as_json(account: Account) -> dict[str, str]:
    return {"userId": str(account.id), "email": account.email, "role": account.role}
