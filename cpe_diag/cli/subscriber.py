"""`cpe-diag subscriber`: what the inventory says, and what it does not say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import told_clearly
from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.cli.looks import note_look
from cpe_diag.domain.missing import Missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.subscriber import Subscriber
    from cpe_diag.wiring.config import Config

NOT_SAID = "(the inventory does not say)"


@click.group()
def subscriber() -> None:
    """Show what the inventory says, and give out or erase what is kept about somebody."""


@subscriber.command()
@click.argument("subscriber_id")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.pass_context
def show(context: click.Context, subscriber_id: str, *, as_json: bool) -> None:
    """Show one subscriber; credentials appear as references only."""
    from cpe_diag.wiring.credentials import credentials_of
    from cpe_diag.wiring.inventories import inventory_of

    config = config_of(context)
    with told_clearly():
        found = inventory_of(config, credentials_of(config)).subscriber(subscriber_id)
        note_look(config, "look.subscriber", "inventory", subscriber=subscriber_id)
    if as_json:
        from cpe_diag.report.codec import encode

        click.echo(json.dumps(encode(found), indent=2))
        return
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table

    out().print(table(("field", "value"), list(_rows(found))))


@subscriber.command()
@click.argument("subscriber_id")
@click.option("--because", required=True, help="Who wants it; it stands in the audit trail.")
@click.pass_context
def export(context: click.Context, subscriber_id: str, *, because: str) -> None:
    """Print everything that is kept about a subscriber, as one JSON document."""
    from cpe_diag.report.plain import json_text
    from cpe_diag.wiring.retention import export_subscriber

    config = config_of(context)
    with told_clearly():
        document = export_subscriber(config, subscriber_id, because)
    click.echo(json_text(document))


@subscriber.command()
@click.argument("subscriber_id")
@click.option("--because", required=True, help="Who wants it; it stands in the audit trail.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def forget(context: click.Context, subscriber_id: str, *, because: str, yes: bool) -> int:
    """Erase everything personal that is kept about a subscriber; it cannot be taken back.

    Cases and runs stay as what was found and when, without whose they were; the audit trail still
    verifies, without who did what to whom. The inventory is the operator's own and stays.
    Where it cannot be asked, all else is erased, and the exit code is 3: do it again then. Where
    it does not know them any more, it is said which address was not looked for.
    """
    from cpe_diag.wiring.retention import forget_subscriber

    config = config_of(context)
    if not yes:
        click.confirm(f"Erase everything about {subscriber_id}?", abort=True, err=True)
    with told_clearly():
        done = forget_subscriber(config, subscriber_id, because)
    gone = done.gone
    click.echo(
        f"erased: {gone.cases} cases, {gone.runs} runs, {len(gone.actions)} changes, "
        f"{done.samples} samples of the port; audit entries {gone.numbers or 'none'}"
    )
    if done.unasked is None:
        if not done.is_known:
            click.echo(_not_known(config, subscriber_id), err=True)
        return ExitCode.NO_FAULT
    click.echo(
        f"not finished: the inventory cannot be asked ({done.unasked}). The address of their "
        "router may still stand in runs of neighbours; when the inventory is there again, give "
        "the same command once more",
        err=True,
    )
    return ExitCode.COULD_NOT_RUN


def _not_known(config: Config, subscriber_id: str) -> str:
    """Say what was not looked for where the inventory has nobody of this id."""
    which = "no inventory is configured"
    if config.inventory is not None:
        which = f"the inventory has no subscriber {subscriber_id}"
    return (
        f"note: {which}, so the address of their router is known from their own runs alone. "
        "Where they had none, it may still stand in runs of neighbours; if the id was mistyped, "
        "nothing of whom you meant is gone"
    )


def _rows(found: Subscriber) -> Iterator[tuple[str, str]]:
    """Go through the fields in the order from the node to the customer."""
    yield "id", found.id
    node, router, service = found.node, found.router, found.service
    yield "access node", NOT_SAID if node is None else node.id
    if node is not None:
        snmp = node.snmp
        yield "  SNMP", f"v{snmp.version} at {snmp.address}:{snmp.port} by {_or(snmp.credential)}"
        yield "  driver", node.driver or "by technology"
    yield "port", _said(found.port)
    yield "technology", _said(found.technology)
    yield "service down", _rate(service.down_bps)
    yield "service up", _rate(service.up_bps)
    yield "service VLAN", _said(service.vlan)
    yield "WAN", _said(service.wan)
    yield "router", NOT_SAID if router is None else f"{_or(router.platform)} at {router.address}"
    if router is not None:
        yield "  SSH", f"{_or(router.user)} at port {router.port} by {_or(router.credential)}"
    yield "router MAC", _said(found.router_mac)
    ssids = found.ssids
    yield "SSIDs", NOT_SAID if isinstance(ssids, Missing) else ", ".join(ssids)
    yield "language", _said(found.language)


def _or(value: str | None) -> str:
    """Give a text, or say that the inventory does not."""
    return NOT_SAID if value is None else value


def _said(value: object) -> str:
    """Give a value in words, or say that the inventory does not."""
    return NOT_SAID if isinstance(value, Missing) else str(value)


def _rate(value: int | Missing) -> str:
    """Give a rate in Mbit/s."""
    return NOT_SAID if isinstance(value, Missing) else f"{value / 1e6:g} Mbit/s"
