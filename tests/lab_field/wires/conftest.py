"""Wires for tests: each has a name of its own, and is taken down whatever happened."""

from __future__ import annotations

import itertools
import os
import shutil
from typing import TYPE_CHECKING, Final

import pytest
from field_wire import NEEDED, Wire, plugged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKED: Final = "CPE_DIAG_LAB_FIELD"
NUMBERS: Final = itertools.count(1)


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Wire]:
    """Give a wire on which nobody answers yet."""
    if not os.environ.get(ASKED):
        pytest.skip("needs root and network namespaces: `make lab-field` runs it")
    lacking = sorted({NEEDED[one] for one in NEEDED if shutil.which(one) is None})
    if lacking or os.geteuid() != 0:
        words = f"needs root, and on Debian: apt-get install {' '.join(lacking)}"
        pytest.fail(words, pytrace=False)
    with plugged(f"{os.getpid()}-{next(NUMBERS)}", tmp_path) as made:
        yield made
