"""``credcore partner``."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import click

from credcore_app import console
from credcore_app.fault import Fault

if TYPE_CHECKING:
    from credcore.accounts import Scope
    from credcore.partners import Credentials, Partner
    from credcore.services.partners import Partners
    from credcore_app.partner_office import PartnerOffice

Result = TypeVar("Result")
DEFAULT_SCOPES = "assessments:write profiles:read recommendations:read"


@click.group(cls=console.Group)
def command() -> None:
    """Let partner platforms in: each has clients, each client secrets that can be replaced without an outage.

    Forget what one of their learners left. Each deed leaves an entry that `credcore audit` shows.
    """


@command.command(
    epilog="Example: credcore partner create --name 'Example LMS' --scopes 'assessments:write profiles:read'"
)
@click.option("--name", required=True, help="What the partner is called; one partner a name.")
@click.option("--scopes", default=DEFAULT_SCOPES, show_default=True, help="What its tokens may be good for.")
@click.option("--add-client", is_flag=True, help="One more client for the partner that has the name.")
@console.as_json
def create(name: str, scopes: str, add_client: bool, as_json: bool) -> None:
    """Make a partner with its first client, and print {"clientId", "clientSecret"}: the only time it is shown."""
    del as_json  # it is JSON either way
    wanted = _scopes(scopes)

    async def work(partners: Partners) -> Credentials:
        return await (partners.add_client if add_client else partners.create)(name, wanted)

    from credcore.errors import InvalidValue
    from credcore.partners import PartnerNameTaken

    try:
        made = _with_partners(work)
    except PartnerNameTaken:
        raise Fault(f"there is a partner called {name}; give it one more client with --add-client") from None
    except InvalidValue as invalid:
        raise click.UsageError(f"--name {invalid.detail}") from None
    _show_secret(made)


@command.command("list", epilog="Example: credcore partner list --json")
@console.as_json
def list_all(as_json: bool) -> None:
    """Show all partners with their clients; no secret can be shown again."""
    found = _with_partners(lambda partners: partners.store.all())
    if as_json:
        console.print_json({"items": [_as_json(partner) for partner in found]})
        return
    if not found:
        console.say("there is no partner yet; `credcore partner create` makes one")
    for partner in found:
        click.echo(f"{partner.name}  {partner.id}{'  disabled' if partner.disabled_at else ''}")
        for client in partner.clients:
            state = "disabled" if client.disabled_at else f"{client.secrets} secret{'s' * (client.secrets != 1)}"
            click.echo(f"  client {client.id}  {' '.join(sorted(client.scopes))}  {state}")


@command.command(epilog="Example: credcore partner rotate 019aa9d0-3f1b-7a52-8d0e-6b1f2f7c4d10 --overlap-hours 48")
@click.argument("client_id")
@click.option(
    "--overlap-hours",
    default=24.0,
    show_default=True,
    type=click.FloatRange(0, 24 * 90),
    help="How long the secrets before go on working. 0: at once, and all tokens of the partner are dead, too.",
)
@console.as_json
def rotate(client_id: str, overlap_hours: float, as_json: bool) -> None:
    """Make a new secret for a client, and print it: the only time it is shown."""
    del as_json  # it is JSON either way
    from credcore_app.partner_office import client_id_of

    overlap = timedelta(hours=overlap_hours)
    _show_secret(_with_partners(lambda partners: partners.rotate(client_id_of(client_id), overlap=overlap)))


@command.command(epilog="Example: credcore partner disable 'Example LMS'")
@click.argument("which")
@click.option("--client-only", is_flag=True, help="Only the client with this id, not the whole partner.")
@console.as_json
def disable(which: str, client_only: bool, as_json: bool) -> None:
    """Shut a partner out at once: its secrets and its tokens are useless. WHICH: its name, its id or a client's id."""
    from credcore_app.partner_office import client_id_of, id_of

    async def work(partners: Partners) -> str:
        id = client_id_of(which) if client_only else await id_of(partners, which)
        await partners.disable(id)
        return str(id)

    id = _with_partners(work)
    if as_json:
        console.print_json({"disabled": id})
    else:
        click.echo(f"disabled {id}")


@command.command(epilog="Example: pass show learner-7 | credcore partner forget 'Example LMS' --learner-ref-stdin")
@click.argument("which")
@click.option("--learner-ref-stdin", is_flag=True, help="Read the reference from standard input: its first line.")
@click.option(
    "--assessment", type=click.UUID, metavar="ID", help="Only this assessment: of a learner without a reference."
)
@console.as_json
def forget(which: str, learner_ref_stdin: bool, assessment: UUID | None, as_json: bool) -> None:
    """Erase all that a partner's learner left: assessments, answers, grades, profiles. Only counts stay.

    WHICH: the partner's name, its id or a client's id. The learner's reference is asked for at the terminal, unless it
    comes with --learner-ref-stdin: on the command line it would stay in the shell's history.
    """
    console.settings()  # what is wrong with them is said before the reference is asked for
    if learner_ref_stdin and assessment is not None:
        raise click.UsageError("give --learner-ref-stdin or --assessment, not both")
    learner = assessment or _learner_ref(learner_ref_stdin)

    from credcore.errors import InvalidValue

    try:
        erased = _with_office(lambda office: office.forget(which, learner))
    except InvalidValue as invalid:
        raise click.UsageError(f"the learner's reference {invalid.detail}") from None
    if not erased:
        raise Fault(f"{which} has no such learner or assessment; a reference counts letter for letter")
    if as_json:
        console.print_json({"erased": erased})
    else:
        click.echo(f"erased {erased} assessment{'s' * (erased != 1)}, with all that hung on them")
    console.say("what is in backups is erased again by `credcore erasures apply` after a restore")


def _learner_ref(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().removesuffix("\n")
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask at: give the reference with --learner-ref-stdin")
    console.interruptible()
    reference: str = click.prompt("Learner reference", err=True)
    return reference


def _with_partners(work: Callable[[Partners], Awaitable[Result]]) -> Result:
    return _with_office(lambda office: work(office.partners))


def _with_office(work: Callable[[PartnerOffice], Awaitable[Result]]) -> Result:
    settings = console.settings()

    from credcore_app.partner_office import partner_office

    async def worked() -> Result:
        async with partner_office(settings, console.say) as office:
            return await work(office)

    return console.run(worked())


def _scopes(text: str) -> frozenset[Scope]:
    from credcore.partners import InvalidScope, parse_scopes

    try:
        return parse_scopes(text.replace(",", " "))
    except InvalidScope:
        raise click.UsageError(f"--scopes must be some of: {DEFAULT_SCOPES}") from None


def _show_secret(made: Credentials) -> None:
    console.print_json({"clientId": str(made.client_id), "clientSecret": made.client_secret})
    console.say("the secret is not kept: note it down now")


def _as_json(partner: Partner) -> dict[str, object]:
    return {
        "partnerId": str(partner.id),
        "name": partner.name,
        "createdAt": partner.created_at.isoformat(),
        "disabledAt": partner.disabled_at.isoformat() if partner.disabled_at else None,
        "clients": [
            {
                "clientId": str(client.id),
                "scopes": sorted(client.scopes),
                "createdAt": client.created_at.isoformat(),
                "disabledAt": client.disabled_at.isoformat() if client.disabled_at else None,
                "secrets": client.secrets,
            }
            for client in partner.clients
        ],
    }
