"""Homes for tests: each has a name of its own, and is taken down whatever happened."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

import pytest

from cpe_diag.lab.home import network
from cpe_diag.lab.home.needs import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKED = "CPE_DIAG_LAB_HOME"
NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Skip where nobody asked for it; asked for in vain it is an error. Files go to a folder."""
    if not os.environ.get(ASKED):
        pytest.skip("needs root and network namespaces: `make lab-home` runs it")
    reason = missing()
    if reason is not None:
        pytest.fail(f"the home lab cannot be made: {reason}", pytrace=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def free_name(place: None) -> Iterator[str]:  # noqa: ARG001 - it comes first
    """Give a name that no other copy has; what was built under it is taken down."""
    name = f"t{os.getpid()}_{next(NUMBERS)}"
    yield name
    network.down(name)


@pytest.fixture
def home(free_name: str) -> str:
    """Give the name of a copy that is up."""
    network.up(free_name)
    return free_name


@pytest.fixture
def homes(place: None) -> Iterator[list[str]]:  # noqa: ARG001 - it comes first
    """Give the names of three copies that are up: waiting for one is time for the others."""
    names = [f"t{os.getpid()}_{next(NUMBERS)}" for _ in range(3)]
    try:
        for name in names:
            network.up(name)
        yield names
    finally:
        for name in names:
            network.down(name)
