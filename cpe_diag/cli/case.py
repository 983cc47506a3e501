"""`cpe-diag case`: what belongs to one complaint, and where it went."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import told_clearly
from cpe_diag.cli.looks import note_look
from cpe_diag.domain.failures import RunError

if TYPE_CHECKING:
    from cpe_diag.store.cases import StoredCases
    from cpe_diag.store.run_rows import CaseRow, RunRow
    from cpe_diag.wiring.config import Config


@click.group()
def case() -> None:
    """Show, search and export cases."""


@case.command()
@click.argument("case_id", metavar="CASE")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def show(context: click.Context, /, case_id: str, *, as_json: bool) -> None:
    """Show CASE with its runs."""
    config = config_of(context)
    with told_clearly():
        found, its_runs = _looked_at(config, case_id)
    if as_json:
        from cpe_diag.report.codec import encode
        from cpe_diag.report.plain import json_text

        document = {"case": encode(found), "runs": [encode(row) for row in its_runs]}
        click.echo(json_text(document))
        return
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import listed, moment, table

    rows = [
        ("subscriber", found.subscriber or "(erased)"),
        ("ticket", found.ticket or ""),
        ("state", found.state),
        ("destination", found.destination or ""),
        ("what is known", found.words),
        ("opened", f"{moment(found.opened_at)} UTC"),
        ("due", f"{moment(found.due_at)} UTC"),
    ]
    out().print(table(("case", found.id), rows))
    click.echo()
    heads = ("run", "state", "playbook", "fault", "confidence")
    rows_of_runs = [(_run_line(row), row.words) for row in its_runs]
    click.echo("\n".join(listed(heads, rows_of_runs, width=out().width)))


@case.command()
@click.argument("words", default="")
@click.option("--subscriber", "-s", help="Only those of this subscriber.")
@click.option("--ticket", help="Only those of this ticket.")
@click.option("--state", type=click.Choice(("open", "handed_over", "closed")), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def search(  # noqa: PLR0913 - one parameter for each option
    context: click.Context,
    /,
    words: str,
    *,
    subscriber: str | None,
    ticket: str | None,
    state: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Find cases with WORDS in what is known of them, their ticket or their destination."""
    config = config_of(context)
    with told_clearly():
        note_look(
            config, "look.subscriber", "search of cases", subscriber=subscriber, ticket=ticket
        )
        found = _cases(config).search(
            words, subscriber=subscriber, ticket=ticket, state=state, limit=limit
        )
    if as_json:
        from cpe_diag.report.codec import encode
        from cpe_diag.report.plain import json_text

        click.echo(json_text([encode(one) for one in found]))
        return
    from cpe_diag.cli.consoles import out
    from cpe_diag.cli.tables import ONE_LINE, listed, table

    if not found:
        click.echo("There is no such case; `cpe-diag case search` without words shows the newest.")
        return
    heads = ("case", "state", "destination", "subscriber", "ticket", "opened (UTC)")
    console = out()
    if console.width < ONE_LINE:
        rows = [(_case_line(one), one.words) for one in found]
        click.echo("\n".join(listed(heads, rows, width=console.width)))
        return
    lines = [(*_case_line(one), one.words) for one in found]
    console.print(table((*heads, "what is known"), lines))


@case.command()
@click.argument("case_id", metavar="CASE")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
@click.option("--run", "run_id", help="The results of this run of the case; else its last.")
@click.pass_context
def export(
    context: click.Context, /, case_id: str, directory: Path, *, run_id: str | None
) -> None:
    """Write the last run of CASE into DIRECTORY, as a bundle (`judge explain` takes it)."""
    from cpe_diag.store.bundle import check_place, write_files
    from cpe_diag.store.runs import StoredRuns
    from cpe_diag.wiring.desk import case_store

    config = config_of(context)
    with told_clearly():
        check_place(directory)
        _found, its_runs = _looked_at(config, case_id)
        stored = StoredRuns(case_store(config))
        wanted = [row.id for row in its_runs if run_id in {None, row.id}]
        kept = (stored.files(one) for one in wanted)
        files = next((one for one in kept if one), None)
        if files is None:
            raise RunError(f"no run of case {case_id} has left results")
        write_files(directory, files)
    click.echo(f"bundle: {directory}")


def _looked_at(config: Config, case_id: str) -> tuple[CaseRow, tuple[RunRow, ...]]:
    """Give a case and its runs, the newest first; the look is noted.

    Raises:
        RunError: there is none.
        RightsError, StoreError: as for `note_look`.
    """
    from cpe_diag.store.runs import StoredRuns
    from cpe_diag.wiring.desk import case_store

    found = _cases(config).case(case_id)
    note_look(
        config,
        "look.subscriber",
        f"case {case_id}",
        subscriber=found.subscriber,
        ticket=found.ticket,
    )
    return found, StoredRuns(case_store(config)).runs(case_id=case_id)


def _cases(config: Config) -> StoredCases:
    from cpe_diag.store.cases import StoredCases
    from cpe_diag.wiring.desk import case_store

    return StoredCases(case_store(config))


def _case_line(one: CaseRow) -> tuple[str, ...]:
    from cpe_diag.cli.tables import moment

    return (
        one.id,
        one.state,
        one.destination or "",
        one.subscriber or "(erased)",
        one.ticket or "",
        moment(one.opened_at),
    )


def _run_line(row: RunRow) -> tuple[str, ...]:
    fault = "/".join(part for part in (row.domain, row.cause) if part)
    confidence = "" if row.confidence is None else f"{row.confidence:.2f}"
    return row.id, row.state.value, row.playbook, fault, confidence
