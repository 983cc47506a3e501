"""The virtual router for tests: a clean one for each, from a snapshot."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from debian_packages import LabMissingError
from guest_machine import Machine
from made_image import made_image

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKED: str = "CPE_DIAG_LAB_WIFI"


@pytest.fixture(scope="session")
def image() -> Path:
    """Make the image, or skip with what is missing; asked for in vain it is an error."""
    if not os.environ.get(ASKED):
        pytest.skip("a virtual machine of minutes: `make lab-wifi` runs it")
    try:
        return made_image()
    except LabMissingError as error:
        pytest.fail(f"the Wi-Fi lab cannot be made: {error}", pytrace=False)


@pytest.fixture
def machine(image: Path, tmp_path: Path) -> Iterator[Machine]:
    """Give a clean router that has just come up."""
    disk = tmp_path / "disk.qcow2"
    shutil.copyfile(image / "disk.qcow2", disk)
    with Machine(image=image, disk=disk) as started:
        yield started
