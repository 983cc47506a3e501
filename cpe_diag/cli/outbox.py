"""`cpe-diag outbox`: what has to be told to desks, hubs and people, and what could not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import BadInputError, told_clearly
from cpe_diag.cli.looks import note_look
from cpe_diag.domain.letter import LetterState

if TYPE_CHECKING:
    from cpe_diag.domain.letter import Letter


@click.group()
def outbox() -> None:
    """Letters to ticket desks, hubs and people on call."""


@outbox.command(name="list")
@click.option(
    "--state",
    type=click.Choice([one.value for one in LetterState]),
    help="Only these; dead ones were refused, or tried for long enough.",
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_(context: click.Context, /, *, state: str | None, limit: int, as_json: bool) -> None:
    """List letters, the newest first; what they say is not shown."""
    from cpe_diag.wiring.outbox import stored_outbox

    config = config_of(context)
    with told_clearly():
        note_look(config, "look.outage", "letters of the outbox")
        found = stored_outbox(config).letters(
            state=LetterState(state) if state else None, limit=limit
        )
    if as_json:
        from cpe_diag.report.codec import encode
        from cpe_diag.report.plain import json_text

        told = [encode(one) for one in found]
        for one in told:
            if isinstance(one, dict):
                del one["document"]
        click.echo(json_text(told))
        return
    if not found:
        click.echo("There is no letter.")
        return
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import ONE_LINE, listed, table

    heads = ("letter", "state", "kind", "to", "case", "tries", "next (UTC)")
    console = out()
    if console.width < ONE_LINE:
        rows = [(_line(one), one.words) for one in found]
        click.echo("\n".join(listed(heads, rows, width=console.width)))
        return
    console.print(table((*heads, "why"), [(*_line(one), one.words) for one in found]))


@outbox.command()
@click.argument("numbers", metavar="LETTER...", nargs=-1, type=int)
@click.option("--all", "every", is_flag=True, help="All that are dead.")
@click.pass_context
def retry(context: click.Context, /, numbers: tuple[int, ...], *, every: bool) -> None:
    """Have dead letters sent again; what arrived after all is looked for first."""
    from cpe_diag.transports.clock import SystemClock
    from cpe_diag.wiring.outbox import stored_outbox

    if bool(numbers) == every:
        raise BadInputError("name letters, or all of them with --all")
    config = config_of(context)
    with told_clearly():
        note_look(config, "look.outage", "sends letters of the outbox again")
        outbox, now = stored_outbox(config), SystemClock().now()
        revived = sum(outbox.revive(one, at=now) for one in (numbers or (None,)))
    if not revived and numbers:
        raise BadInputError("none of them is a dead letter")
    click.echo(f"{revived} to be sent again")


def _line(one: Letter) -> tuple[str, ...]:
    from cpe_diag.cli.tables import moment

    waits = one.state is LetterState.WAITING
    return (
        str(one.number),
        one.state.value,
        one.kind.value,
        one.target,
        one.case_id or "",
        str(one.tries),
        moment(one.not_before) if waits else "",
    )
