"""`cpe-diag worker`: do the runs of a region, until it is stopped."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import told_clearly

if TYPE_CHECKING:
    from types import FrameType

    from cpe_diag.wiring.working import Worker


@click.command()
@click.option("--region", default="default", show_default=True, help="Whose runs.")
@click.option(
    "--at-once",
    type=click.IntRange(1, 200),
    default=8,
    show_default=True,
    help="How many runs it does at once; from 4 on, one of them only for total loss.",
)
@click.option(
    "--per-node",
    type=click.IntRange(1, 200),
    default=4,
    show_default=True,
    help="How many runs are on one access node at once, in all workers together.",
)
@click.option(
    "--per-minute",
    type=click.IntRange(1),
    help="How many runs of the region begin in a minute at most, in all workers together.",
)
@click.option(
    "--until-input-ends",
    is_flag=True,
    help="Take no more once standard input ends: the worker then ends with whoever started it.",
)
@click.option(
    "--log-format",
    type=click.Choice(("text", "json")),
    default="text",
    show_default=True,
    help="How log lines on standard error look; json: one document a line.",
)
@click.pass_context
def worker(  # noqa: PLR0913 - each is an option
    context: click.Context,
    /,
    *,
    region: str,
    at_once: int,
    per_node: int,
    per_minute: int | None,
    until_input_ends: bool,
    log_format: str,
) -> None:
    """Take runs that were ordered with `cpe-diag submit`, and those whose worker has died.

    Runs of total loss, of partial loss and requests have a queue each: where all places of a
    worker are taken the more urgent gets the next, so requests may wait behind total loss. On one
    access node the one with less time left comes first. Stopped by a signal (TERM, INT) it
    takes no more and finishes what it does; at the second one it leaves its runs at their next
    safe point to others.
    """
    from cpe_diag.service.jobs import Limits
    from cpe_diag.wiring.keeping import keeping
    from cpe_diag.wiring.logs import LogFormat, log_as
    from cpe_diag.wiring.working import Worker, WorkerWish

    config = config_of(context)
    log_as(LogFormat(log_format))
    limits = Limits(in_process=at_once, per_node=per_node, starts_per_minute=per_minute)
    with told_clearly(), keeping(config) as kept:
        working = Worker(kept, WorkerWish(region=region, limits=limits))

        def stop(_number: int, _frame: FrameType | None) -> None:
            working.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        if until_input_ends:
            threading.Thread(target=_ends, args=(working,), name="input", daemon=True).start()
        working.work()


def _ends(working: Worker) -> None:
    """Stop a worker when whoever holds the other end of its standard input is gone."""
    while os.read(0, 4096):
        pass
    working.stop()
