"""`cpe-diag runs`: which runs there are, how far they are, and an end for them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import told_clearly
from cpe_diag.cli.looks import note_look
from cpe_diag.cli.resume import resume
from cpe_diag.domain.run_journal import RunState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cpe_diag.domain.run_journal import RunEntry
    from cpe_diag.store.run_rows import RunRow
    from cpe_diag.store.runs import StoredRuns
    from cpe_diag.wiring.config import Config


@click.group()
def runs() -> None:
    """List, show, cancel and resume runs."""


runs.add_command(resume)


@runs.command(name="list")
@click.option("--state", type=click.Choice([one.value for one in RunState]), help="Only these.")
@click.option("--subscriber", "-s", help="Only those of this subscriber.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def list_(
    context: click.Context,
    /,
    *,
    state: str | None,
    subscriber: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List runs, the newest first."""
    config = config_of(context)
    with told_clearly():
        note_look(config, "look.subscriber", "list of runs", subscriber=subscriber)
        found = _runs(config).runs(
            state=RunState(state) if state else None, subscriber=subscriber, limit=limit
        )
    if as_json:
        _print_json([_document(row) for row in found])
        return
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table

    heads = ("run", "case", "state", "playbook", "subscriber", "ticket", "submitted", "words")
    out().print(table(heads, [_line(row) for row in found]))


@runs.command()
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def show(context: click.Context, /, run_id: str, *, as_json: bool) -> None:
    """Show RUN with its journal."""
    config = config_of(context)
    with told_clearly():
        stored = _runs(config)
        row = stored.run(run_id)
        note_look(
            config,
            "look.subscriber",
            f"run {run_id}",
            subscriber=row.subscriber,
            ticket=row.ticket,
        )
        entries = stored.entries(run_id)
    if as_json:
        journal = [
            {
                "kind": one.kind.value,
                "at": one.at.isoformat(),
                "step": one.step,
                "document": one.document,
            }
            for one in entries
        ]
        _print_json(_document(row) | {"journal": journal})
        return
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import table

    said = [(name, str(value)) for name, value in _document(row).items() if value is not None]
    out().print(table(("field", "value"), said))
    out().print(table(("at", "what", "step", "said"), list(_entry_lines(entries))))


@runs.command()
@click.argument("run_id", metavar="RUN")
@click.pass_context
def cancel(context: click.Context, /, run_id: str) -> None:
    """Cancel RUN: at once where it waits, at its next safe point where it runs."""
    from cpe_diag.service.spans import spans_from
    from cpe_diag.transports.clock import SystemClock
    from cpe_diag.wiring import cancelling

    config = config_of(context)
    with told_clearly():
        row = _runs(config).run(run_id)
        note_look(
            config,
            "look.subscriber",
            f"cancel run {run_id}",
            subscriber=row.subscriber,
            ticket=row.ticket,
        )
        spans = spans_from()
        try:
            row = cancelling.cancel(config, run_id, SystemClock().now(), spans=spans)
        finally:
            if spans is not None:
                spans.close()
    if row.state is RunState.RUNNING:
        click.echo(f"{run_id} ends at its next safe point; where its process has died, resume it")
    else:
        click.echo(f"{run_id} is {row.state}")


def _runs(config: Config) -> StoredRuns:
    from cpe_diag.store.runs import StoredRuns
    from cpe_diag.wiring.desk import case_store

    return StoredRuns(case_store(config))


def _document(row: RunRow) -> dict[str, Any]:
    from cpe_diag.report.codec import encode

    document = encode(row)
    if not isinstance(document, dict):
        msg = "a row of runs is an object"
        raise TypeError(msg)
    return document


def _line(row: RunRow) -> tuple[str, ...]:
    return (
        row.id,
        row.case_id,
        row.state.value,
        row.playbook,
        row.subscriber or "(erased)",
        row.ticket or "",
        row.submitted_at.isoformat(sep=" ", timespec="seconds"),
        row.words,
    )


def _entry_lines(entries: tuple[RunEntry, ...]) -> Iterator[tuple[str, ...]]:
    for one in entries:
        evidence = one.document.get("evidence")
        brief = dict(one.document)
        if isinstance(evidence, list):
            brief["evidence"] = f"{len(evidence)} observations"
        words = json.dumps(brief, ensure_ascii=False) if brief else ""
        yield one.at.isoformat(sep=" ", timespec="milliseconds"), one.kind.value, one.step, words


def _print_json(document: object) -> None:
    from cpe_diag.report.plain import json_text

    click.echo(json_text(document))
