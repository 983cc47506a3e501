"""`cpe-diag tickets`: which tickets start which playbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import BadInputError, told_clearly

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cpe_diag.service.ticket_rules import TicketRules
    from cpe_diag.service.ticket_trial import Trial

SHOWN: Final = 20
"""Tickets without a rule that are shown; --all shows every ticket."""

_RULES = click.option(
    "--rules",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of rules; default: that of the configuration, else the shipped example.",
)


@click.group()
def tickets() -> None:
    """Rules that say which ticket starts which playbook."""


@tickets.command()
@click.option(
    "--rules",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of rules; default: as for `try`; the shipped example is there to be copied.",
)
@click.pass_context
def rules(context: click.Context, rules: Path | None) -> None:
    """Check a file of rules and print it."""
    read = _read(context, rules)
    click.echo(f"# {read.file}")
    click.echo(Path(read.file).read_text(encoding="utf-8-sig").rstrip())


@tickets.command("try")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_RULES
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="FIELD=TITLE",
    help="Column that holds a field, such as text=Description; may be repeated.",
)
@click.option(
    "--all", "every", is_flag=True, help="Show every ticket, not only those without one."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.pass_context
def try_command(  # noqa: PLR0913 - each is an option
    context: click.Context,
    *,
    file: Path,
    rules: Path | None,
    columns: tuple[str, ...],
    every: bool,
    as_json: bool,
) -> None:
    """Say for each ticket of a CSV FILE what the rules would have started; nothing is run.

    Columns: id, number, title, text, category, service, created_at, subscriber, phone, priority,
    state, desk; at least one of title, text, category and service must be there.
    """
    from cpe_diag.service.ticket_csv import read_tickets
    from cpe_diag.service.ticket_trial import try_rules

    read = _read(context, rules)
    with told_clearly():
        trial = try_rules(read, read_tickets(file, _columns(columns)))
    if as_json:
        from cpe_diag.report.codec import encode
        from cpe_diag.report.plain import json_text

        click.echo(json_text({"rules": read.file, "trial": encode(trial)}))
        return
    _show(read, trial, every=every)


def _read(context: click.Context, path: Path | None) -> TicketRules:
    from cpe_diag.wiring.tickets import rules_of

    config = config_of(context)
    with told_clearly():
        return rules_of(config, path)


def _columns(said: Sequence[str]) -> Mapping[str, str]:
    columns: dict[str, str] = {}
    for one in said:
        name, equals, title = one.partition("=")
        if not equals or not name or not title:
            raise BadInputError(f"--column {one}: expected FIELD=TITLE, such as text=Description")
        columns[name] = title
    return columns


def _show(read: TicketRules, trial: Trial, *, every: bool) -> None:
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table

    out().print(
        table(
            ("rule", "starts", "tickets"),
            [
                (one.id, one.playbook or f"nothing: {one.because}", str(trial.by_rule[one.id]))
                for one in read.rules
            ],
        )
    )
    started = sum(trial.by_playbook.values())
    click.echo(
        f"\n{len(trial.tried)} tickets: {started} start a playbook, {trial.left} are left by a"
        f" rule, {trial.unmatched} match no rule"
    )
    if trial.undated:
        click.echo(f"{trial.undated} tell no time: no rule with a time of day fits them")
    shown = [one for one in trial.tried if every or one.rule is None]
    if not shown:
        return
    click.echo()
    rows = [
        (one.ticket.number, one.rule or "-", one.playbook or "-", one.ticket.title or "-")
        for one in (shown if every else shown[:SHOWN])
    ]
    out().print(table(("ticket", "rule", "playbook", "title"), rows))
    if len(rows) < len(shown):
        click.echo(f"and {len(shown) - len(rows)} more; --all or --json shows every ticket")
