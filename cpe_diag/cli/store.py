"""`cpe-diag store`: what happens to what is old."""

from __future__ import annotations

from datetime import timedelta

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import told_clearly


@click.group()
def store() -> None:
    """Look after the case store."""


@store.command()
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(1, 36_500),
    required=True,
    metavar="DAYS",
    help="Cases that were opened longer ago, tickets and letters that are done, changes that"
    " ended, consents that expired.",
)
@click.option("--because", default="retention", show_default=True, help="Why; it is noted.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def prune(context: click.Context, *, days: int, because: str, yes: bool) -> None:
    """Drop cases that nobody works on any more, with their runs and results; the audit stays."""
    from cpe_diag.transports.clock import SystemClock
    from cpe_diag.wiring.retention import prune_store

    config = config_of(context)
    if not yes:
        click.confirm(f"Drop what is older than {days} days?", abort=True, err=True)
    with told_clearly():
        before = SystemClock().now() - timedelta(days=days)
        gone, samples = prune_store(config, before, because)
    click.echo(
        f"dropped: {gone.cases} cases, {gone.runs} runs, {len(gone.actions)} changes, "
        f"{gone.tickets} tickets, {gone.letters} letters, {samples} samples of ports"
    )
