"""`cpe-diag resume`: go on with a run whose process has died."""

from __future__ import annotations

from pathlib import Path

import click

from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import told_clearly
from cpe_diag.cli.looks import note_look


@click.command()
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option(
    "--bundle",
    type=click.Path(file_okay=False, path_type=Path),
    help="Save evidence and redacted raw answers into this new directory.",
)
@click.pass_context
def resume(context: click.Context, /, run_id: str, *, as_json: bool, bundle: Path | None) -> None:
    """Go on with RUN: nobody is asked twice, and nothing is done again that may have happened.

    What was measured more than two minutes ago is measured again; a change that was begun is
    looked at first.
    """
    from cpe_diag.cli.run import exit_code_for, told
    from cpe_diag.cli.run_doing import resume as go_on
    from cpe_diag.store.bundle import check_place
    from cpe_diag.store.runs import StoredRuns
    from cpe_diag.wiring.desk import case_store
    from cpe_diag.wiring.keeping import keeping

    with told_clearly(), keeping(config_of(context)) as config:
        if bundle is not None:
            check_place(bundle)
        row = StoredRuns(case_store(config)).run(run_id)
        note_look(
            config,
            "look.subscriber",
            f"resume run {run_id}",
            subscriber=row.subscriber,
            ticket=row.ticket,
        )
        result = go_on(config, run_id, as_json=as_json)
        told(result, as_json=as_json, bundle=bundle)
    context.exit(int(exit_code_for(result.verdict)))
