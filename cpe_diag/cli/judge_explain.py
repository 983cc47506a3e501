"""`cpe-diag judge explain`: a saved case judged again with every number, or a cause told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cpe_diag.cli.completers import causes
from cpe_diag.cli.context import config_of
from cpe_diag.cli.errors import BadInputError, told_clearly
from cpe_diag.cli.run import exit_code_for
from cpe_diag.domain.failures import BundleError
from cpe_diag.domain.verdict import FaultDomain

if TYPE_CHECKING:
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.engine.run import RunResult
    from cpe_diag.judge.cause_page import CausePage
    from cpe_diag.store.bundle import Bundle


@click.command()
@click.argument("what", metavar="BUNDLE|CAUSE", shell_complete=causes)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option("--note", is_flag=True, help="Print the note for a ticket and nothing else.")
@click.option("--facts", is_flag=True, help="List every fact with its source, and every unknown.")
@click.option("--why", metavar="CAUSE", help="Write out the sum of this cause too.")
@click.pass_context
def explain(  # noqa: PLR0913 - one parameter for each option
    context: click.Context,
    what: str,
    *,
    as_json: bool,
    note: bool,
    facts: bool,
    why: str | None,
) -> None:
    """Judge BUNDLE again, offline, with every number behind it; or tell of CAUSE.

    A directory is a bundle; the id of a cause, such as line_noise, prints what speaks for it and
    against it, with weights and thresholds and where they come from.
    """
    if note and (as_json or facts or why):
        raise click.UsageError("--note goes with neither --json nor --facts nor --why")
    if as_json and why:
        raise click.UsageError("--why goes with the report, not with --json")
    page = None if Path(what).is_dir() else _page(context, what)
    if page is not None:
        if note or facts or why:
            raise click.UsageError("--note, --facts and --why go with a bundle")
        _tell_cause(page, as_json=as_json)
        return
    saved = _read(Path(what))
    with told_clearly():
        verdict = _tell_bundle(saved, as_json=as_json, note=note, facts=facts, why=why)
    context.exit(int(exit_code_for(verdict)))


def _page(context: click.Context, name: str) -> CausePage | None:
    """Find a cause; None where the name is that of no cause, but may be a path's.

    Raises:
        BadInputError: there is neither such a cause nor such a path.
    """
    from difflib import get_close_matches

    from cpe_diag.judge.cause_page import cause_page
    from cpe_diag.judge.causes import CAUSES

    if "/" in name or "\\" in name or name.startswith("."):
        return None
    config = config_of(context)
    with told_clearly():
        page = cause_page(name, config.thresholds)
    near = get_close_matches(name, [cause.id for cause in CAUSES], n=3)
    if page is None and not Path(name).exists():
        hint = (
            f"did you mean {', '.join(near)}?"
            if near
            else "a verdict's JSON names causes by their id"
        )
        raise BadInputError(f"{name!r} is neither a directory nor a cause; {hint}")
    return page


def _read(directory: Path) -> Bundle:
    """Read a bundle.

    Raises:
        BadInputError: it is none, or damaged.
    """
    from cpe_diag.store.bundle import read_bundle

    try:
        return read_bundle(directory)
    except BundleError as error:
        raise BadInputError(f"bundle: {error}") from error


def _tell_bundle(
    saved: Bundle, *, as_json: bool, note: bool, facts: bool, why: str | None
) -> Verdict:
    """Judge again and print."""
    from cpe_diag.wiring.knowledge import judge

    verdict = judge()(saved.result.case)
    sent = saved.result.destination
    own = sent is saved.result.verdict.destination  # else somebody chose another desk
    desk = verdict.destination if own else sent
    result = replace(saved.result, verdict=verdict, destination=desk)
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
        _tell_person(result, facts=facts, why=why)
        click.echo(_compared(saved.result.verdict, verdict))
    return verdict


def _tell_person(result: RunResult, *, facts: bool, why: str | None) -> None:
    """Print the report, the sums behind it, and the facts.

    Raises:
        BadInputError: the cause that is asked about does not exist.
    """
    from datetime import timedelta

    from cpe_diag.cli.consoles import out
    from cpe_diag.judge.calibration import LEARNED
    from cpe_diag.judge.decide import belief_in
    from cpe_diag.judge.left_open import left_open
    from cpe_diag.report.belief_text import SUMS, belief_lines
    from cpe_diag.report.plain import ascii_only
    from cpe_diag.report.terminal import render_evidence, render_run

    console = out()
    then = result.started_at + timedelta(seconds=result.took_s)
    candidates = list(result.verdict.candidates)
    if why is not None and why not in {one.cause for one in candidates}:
        asked = belief_in(result.case, why)
        if asked is None:
            raise BadInputError(f"--why: there is no cause {why!r}")
        candidates.append(asked)
    console.print(render_run(result, then, console.width))
    if candidates:
        console.print()
    is_open = result.verdict.domain is FaultDomain.UNDETERMINED
    for line in left_open(result.case) if is_open else ():
        shown = f"Open, because {line}"
        console.out(
            shown if console.encoding.startswith("utf") else ascii_only(shown), highlight=False
        )
    learned = f"Confidence of what leads: {LEARNED.words()}"
    for line in (SUMS, *belief_lines(candidates), learned) if candidates else ():
        shown = line if console.encoding.startswith("utf") else ascii_only(line)
        console.out(shown, highlight=False)
    if facts:
        console.print(render_evidence(result.evidence, then, console.width))


def _tell_cause(page: CausePage, *, as_json: bool) -> None:
    """Print a cause."""
    from cpe_diag.cli.judge_words import cause_lines
    from cpe_diag.report.codec import encode

    if as_json:
        click.echo(json.dumps(encode(page), indent=2))
        return
    for line in cause_lines(page):
        click.echo(line)


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
