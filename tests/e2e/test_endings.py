"""What ends a command from outside: closed streams, full disks, gone readers, signals.

Every command runs as a process of its own, as a user runs it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.control import LabClient

if TYPE_CHECKING:
    from collections.abc import Sequence

    from running_lab import RunningLab

pytestmark = pytest.mark.lab

SUBSCRIBER = "sub-3004"
COULD_NOT_RUN = 3
ENDS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
FORMS: tuple[Sequence[str], ...] = ((), ("--json",))


def _command(lab: RunningLab, *more: str) -> list[str]:
    return [
        *(sys.executable, "-m", "cpe_diag", "--config", str(lab.config)),
        *("run", "no_internet", "--subscriber", SUBSCRIBER, *more),
    ]


@pytest.mark.parametrize("form", FORMS, ids=["text", "json"])
@pytest.mark.parametrize("number", [0, 1, 2], ids=["stdin", "stdout", "stderr"])
def test_a_run_does_not_mind_a_closed_standard_stream(
    lab: RunningLab, number: int, form: Sequence[str]
) -> None:
    """Schedulers and ticket systems start programs without them; Python gives None there."""
    done = subprocess.run(  # noqa: S603 - our own interpreter
        _command(lab, *form),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: os.close(number),
    )
    assert "Error" not in done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("form", FORMS, ids=["text", "json"])
def test_a_full_disk_behind_standard_output_is_told_as_that(
    lab: RunningLab, form: Sequence[str]
) -> None:
    """It is no mistake of the program, and nobody must take an empty file for a verdict."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(  # noqa: S603 - our own interpreter
            _command(lab, *form), stdout=full, stderr=subprocess.PIPE, check=False, timeout=60
        )
    assert b"the output cannot be written: No space left on device" in done.stderr
    assert done.returncode == COULD_NOT_RUN


def test_progress_that_cannot_be_written_costs_no_verdict(lab: RunningLab) -> None:
    """The log file is full; the verdict on standard output is what was asked for."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(  # noqa: S603 - our own interpreter
            _command(lab), stdout=subprocess.PIPE, stderr=full, check=False, timeout=60
        )
    assert b"NO FAULT FOUND" in done.stdout
    assert done.returncode == 0


@pytest.mark.parametrize("form", FORMS, ids=["text", "json"])
def test_a_reader_who_has_left_costs_no_bundle_and_hears_no_traceback(
    lab: RunningLab, form: Sequence[str], tmp_path: Path
) -> None:
    """`cpe-diag run ... | head -1` is an everyday command line."""
    reading, writing = os.pipe()
    os.close(reading)
    bundle = tmp_path / "case"
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(  # noqa: S603 - our own interpreter
            _command(lab, *form, "--bundle", str(bundle)),
            stdout=pipe,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert "Error" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == COULD_NOT_RUN
    assert (bundle / "manifest.json").is_file()


ENDED_BY = [(one, False) for one in ENDS] + [(signal.SIGTERM, True), (signal.SIGHUP, True)]


@pytest.mark.parametrize(
    ("number", "in_background"),
    ENDED_BY,
    ids=[one.name + ("-in-the-background-of-a-script" if back else "") for one, back in ENDED_BY],
)
def test_a_signal_ends_a_run_with_its_exit_code_and_leaves_nothing(
    lab: RunningLab, number: signal.Signals, tmp_path: Path, *, in_background: bool
) -> None:
    """A supervisor's SIGTERM and a closed terminal are no reason to leave half a bundle."""

    def ignore_ctrl_c() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN if in_background else signal.SIG_DFL)

    client = LabClient(lab.folder)
    client.set_fault(SUBSCRIBER, "ssh_hang")
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        _command(lab, "--bundle", str(tmp_path / "case")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=ignore_ctrl_c,  # noqa: PLW1509 - as a shell does it for `command &`
    )
    try:
        assert process.stderr is not None
        assert process.stderr.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        client.clear_faults()
    assert process.returncode == ENDS[number]
    assert "Traceback" not in out + err
    assert "interrupted" in err
    assert list(tmp_path.iterdir()) == []
