"""A lab in a process of its own, for as long as somebody needs it: demonstration, bench, tests."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from cpe_diag.lab.control import NoLabError
from cpe_diag.lab.files import LAB_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READY_WITHIN_S: Final = 120.0
LOOK_EVERY_S: Final = 0.02
STOP_WITHIN_S: Final = 5.0


@contextmanager
def lab_process(folder: Path, *options: str) -> Iterator[None]:
    """Keep a lab running in a process of its own; it is gone when the block is left.

    Args:
        folder: its run directory, which is made.
        options: further options of `cpe-diag lab up`.

    Yields:
        Once the lab serves.

    Raises:
        NoLabError: it ended, or does not serve in time.
    """
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "cpe_diag", "lab", "up", "--dir", str(folder), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait_until_ready(process, folder)
        yield
    finally:
        process.terminate()
        try:
            process.communicate(timeout=STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _wait_until_ready(process: subprocess.Popen[str], folder: Path) -> None:
    give_up = time.monotonic() + READY_WITHIN_S
    while not (folder / LAB_FILE).exists():
        if process.poll() is not None:
            said = process.stderr.read().strip() if process.stderr else ""
            raise NoLabError(f"the lab did not start: {said}")
        if time.monotonic() > give_up:
            raise NoLabError(f"the lab is not ready after {READY_WITHIN_S:g} s")
        time.sleep(LOOK_EVERY_S)
