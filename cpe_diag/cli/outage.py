"""`cpe-diag outage`: one customer or many, over whole access nodes."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.durations import Duration
from cpe_diag.cli.errors import InterruptedRunError, told_clearly
from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.cli.looks import note_look
from cpe_diag.domain.failures import Blame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.sweep import Sweep
    from cpe_diag.wiring.outages import PreparedSweep

COLUMNS: Final = 2
"""Objects that a node tells of each port in a sweep of a quiet evening, for the progress bars."""

SELDOM: Final = 100_000
"""New objects between two looks for garbage."""


@click.command()
@click.option("--node", "-n", "nodes", multiple=True, help="An access node; repeatable.")
@click.option("--all-nodes", is_flag=True, help="Every access node of the inventory.")
@click.option(
    "--window",
    type=Duration(),
    help="Ports that went down within this of each other went down together; default 5m.",
)
@click.option(
    "--least",
    type=click.IntRange(min=2),
    help="From how many on it is an outage, and not single homes; default 5.",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True, max=1000),
    metavar="PER_S",
    help="Requests a second at one node, at most; default 50.",
)
@click.option(
    "--limit",
    type=Duration(),
    default="60s",
    show_default=True,
    help="A node that has not told all by then is told as not read.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.pass_context
def outage(  # noqa: PLR0913 - one parameter for each option
    context: click.Context,
    /,
    *,
    nodes: tuple[str, ...],
    all_nodes: bool,
    window: float | None,
    least: int | None,
    rate: float | None,
    limit: float,
    as_json: bool,
) -> None:
    """Sweep access nodes and say what is down for many at once, with one case for each group.

    \b
    Exit codes: 10 an outage was found, 0 none, 11 none, but not all nodes could be read,
    3 no node could be read for a reason on our own side; 2 bad input.
    """  # noqa: D301 - \b keeps click from re-wrapping the table
    if bool(nodes) is all_nodes:
        raise click.UsageError("name nodes with --node, or give --all-nodes")
    config = config_of(context)
    with _seldom_collected():
        from cpe_diag.wiring.outages import SweepWish, prepare_sweep

        wish = SweepWish(nodes=nodes, window_s=window, least=least, per_s=rate, node_limit_s=limit)
        with told_clearly():
            prepared = prepare_sweep(config, wish)
            swept_nodes = ", ".join(place.node.id for place in prepared.places)
            note_look(config, "look.outage", f"sweep of {swept_nodes}")
            swept = _perform(prepared, as_json=as_json)
        _report(swept, as_json=as_json)
    context.exit(int(exit_code_for(swept)))


def exit_code_for(swept: Sweep) -> ExitCode:
    """Say which exit code a sweep gets.

    Args:
        swept: what the nodes told.

    Returns:
        FAULT_FOUND, NO_FAULT, UNDETERMINED where a node that was not read may hide one, or
        COULD_NOT_RUN where nothing was read because of ourselves.
    """
    if swept.outages:
        return ExitCode.FAULT_FOUND
    failures = [node.failure for node in swept.nodes if node.failure is not None]
    if not failures:
        return ExitCode.NO_FAULT
    ours = all(failure.blame is Blame.AGENT for failure in failures)
    if ours and len(failures) == len(swept.nodes):
        return ExitCode.COULD_NOT_RUN
    return ExitCode.UNDETERMINED


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Let the interpreter look for garbage seldom, for what a sweep reads stays until its end.

    Looking through it again and again was a tenth of the work for 20,000 ports.
    """
    before = gc.get_threshold()
    gc.set_threshold(SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _perform(prepared: PreparedSweep, *, as_json: bool) -> Sweep:
    """Sweep with progress on standard error, or quietly for JSON.

    Raises:
        InterruptedRunError: Ctrl-C.
    """
    from cpe_diag.engine.sweep import NodeEnded, SweepProgress
    from cpe_diag.wiring.outages import run_sweep

    try:
        if as_json:
            return run_sweep(prepared, _quiet)
        from cpe_diag.cli.consoles import err
        from cpe_diag.report.live_sweep import LiveSweep

        expected = {place.node.id: COLUMNS * len(place.ports) for place in prepared.places}
        view = LiveSweep(err(), expected, monotonic=time.monotonic)

        def on_progress(event: SweepProgress) -> None:
            if isinstance(event, NodeEnded):
                view.node_ended(event.swept)
            else:
                view.rows_came(event.node, event.rows, event.requests)

        with view:
            return run_sweep(prepared, on_progress)
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        raise InterruptedRunError(
            "interrupted: all connections are closed, nothing was changed"
        ) from error


def _quiet(_: object) -> None:
    """Show no progress."""


def _report(swept: Sweep, *, as_json: bool) -> None:
    """Print the result on standard output."""
    if as_json:
        from cpe_diag.cli.consoles import utf8
        from cpe_diag.report.plain import json_text
        from cpe_diag.report.sweep_document import sweep_as_json

        document = sweep_as_json(swept)
        click.echo(json_text(document, indent=None) if utf8() else json.dumps(document))
        return
    from cpe_diag.cli.consoles import out
    from cpe_diag.report.sweep_view import render_sweep

    console = out()
    console.print(render_sweep(swept, console.width))
