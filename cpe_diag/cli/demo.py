"""`cpe-diag demo`: the main job on a simulated network, from nothing to three verdicts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from cpe_diag.cli.errors import CouldNotRunError, told_clearly
from cpe_diag.cli.exit_codes import ExitCode

RUN_WITHIN_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One caller of the demonstration: which subscriber, which fault, what they say."""

    subscriber: str
    fault: str
    caller_says: str
    answers: tuple[str, ...] = ()


CASES: Final = (
    Case(
        subscriber="sub-1003",
        fault="dhcp_no_offer",
        caller_says="Nothing works since this morning.",
        answers=("affected=all_devices",),
    ),
    Case(
        subscriber="sub-3002",
        fault="lan_dhcp_off",
        caller_says="I have no internet, on any device.",
        answers=("affected=all_devices",),
    ),
    Case(
        subscriber="sub-2004",
        fault="lan_rogue_dhcp",
        caller_says="No internet since my son plugged in his old router.",
        answers=("affected=all_devices",),
    ),
)
"""Three complaints that sound the same and belong to three different desks."""


@click.command()
def demo() -> None:
    """Start the simulated network, break three homes in three ways, and diagnose each."""
    from cpe_diag.lab.control import LabClient
    from cpe_diag.lab.process import lab_process

    with tempfile.TemporaryDirectory(prefix="cpe-diag-demo-") as folder:
        lab_folder = Path(folder) / "lab"
        click.echo(click.style("Starting a simulated operator network ...", dim=True))
        with told_clearly(), lab_process(lab_folder):
            client = LabClient(lab_folder)
            for case in CASES:
                client.set_fault(case.subscriber, case.fault)
            _run_all(lab_folder / "config.yaml")
    click.echo(click.style("The simulated network is stopped.", dim=True))


def _run_all(config: Path) -> None:
    """Run the playbook on every case, side by side, and print them in their order.

    Raises:
        CouldNotRunError: a run could not be made.
    """
    runs = [(case, _start(case, config)) for case in CASES]
    for case, process in runs:
        out, err = process.communicate(timeout=RUN_WITHIN_S)
        click.echo()
        click.secho(f'{case.subscriber}: "{case.caller_says}"', bold=True)
        click.secho("$ " + " ".join(_arguments(case)), fg="cyan")
        click.echo(out)
        if process.returncode not in (
            ExitCode.NO_FAULT,
            ExitCode.FAULT_FOUND,
            ExitCode.UNDETERMINED,
        ):
            raise CouldNotRunError(f"the run failed: {err.strip()}")


def _arguments(case: Case) -> list[str]:
    """Give the command line of a case, as a person would type it."""
    answers = [part for answer in case.answers for part in ("--answer", answer)]
    return ["cpe-diag", "run", "no_internet", "--subscriber", case.subscriber, *answers]


def _start(case: Case, config: Path) -> subprocess.Popen[str]:
    """Start one run as a process, coloured as our own output is."""
    environment = dict(os.environ, COLUMNS=str(shutil.get_terminal_size((100, 24)).columns))
    if sys.stdout.isatty() and "NO_COLOR" not in environment:
        environment["FORCE_COLOR"] = "1"
    command = [sys.executable, "-m", "cpe_diag", "--config", str(config), *_arguments(case)[1:]]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
