"""`cpe-diag submit`: order a run, which a worker does."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.completers import playbooks
from cpe_diag.cli.context import config_of
from cpe_diag.cli.durations import Duration
from cpe_diag.cli.errors import told_clearly
from cpe_diag.cli.looks import note_look
from cpe_diag.cli.run import pairs
from cpe_diag.domain.run_journal import RunState

if TYPE_CHECKING:
    from cpe_diag.service.submit import Submitted


@click.command()
@click.argument("playbook", metavar="[PLAYBOOK]", required=False, shell_complete=playbooks)
@click.option("--subscriber", "-s", help="Whose line it is.")
@click.option(
    "--ticket",
    "-t",
    help="The desk's number: the same playbook under the same ticket is one run.",
)
@click.option("--answer", "-a", "answers", multiple=True, metavar="ID=CHOICE")
@click.option("--value", "values", multiple=True, metavar="STEP=VALUE")
@click.option("--platform", help="The platform that does not work.")
@click.option(
    "--priority",
    type=click.IntRange(1, 5),
    default=3,
    show_default=True,
    help="1: nothing works at all; 2: something does not; from 3 on: a wish or a check.",
)
@click.option("--after", type=Duration(), help="Begin after this time, such as 2h.")
@click.option("--at", "at_", type=click.DateTime(), help="Begin then, in local time.")
@click.option(
    "--retry-offline",
    type=click.IntRange(0, 20),
    default=0,
    show_default=True,
    help="How often it is done again, half an hour later, where the router is away.",
)
@click.option(
    "--batch",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A CSV file of orders: columns subscriber, ticket, playbook, priority.",
)
@click.option("--name", help="The batch's name, at most 32 characters; that of the file.")
@click.option("--canary", type=click.IntRange(1), default=5, show_default=True)
@click.option("--at-once", type=click.IntRange(1), default=50, show_default=True)
@click.option(
    "--most-failed",
    type=click.FloatRange(0, 1),
    default=0.2,
    show_default=True,
    help="No more are ordered when a greater part of those that have ended has failed.",
)
@click.option(
    "--expect",
    metavar="DESTINATION",
    help="Where every case should go, such as `fixed`; a case that goes elsewhere has failed.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.pass_context
def submit(  # noqa: PLR0913 - one parameter for each option
    context: click.Context,
    /,
    *,
    playbook: str | None,
    subscriber: str | None,
    ticket: str | None,
    answers: tuple[str, ...],
    values: tuple[str, ...],
    platform: str | None,
    priority: int,
    after: float | None,
    at_: datetime | None,
    retry_offline: int,
    file: Path | None,
    name: str | None,
    canary: int,
    at_once: int,
    most_failed: float,
    expect: str | None,
    as_json: bool,
) -> None:
    """Order a run of PLAYBOOK; a worker of the subscriber's region does it.

    The order is on the disk when this ends, also where no worker is there yet.

    With --batch the orders of a file are given: the canaries first, and the others once those
    have ended. The same file under the same name goes on where it was broken off. --answer,
    --value, --platform, --after and --at hold for every one of them.
    """
    from cpe_diag.service.batch import Pace
    from cpe_diag.service.submit import Order
    from cpe_diag.wiring.orders import submit as give

    if after is not None and at_ is not None:
        raise click.UsageError("--after and --at exclude each other")
    config = config_of(context)
    if file is not None:
        from cpe_diag.cli.batch import BatchOptions, BatchWish, give_batch

        if subscriber or ticket:
            raise click.UsageError("of a batch, the file says for whom and for which ticket")
        pace = Pace(canary=canary, at_once=at_once, most_failed=most_failed, expected=expect)
        wish = BatchWish(
            file=file,
            name=name or file.stem,
            playbook=playbook,
            pace=pace,
            of_all=BatchOptions(
                answers=pairs(answers, "--answer"),
                values=pairs(values, "--value"),
                platform=platform,
                not_before=_moment(after, at_),
                retries=retry_offline,
            ),
        )
        context.exit(int(give_batch(config, wish, as_json=as_json)))
    if playbook is None or subscriber is None:
        raise click.UsageError("name a PLAYBOOK and a --subscriber, or a file with --batch")
    if ticket is not None and not ticket.strip():
        raise click.UsageError("--ticket is empty; leave it out where there is no ticket")
    if at_ is not None and at_.astimezone() < datetime.now().astimezone():
        words = f"--at: {at_:%Y-%m-%d %H:%M} is over; give a moment to come, in local time"
        raise click.UsageError(words)
    order = Order(
        playbook=playbook,
        subscriber=subscriber,
        ticket=ticket,
        answers=pairs(answers, "--answer"),
        values=pairs(values, "--value"),
        platform=platform,
        priority=priority,
        not_before=_moment(after, at_),
        retries=retry_offline,
    )
    with told_clearly():
        note_look(
            config,
            "look.subscriber",
            f"submit {playbook}",
            subscriber=subscriber,
            ticket=ticket,
        )
        done = give(config, order)
    _print(done, as_json=as_json)


def _moment(after_s: float | None, at: datetime | None) -> datetime | None:
    if at is not None:
        return at.astimezone()
    if after_s is not None:
        return datetime.now().astimezone() + timedelta(seconds=after_s)
    return None


def _print(done: Submitted, *, as_json: bool) -> None:
    run = done.run
    if as_json:
        said = {
            "run": run.id,
            "case": done.case.id,
            "is_new": done.is_new,
            "state": run.state.value,
            "region": run.region,
        }
        click.echo(json.dumps(said))
        return
    if done.is_new:
        click.echo(f"run {run.id} is ordered, case {done.case.id}")
    else:
        click.echo(f"it was ordered before: run {run.id}, case {done.case.id}, {run.state}")
    if run.not_before is not None and run.state is RunState.QUEUED:
        click.echo(f"It begins {run.not_before:%Y-%m-%d %H:%M} UTC at the earliest")
    click.echo(f"Look at it with: cpe-diag runs show {run.id}")
