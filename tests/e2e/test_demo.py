"""`cpe-diag demo`, which `make demo` runs: the first thing that a newcomer sees."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.lab


def test_three_faults_get_three_verdicts_and_nothing_is_left_running() -> None:
    """Three complaints that sound the same, three domains, and no word on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "cpe_diag", "demo"],
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"━ ([A-Z' ]+) ━", done.stdout) == [
        "FAULT IN THE OPERATOR'S NETWORK",
        "FAULT IN THE HOME ROUTER",
        "FAULT ON THE CUSTOMER'S DEVICE",
    ]
    assert done.stdout.count("$ cpe-diag run no_internet") == 3
    assert done.stdout.endswith("The simulated network is stopped.\n")
