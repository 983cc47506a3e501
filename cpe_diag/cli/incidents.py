"""`cpe-diag incidents`: what fails for several subscribers: platforms, parts of the network."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import BadInputError, told_clearly
from cpe_diag.domain.incident import IncidentKind

if TYPE_CHECKING:
    from cpe_diag.domain.incident import Incident


@click.group()
def incidents() -> None:
    """What runs have found failing for several: since when, and for how many subscribers."""


@incidents.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not over.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_command(context: click.Context, /, *, only_open: bool, as_json: bool) -> None:
    """List incidents, the newest first."""
    _tell(_kept(context), only_open=only_open, as_json=as_json)


@incidents.command()
@click.argument("place")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def show(context: click.Context, /, place: str, *, as_json: bool) -> None:
    """Show the incidents of PLACE: a platform's name, or a part of the network as listed."""
    found = tuple(one for one in _kept(context) if one.place.lower() == place.lower())
    if not found:
        raise BadInputError(f"no run has found {place} failing, or it is forgotten")
    _tell(found, only_open=False, as_json=as_json)


@incidents.command()
@click.argument("kind", type=click.Choice([one.value for one in IncidentKind]))
@click.argument("place")
@click.pass_context
def clear(context: click.Context, /, kind: str, place: str) -> None:
    """Say that the incident of KIND at PLACE is over: all who wait are told."""
    from cpe_diag.cli.looks import note_look
    from cpe_diag.wiring.incidents import incident_letters, stored_incidents

    config, now = config_of(context), datetime.now(UTC)
    with told_clearly():
        note_look(config, "look.outage", f"clears the incident of {kind} {place}")
        letters = incident_letters(config, now)
        over = stored_incidents(config).clear(
            IncidentKind(kind), place, at=now, letters=letters.cleared
        )
    if over is None:
        raise BadInputError(f"no incident of {kind} {place} goes on")
    click.echo(f"{over.place} is over; {over.subscribers} subscribers had met it")


@incidents.command()
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(min=0),
    required=True,
    metavar="DAYS",
    help="Those that nobody has met for so many days.",
)
@click.pass_context
def forget(context: click.Context, /, *, days: int) -> None:
    """Forget old incidents, with the digests of those who have met them."""
    from cpe_diag.cli.looks import note_look
    from cpe_diag.wiring.incidents import stored_incidents

    config = config_of(context)
    with told_clearly():
        note_look(config, "look.outage", f"forgets incidents of more than {days} days ago")
        gone = stored_incidents(config).forget(datetime.now(UTC) - timedelta(days=days))
    click.echo(f"{gone} forgotten")


def _kept(context: click.Context) -> tuple[Incident, ...]:
    from cpe_diag.cli.looks import note_look
    from cpe_diag.wiring.incidents import stored_incidents

    config = config_of(context)
    with told_clearly():
        note_look(config, "look.outage", "incidents")
        return stored_incidents(config).every()


def _tell(found: tuple[Incident, ...], *, only_open: bool, as_json: bool) -> None:
    now = datetime.now(UTC)
    rows = [(one, one.is_open(now)) for one in found]
    rows = [(one, is_open) for one, is_open in rows if is_open or not only_open]
    if as_json:
        from cpe_diag.report.codec import encode

        told = [{"incident": encode(one), "open": is_open} for one, is_open in rows]
        click.echo(json.dumps(told, indent=2))
        return
    if not rows:
        click.echo("Nothing is known to have failed.")
        return
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table

    lines = [
        (
            f"{one.kind} {one.place}",
            one.cause,
            f"{one.since:%m-%d %H:%M}",
            f"{one.last_at:%m-%d %H:%M}",
            str(one.subscribers),
            "open" if is_open else "over",
        )
        for one, is_open in rows
    ]
    heads = ("what", "found", "since (UTC)", "last (UTC)", "homes", "state")
    out().print(table(heads, lines))
