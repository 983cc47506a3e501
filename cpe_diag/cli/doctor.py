"""`cpe-diag doctor`: what this machine can and cannot do, and what that means for verdicts."""

from __future__ import annotations

import asyncio
from typing import Final

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import told_clearly
from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.cli.looks import note_look

SIGNS: Final = {"ok": "ok", "limited": "limited", "wrong": "WRONG"}


@click.command()
@click.option("--subscriber", "-s", help="Try this subscriber's node and router too.")
@click.pass_context
def doctor(context: click.Context, subscriber: str | None) -> None:
    """Check packages, rights, configuration, and whether what is configured answers."""
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table
    from cpe_diag.wiring.checkup import checkup

    config = config_of(context)
    with told_clearly():
        if subscriber is not None:
            note_look(config, "look.subscriber", "doctor", subscriber=subscriber)
        results = asyncio.run(checkup(config, subscriber))
    rows = [(SIGNS[one.state], one.what, one.detail) for one in results]
    out().print(table(("", "what", "detail"), rows))
    wrong = sum(one.state == "wrong" for one in results)
    if wrong:
        click.echo(f"\n{wrong} of {len(results)} checks are wrong.", err=True)
        context.exit(int(ExitCode.COULD_NOT_RUN))
