"""`cpe-diag run`: the main job."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from cpe_diag.cli.completers import playbooks
from cpe_diag.cli.context import config_of
from cpe_diag.cli.durations import Duration
from cpe_diag.cli.errors import told_clearly
from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.cli.looks import note_look
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.driver_kit.mac_address import mac_text, octets_of

if TYPE_CHECKING:
    from cpe_diag.domain.verdict import Verdict
    from cpe_diag.engine.run import RunResult

LOAD_AGREED: Final = "; the customer agrees to a download of 10 MB"
"""What the audit trail holds of it."""


@click.command()
@click.argument("playbook", shell_complete=playbooks)
@click.option("--subscriber", "-s", required=True, help="The subscriber's id in the inventory.")
@click.option("--ticket", help="The operator's ticket reference; it goes into every output.")
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="ID=VALUE",
    help="Answer a question of the playbook beforehand; may be given several times.",
)
@click.option(
    "--value",
    "values",
    multiple=True,
    metavar="ID=VALUE",
    help="What an `act` step of the playbook sets, where it names none (a new name).",
)
@click.option("--device", metavar="MAC", help="The device in question, when it is about one.")
@click.option("--platform", metavar="NAME", help="The site in question: a name or a host.")
@click.option(
    "--budget",
    type=Duration(),
    default="15m",
    show_default=True,
    help="When it is used up, the best verdict so far is handed over.",
)
@click.option(
    "--everything",
    is_flag=True,
    help="Measure all there is, in place of what could change the verdict; for comparison.",
)
@click.option(
    "--load-agreed",
    is_flag=True,
    help="The customer agrees that their metered line is loaded with up to 10 MB.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")
@click.option(
    "--bundle",
    type=click.Path(file_okay=False, path_type=Path),
    help="Save evidence and redacted raw answers into this new directory.",
)
@click.pass_context
def run(  # noqa: PLR0913 - one parameter for each option
    context: click.Context,
    /,
    *,
    playbook: str,
    subscriber: str,
    ticket: str | None,
    answers: tuple[str, ...],
    values: tuple[str, ...],
    device: str | None,
    platform: str | None,
    budget: float,
    everything: bool,
    load_agreed: bool,
    as_json: bool,
    bundle: Path | None,
) -> None:
    """Run PLAYBOOK on a subscriber and say whose fault it is, with evidence.

    Where it changes the router, the customer's consent to the exact plan is asked for, or has to
    be on record.
    """
    from cpe_diag.cli.run_doing import begin
    from cpe_diag.playbook.answers import check_values
    from cpe_diag.store.bundle import check_place
    from cpe_diag.wiring.keeping import keeping
    from cpe_diag.wiring.runs import RunWish, prepare

    wish = RunWish(
        playbook=playbook,
        subscriber=subscriber,
        ticket=ticket,
        budget_s=budget,
        answers=pairs(answers, "--answer"),
        device_mac=_mac(device),
        platform=platform,
        everything=everything,
        load_agreed=load_agreed,
    )
    with told_clearly(), keeping(config_of(context)) as config:
        if bundle is not None:
            check_place(bundle)
        prepared = prepare(config, wish)
        given = pairs(values, "--value")
        check_values(prepared.playbook, given)
        note_look(
            config,
            "look.subscriber",
            f"playbook {prepared.playbook.id}" + (LOAD_AGREED if load_agreed else ""),
            subscriber=prepared.subscriber.id,
            ticket=ticket,
        )
        result = begin(prepared, given, as_json=as_json)
        told(result, as_json=as_json, bundle=bundle)
    context.exit(int(exit_code_for(result.verdict)))


def told(result: RunResult, *, as_json: bool, bundle: Path | None) -> None:
    """Print the result of a run, and save its bundle where one is wanted.

    Raises:
        BundleError: it cannot be saved.
    """
    try:
        _report(result, as_json=as_json)
    finally:  # a reader who has gone (`| head`) does not cost the case
        if bundle is not None:
            _save(bundle, result, quiet=as_json)


def exit_code_for(verdict: Verdict) -> ExitCode:
    """Say which exit code a verdict gets.

    Args:
        verdict: the run's conclusion.

    Returns:
        NO_FAULT, UNDETERMINED or FAULT_FOUND.
    """
    if verdict.domain is FaultDomain.NONE:
        return ExitCode.NO_FAULT
    if verdict.domain is FaultDomain.UNDETERMINED:
        return ExitCode.UNDETERMINED
    return ExitCode.FAULT_FOUND


def pairs(given: tuple[str, ...], option: str) -> dict[str, str]:
    """Split `id=value`.

    Raises:
        BadParameter: there is no `=`, or one id is given twice.
    """
    answers: dict[str, str] = {}
    for answer in given:
        question, separator, choice = answer.partition("=")
        if not separator or not question or not choice:
            raise click.BadParameter(f"{answer!r} is not ID=VALUE", param_hint=option)
        if question in answers:
            raise click.BadParameter(f"{question!r} is given twice", param_hint=option)
        answers[question] = choice
    return answers


def _mac(given: str | None) -> str | None:
    """Bring a MAC address into lower-case colon form.

    Raises:
        BadParameter: it has not twelve hex digits.
    """
    if given is None:
        return None
    octets = octets_of(given)
    if octets is None:
        raise click.BadParameter(
            f"{given!r} is no MAC address such as 02:00:5e:10:00:01", param_hint="--device"
        )
    return mac_text(octets)


def _report(result: RunResult, *, as_json: bool) -> None:
    """Print the result on standard output."""
    from cpe_diag.engine.critical_path import critical_path

    if as_json:
        from cpe_diag.cli.consoles import utf8
        from cpe_diag.report.as_json import run_as_json
        from cpe_diag.report.plain import json_text

        document = run_as_json(result, critical_path_s=critical_path(result.trace).total_s)
        click.echo(json_text(document) if utf8() else json.dumps(document, indent=2))
        return
    from datetime import UTC, datetime

    from cpe_diag.cli.consoles import out
    from cpe_diag.report.terminal import render_run

    console = out()
    console.print(render_run(result, datetime.now(UTC), console.width))


def _save(bundle: Path, result: RunResult, *, quiet: bool) -> None:
    """Save the bundle and say where it is."""
    from cpe_diag.engine.critical_path import critical_path
    from cpe_diag.store.bundle import write_bundle

    saved = write_bundle(bundle, result, critical_path_s=critical_path(result.trace).total_s)
    if not quiet:
        click.echo(f"bundle: {saved} (judge it again offline: cpe-diag judge explain {saved})")
