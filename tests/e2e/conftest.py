"""One lab for each test process: a real `cpe-diag lab up`, stopped at the end."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from running_lab import RunningLab

if TYPE_CHECKING:
    from collections.abc import Iterator

READY_WITHIN_S = 30.0


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Keep one lab running for all tests of this process."""
    folder = tmp_path_factory.mktemp("lab") / "run"
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "cpe_diag", "lab", "up", "--seed", "7", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        give_up = time.monotonic() + READY_WITHIN_S
        while not (folder / "lab.json").exists():
            if process.poll() is not None or time.monotonic() > give_up:
                said = process.stderr.read() if process.stderr else ""
                pytest.fail(f"the lab did not start: {said}")
            time.sleep(0.05)
        config = folder / "config.yaml"
        text = config.read_text(encoding="utf-8")
        config.write_text(
            text.replace("sample_interval_s: 1.0", "sample_interval_s: 0.3"), encoding="utf-8"
        )
        yield RunningLab(folder=folder, config=config)
    finally:
        process.terminate()
        process.communicate(timeout=10)
