"""`make bench`: honest figures of speed, printed and written to bench-results/.

Every figure is measured against something in the same run, so that the ratio means something on
any machine; nothing in the test suite depends on one of them.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench_rows import Row, finish, row

from cpe_diag.engine.critical_path import critical_path
from cpe_diag.lab.process import lab_process
from cpe_diag.store.bundle import read_bundle

RTT_MS: Final = 30
HELP_RUNS: Final = 15
DIAGNOSIS_RUNS: Final = 7
SUBSCRIBERS: Final = ("sub-1001", "sub-2002", "sub-3002")
HELP_LIMIT_S: Final = 0.150
PATH_LIMIT: Final = 1.25
SNMP_LIMIT: Final = 12
NO_FAULT: Final = 0


def _whole_process(arguments: list[str], times: int, *, expect: int = 0) -> list[float]:
    """Time a command as a whole process, after one run that is not counted."""
    taken = []
    for number in range(times + 1):
        began = time.perf_counter()
        done = subprocess.run(arguments, capture_output=True, check=False, timeout=60)  # noqa: S603 - our own interpreter
        took = time.perf_counter() - began
        if done.returncode != expect:
            said = done.stderr.decode() or done.stdout.decode()
            raise SystemExit(f"{' '.join(arguments)} ended with {done.returncode}: {said}")
        if number:
            taken.append(took)
    return taken


def help_rows() -> list[Row]:
    """How long `--help` takes, beside an interpreter that does nothing."""
    bare = _whole_process([sys.executable, "-c", "pass"], HELP_RUNS)
    ours = _whole_process([sys.executable, "-m", "cpe_diag", "--help"], HELP_RUNS)
    return [
        row("python -c pass", bare, "s", None, "the floor"),
        row("cpe-diag --help", ours, "s", HELP_LIMIT_S, "whole process"),
    ]


@dataclass(slots=True)
class Diagnosis:
    """What several runs on one subscriber took, in seconds; the first is not counted."""

    runs: list[float] = field(default_factory=list)
    chains: list[float] = field(default_factory=list)
    floors: list[float] = field(default_factory=list)
    commands: list[float] = field(default_factory=list)
    snmp: list[float] = field(default_factory=list)
    path: str = ""


def diagnose(config: Path, subscriber: str, folder: Path) -> Diagnosis:
    """Run no_internet on one subscriber several times, each as a command of its own."""
    seen = Diagnosis()
    for number in range(DIAGNOSIS_RUNS + 1):
        bundle = folder / f"{subscriber}-{number}"
        began = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [
                *(sys.executable, "-m", "cpe_diag", "--config", str(config)),
                *("run", "no_internet", "--subscriber", subscriber),
                *("--json", "--bundle", str(bundle)),
            ],
            capture_output=True,
            check=False,
            timeout=60,
        )
        took = time.perf_counter() - began
        if done.returncode != NO_FAULT:
            raise SystemExit(f"{subscriber}: exit {done.returncode}: {done.stdout.decode()}")
        if not number:
            continue
        result = read_bundle(bundle).result
        path = critical_path(result.trace)
        seen.commands.append(took)
        seen.runs.append(result.took_s)
        seen.chains.append(path.total_s)
        seen.floors.append(sum(one.round_trips for one in path.chain) * RTT_MS / 1000)
        seen.snmp.append(float(sum(one.operation.startswith("snmp.") for one in result.trace)))
        seen.path = " > ".join(
            f"{one.operation} {one.took_s * 1000:.0f} ms ({one.round_trips} RTT)"
            for one in path.chain
        )
    return seen


def diagnosis_rows(config: Path, folder: Path) -> list[Row]:
    """A full no_internet run at a given round trip: measured beside its critical path."""
    rows: list[Row] = []
    for subscriber in SUBSCRIBERS:
        seen = diagnose(config, subscriber, folder)
        ratios = [run / chain for run, chain in zip(seen.runs, seen.chains, strict=True)]
        rows += [
            row(f"{subscriber}: the run", seen.runs, "s", None, "first question to verdict"),
            row(f"{subscriber}: its critical path", seen.chains, "s", None, seen.path),
            row(f"{subscriber}: run / critical path", ratios, "", PATH_LIMIT, "ratio"),
            row(f"{subscriber}: round trips alone", seen.floors, "s", None, "of that path"),
            row(f"{subscriber}: whole command", seen.commands, "s", None, "with process start"),
            row(f"{subscriber}: SNMP requests", seen.snmp, "", SNMP_LIMIT, "port, line, controls"),
        ]
    return rows


def with_lab() -> list[Row]:
    """Start a lab with the round trip, measure, stop it."""
    with tempfile.TemporaryDirectory(prefix="cpe-diag-bench-") as folder:
        lab = Path(folder) / "lab"
        with lab_process(lab, "--rtt", str(RTT_MS)):
            return diagnosis_rows(lab / "config.yaml", Path(folder))


def main() -> None:
    """Measure, print, write."""
    how = f"round trip {RTT_MS} ms, medians of {HELP_RUNS} and {DIAGNOSIS_RUNS} runs"
    finish("bench", how, help_rows() + with_lab())


if __name__ == "__main__":
    main()
