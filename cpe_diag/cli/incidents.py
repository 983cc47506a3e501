"""`cpe-diag incidents`: third parties' platforms that fail for several subscribers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import BadInputError, told_clearly
from cpe_diag.domain.incident import OVER_AFTER

if TYPE_CHECKING:
    from cpe_diag.domain.incident import PlatformIncident


@click.group()
def incidents() -> None:
    """Platforms that runs have found failing: since when, and for how many subscribers."""


@incidents.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only those that are not over.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_command(context: click.Context, /, *, only_open: bool, as_json: bool) -> None:
    """List incidents, the newest first."""
    _tell(_kept(context), only_open=only_open, as_json=as_json)


@incidents.command()
@click.argument("host")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def show(context: click.Context, /, host: str, *, as_json: bool) -> None:
    """Show the incidents of the platform HOST."""
    found = tuple(one for one in _kept(context) if one.host == host.lower())
    if not found:
        raise BadInputError(f"no run has found {host} failing, or it is forgotten")
    _tell(found, only_open=False, as_json=as_json)


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


def _kept(context: click.Context) -> tuple[PlatformIncident, ...]:
    from cpe_diag.cli.looks import note_look
    from cpe_diag.wiring.incidents import stored_incidents

    config = config_of(context)
    with told_clearly():
        note_look(config, "look.outage", "platform incidents")
        return stored_incidents(config).every()


def _tell(found: tuple[PlatformIncident, ...], *, only_open: bool, as_json: bool) -> None:
    now = datetime.now(UTC)
    rows = [(one, now - one.last_at <= OVER_AFTER) for one in found]
    rows = [(one, is_open) for one, is_open in rows if is_open or not only_open]
    if as_json:
        from cpe_diag.report.codec import encode

        told = [{"incident": encode(one), "open": is_open} for one, is_open in rows]
        click.echo(json.dumps(told, indent=2))
        return
    if not rows:
        click.echo("No platform is known to have failed.")
        return
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table

    lines = [
        (
            one.host,
            one.cause,
            f"{one.since:%Y-%m-%d %H:%M} UTC",
            f"{one.last_at:%Y-%m-%d %H:%M} UTC",
            str(one.subscribers),
            "open" if is_open else "over",
        )
        for one, is_open in rows
    ]
    out().print(table(("platform", "found", "since", "last", "subscribers", "state"), lines))
