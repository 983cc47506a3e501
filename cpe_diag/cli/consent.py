"""`cpe-diag consent`: ask the customer, record, show, take back; approve as a second person."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.consent_record import record
from cpe_diag.cli.consent_words import (
    AS_JSON,
    Digest,
    ask_of,
    desk_of,
    plan_options,
    print_json,
    show_consents,
)
from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import CouldNotRunError, told_clearly
from cpe_diag.domain.audit import About
from cpe_diag.domain.consent import ConsentChannel
from cpe_diag.domain.failures import ChangeError

if TYPE_CHECKING:
    from cpe_diag.domain.consent import Consent


@click.group()
def consent() -> None:
    """Ask for, record, show and withdraw a customer's consent to one exact plan.

    A consent is to a digest: what `--dry-run` of a change has printed. One changed command is
    another plan, to which nobody has consented.
    """


consent.add_command(record)


@consent.command()
@plan_options(required=True)
@click.option(
    "--via",
    type=click.Choice((ConsentChannel.CODE.value, ConsentChannel.LINK.value)),
    required=True,
    help="A one-time code to read back, or a one-time link.",
)
@AS_JSON
@click.pass_context
def ask(  # noqa: PLR0913 - one parameter for each option
    context: click.Context,
    /,
    *,
    subscriber: str,
    action: str,
    digest: str,
    ticket: str | None,
    via: str,
    as_json: bool,
) -> None:
    """Have the operator's gateway send a code or a link to the number on file.

    Nobody here sees it: the customer reads the code back, and `consent record --code` takes it.
    """
    from cpe_diag.wiring.consent_asks import ask_customer

    config = config_of(context)
    about = About(subscriber=subscriber, ticket=ticket, action=action, digest=digest)
    with told_clearly():
        desk = desk_of(config, about)
        try:
            asked = ask_customer(config, desk, ask_of(desk, about), ConsentChannel(via))
            until = asyncio.run(asked)
        except ChangeError as error:
            if error.may_have_happened:
                words = f"nobody knows whether the {via} was sent: {error.failure}"
                raise CouldNotRunError(f"{words}; if it came, it is valid") from error
            raise CouldNotRunError(f"the {via} was not sent: {error.failure}") from error
    if as_json:
        print_json({"subscriber": subscriber, "via": via, "valid_until": until.isoformat()})
        return
    click.echo(
        f"A {via} was sent to what is on file of {subscriber}, valid until {until:%H:%M:%S} UTC."
    )


@consent.command()
@click.argument("consent_id", metavar="[ID]", required=False)
@click.option("--subscriber", "-s", help="All consents of this subscriber.")
@AS_JSON
@click.pass_context
def show(
    context: click.Context, /, consent_id: str | None, *, subscriber: str | None, as_json: bool
) -> None:
    """Show one consent by its ID, or those of a subscriber."""
    from cpe_diag.wiring.desk import open_desk

    if (consent_id is None) is (subscriber is None):
        raise click.UsageError("name a consent by its ID, or --subscriber")
    config = config_of(context)
    with told_clearly():
        desk = open_desk(config)
        if consent_id is not None:
            found: tuple[Consent, ...] = (desk.consents.consent(consent_id),)
            subscriber = found[0].subscriber
        else:
            found = desk.consents.of_subscriber(str(subscriber))
        desk.look("look.consent", "consents", About(subscriber=subscriber))
    show_consents(found, as_json=as_json, one=consent_id is not None)


@consent.command()
@click.argument("consent_id", metavar="ID")
@AS_JSON
@click.pass_context
def withdraw(context: click.Context, /, consent_id: str, *, as_json: bool) -> None:
    """Take consent ID back, and every other one of this customer to the same plan.

    A change that runs under it stops at its next safe point.
    """
    from cpe_diag.wiring.desk import open_desk

    config = config_of(context)
    with told_clearly():
        desk = open_desk(config)
        desk.permit("consent.withdraw", About())
        taken = desk.consents.withdraw(consent_id, staff=desk.staff.name, at=desk.now())
    show_consents((taken,), as_json=as_json, one=True)


@consent.command()
@click.argument("digest", type=Digest(), metavar="DIGEST")
@AS_JSON
@click.pass_context
def approve(context: click.Context, /, digest: str, *, as_json: bool) -> None:
    """Approve the plan of DIGEST as the second person, for this shift (8 hours)."""
    from cpe_diag.domain.roles import Approval
    from cpe_diag.wiring.desk import open_desk

    config = config_of(context)
    with told_clearly():
        desk = open_desk(config)
        desk.permit("plan.approve", About(digest=digest))
        approval = Approval(digest=digest, staff=desk.staff.name, at=desk.now())
        desk.consents.approve(approval)
    if as_json:
        from cpe_diag.report.codec import encode

        print_json(encode(approval))
        return
    click.echo(f"{desk.staff.name} has approved {digest}.")
