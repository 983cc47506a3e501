"""A batch of orders at the command line: its progress, and its report."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cpe_diag.cli.errors import BadInputError, InterruptedRunError, told_clearly
from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.cli.looks import note_look
from cpe_diag.service.batch import Pace, Progress, read_batch, run_batch

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpe_diag.wiring.config import Config

LONGEST_NAME: Final = 32
SHOWN: Final = 20
SAID_EVERY_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """What the command line says of every order of a batch; see Order."""

    answers: Mapping[str, str]
    values: Mapping[str, str]
    platform: str | None
    not_before: datetime | None
    retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchWish:
    """What the command line says of a batch."""

    file: Path
    name: str
    playbook: str | None
    pace: Pace
    of_all: BatchOptions


def give_batch(config: Config, wish: BatchWish, *, as_json: bool) -> ExitCode:
    """Give the orders of a file, and report how their runs ended.

    Args:
        config: the configuration.
        wish: which, and how fast.
        as_json: print one JSON document, and no progress.

    Returns:
        NO_FAULT where all ended as they should, COULD_NOT_RUN where it was halted, else
        FAULT_FOUND.

    Raises:
        BadInputError, CouldNotRunError, RefusedError: as for every command.
        InterruptedRunError: Ctrl-C; the same command goes on.
    """
    from cpe_diag.service.worker_journal import AWAY_S, patient
    from cpe_diag.store.runs import StoredRuns
    from cpe_diag.wiring.desk import case_store
    from cpe_diag.wiring.keeping import keeping
    from cpe_diag.wiring.orders import orders_of

    if len(wish.name) > LONGEST_NAME:
        raise BadInputError(f"the name {wish.name!r} is too long; give a shorter one with --name")
    with told_clearly(), keeping(config) as kept:
        read = read_batch(wish.file, wish.playbook, wish.name)
        said = wish.of_all
        orders = [
            replace(
                order,
                answers=said.answers,
                values=said.values,
                platform=said.platform,
                not_before=said.not_before,
                retries=said.retries,
            )
            for order in read
        ]
        note_look(kept, "look.subscriber", f"batch {wish.name} of {len(orders)} orders")
        desk, runs = orders_of(kept), StoredRuns(case_store(kept))
        try:
            done = run_batch(
                orders,
                wish.pace,
                submit=lambda order: patient(lambda: desk.submit(order), AWAY_S),
                rows_of=lambda ids: patient(lambda: runs.some(ids), AWAY_S),
                wait=time.sleep,
                on_progress=_quiet if as_json else _said(),
            )
        except KeyboardInterrupt:
            raise InterruptedRunError(
                "interrupted: what was ordered is done; the same command goes on with the rest"
            ) from None
    _report(wish.name, done, as_json=as_json)
    if done.halted:
        return ExitCode.COULD_NOT_RUN
    return ExitCode.FAULT_FOUND if done.bad else ExitCode.NO_FAULT


def _said() -> Callable[[Progress], None]:
    """Say how far it is, where that has changed, and not too often."""
    last: list[tuple[float, tuple[int, int]]] = []

    def say(done: Progress) -> None:
        now = time.monotonic()
        state = (done.ordered, len(done.ended))
        if last and (last[0][1] == state or now - last[0][0] < SAID_EVERY_S):
            return
        last[:] = [(now, state)]
        click.echo(
            f"{done.ordered} of {done.total} ordered, {len(done.ended)} ended, {done.bad} failed",
            err=True,
        )

    return say


def _quiet(_done: Progress) -> None:
    """Say nothing."""


def _report(name: str, done: Progress, *, as_json: bool) -> None:
    document = {
        "batch": name,
        "orders": done.total,
        "ordered": done.ordered,
        "repeated": done.repeated,
        "ended": len(done.ended),
        "destinations": dict(sorted(done.destinations.items())),
        "failed": {run: f"{row.state}: {row.words}" for run, row in done.failed.items()},
        "refused": done.refused,
        "halted": done.halted,
    }
    if as_json:
        click.echo(json.dumps(document))
        return
    click.echo(f"batch {name}: {done.ordered} of {done.total} ordered, {len(done.ended)} ended")
    if done.repeated:
        click.echo(f"  {done.repeated:6} not counted: the same order as a line before")
    for destination, count in sorted(done.destinations.items()):
        click.echo(f"  {count:6} {destination}")
    bad = [f"failed: run {run}: {row.state}: {row.words}" for run, row in done.failed.items()]
    bad += [f"refused: order {which}: {words}" for which, words in done.refused.items()]
    for words in bad[:SHOWN]:
        click.echo(f"  {words}")
    if len(bad) > SHOWN:
        click.echo(f"  and {len(bad) - SHOWN} more: see --json")
    if done.halted:
        click.echo(f"halted: {done.halted}; {done.total - done.ordered} were not ordered")
        click.echo(
            "Look at those that failed (`cpe-diag runs show RUN`). To go on all the same, give "
            "the same command with a greater --most-failed."
        )
