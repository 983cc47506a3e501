"""One lab for each test process: a real `cpe-diag lab up`, stopped at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from running_lab import RunningLab

from cpe_diag.lab.process import lab_process

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """Keep one lab running for all tests of this process."""
    folder = tmp_path_factory.mktemp("lab") / "run"
    with lab_process(folder, "--seed", "7"):
        config = folder / "config.yaml"
        text = config.read_text(encoding="utf-8")
        config.write_text(
            text.replace("sample_interval_s: 1.0", "sample_interval_s: 0.3"), encoding="utf-8"
        )
        yield RunningLab(folder=folder, config=config)
