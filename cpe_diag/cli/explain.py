"""`cpe-diag explain`: a saved case, judged again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.errors import BadInputError, told_clearly
from cpe_diag.cli.run import exit_code_for
from cpe_diag.domain.failures import BundleError

if TYPE_CHECKING:
    from cpe_diag.domain.verdict import Verdict


@click.command()
@click.argument("bundle", type=click.Path(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option("--note", is_flag=True, help="Print the note for a ticket and nothing else.")
@click.option("--facts", is_flag=True, help="List every fact with its source, and every unknown.")
@click.pass_context
def explain(
    context: click.Context, bundle: Path, *, as_json: bool, note: bool, facts: bool
) -> None:
    """Judge BUNDLE again, offline, from its evidence, and say how the verdict came about."""
    if note and (as_json or facts):
        raise click.UsageError("--note goes with neither --json nor --facts")
    from cpe_diag.store.bundle import read_bundle
    from cpe_diag.wiring.knowledge import judge

    try:
        saved = read_bundle(bundle)
    except BundleError as error:
        raise BadInputError(f"bundle: {error}") from error
    with told_clearly():
        verdict = judge()(saved.result.case)
        result = replace(saved.result, verdict=verdict)
        if as_json:
            from cpe_diag.report.as_json import run_as_json

            document = run_as_json(result, critical_path_s=saved.critical_path_s)
            click.echo(json.dumps(document, indent=2))
        elif note:
            from cpe_diag.cli.consoles import out
            from cpe_diag.report.plain import ascii_only
            from cpe_diag.report.ticket import plain_ticket_note

            console, text = out(), plain_ticket_note(result)
            shown = text if console.encoding.startswith("utf") else ascii_only(text)
            console.out(shown, end="", highlight=False)
        else:
            from datetime import timedelta

            from cpe_diag.cli.consoles import out
            from cpe_diag.report.terminal import render_evidence, render_run

            console = out()
            then = result.started_at + timedelta(seconds=result.took_s)
            console.print(render_run(result, then, console.width))
            if facts:
                console.print(render_evidence(result.evidence, then, console.width))
            click.echo(_compared(saved.result.verdict, verdict))
    context.exit(int(exit_code_for(verdict)))


def _compared(then: Verdict, now: Verdict) -> str:
    """Say whether today's rules conclude what was concluded then."""
    if then == now:
        return f"The same verdict as in the run (rules {now.rules_version})."
    if then.rules_version == now.rules_version:
        return "NOT the verdict of the run, though the rules are the same: please report this."
    return (
        f"The run concluded {then.domain}/{then.cause} by rules {then.rules_version}; "
        f"today's rules {now.rules_version} conclude {now.domain}/{now.cause}."
    )
