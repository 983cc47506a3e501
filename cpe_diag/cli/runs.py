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
    from collections.abc import Iterator, Mapping
    from datetime import datetime

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
    from cpe_diag.cli.tables import ONE_LINE, listed, table

    if not found:
        click.echo("There is no such run; `cpe-diag submit` and `cpe-diag run` make one.")
        return
    heads = ("run", "state", "playbook", "subscriber", "ticket", "submitted (UTC)")
    console = out()
    if console.width < ONE_LINE:
        rows = [(_line(row), f"case {row.case_id}: {row.words or 'not begun'}") for row in found]
        click.echo("\n".join(listed(heads, rows, width=console.width)))
        return
    lines = [(*_line(row), row.case_id, row.words) for row in found]
    console.print(table((*heads, "case", "words"), lines))


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

    out().print(table(("run", row.id), list(_fields(row))))
    click.echo()
    if not entries:
        click.echo("no journal: it has not begun")
        return
    out().print(table(("at (UTC)", "what", "step", "said"), list(_entry_lines(entries))))


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
    from cpe_diag.cli.tables import moment

    return (
        row.id,
        row.state.value,
        row.playbook,
        row.subscriber or "(erased)",
        row.ticket or "",
        moment(row.submitted_at),
    )


def _fields(row: RunRow) -> Iterator[tuple[str, str]]:
    """Give what whoever looks after a run wants to know of it; --json has all of it."""
    asked = {name: value for name, value in row.wish.items() if value and name != "sealed"}
    found = "/".join(part for part in (row.domain, row.cause) if part)
    said = {
        "case": row.case_id,
        "playbook": row.playbook,
        "subscriber": row.subscriber or "(erased)",
        "ticket": row.ticket,
        "asked": _brief(asked),
        "state": row.state.value,
        "words": row.words,
        "verdict": f"{found}, confidence {row.confidence or 0:.2f}" if found else "",
        "destination": row.destination,
        "ordered": _second(row.submitted_at),
        "not before": _second(row.not_before),
        "due": _second(row.due_at),
        "begun": _second(row.started_at),
        "ended": _second(row.ended_at),
        "cancel asked": _second(row.cancel_asked_at),
        "taken up": {0: "", 1: "once"}.get(row.attempt, f"{row.attempt} times"),
        "worker": row.worker,
        "region": row.region,
        "access node": row.node,
        "router": row.router,
    }
    for name, value in said.items():
        if value:
            yield name, value


def _second(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _entry_lines(entries: tuple[RunEntry, ...]) -> Iterator[tuple[str, ...]]:
    day = None
    for one in entries:
        if one.at.date() != day:
            day = one.at.date()
            yield str(day), "", "", ""
        at = f"{one.at:%H:%M:%S}.{one.at.microsecond // 1000:03}"
        yield at, one.kind.value, one.step, _brief(one.document)


def _brief(document: Mapping[str, object]) -> str:
    """Say what an entry holds in as few words as a column takes."""
    for name, ended in (("record", "state"), ("act", "ended")):
        of_it = document.get(name)
        if isinstance(of_it, dict):
            return "; ".join(str(part) for part in (of_it.get(ended), of_it.get("note")) if part)
    return ", ".join(_said(name, value) for name, value in document.items() if value)


def _said(name: str, value: object) -> str:
    counted = {"probes": "probe", "evidence": "observation"}.get(name)
    if counted is not None and isinstance(value, list):
        return f"{len(value)} {counted}" + "s" * (len(value) != 1)
    shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"{name}: {shown}"


def _print_json(document: object) -> None:
    from cpe_diag.report.plain import json_text

    click.echo(json_text(document))
