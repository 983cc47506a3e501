"""Every shipped access driver passes the full check and keeps what a driver has to keep."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.capabilities import ACCESS_CHANGING
from cpe_diag.driver_kit.capability import Verified
from cpe_diag.driver_kit.decode import decode
from cpe_diag.driver_kit.load import check_driver_file, list_drivers
from cpe_diag.testing.driver_conformance import check_access_driver

FOLDER = Path(__file__).resolve().parents[2] / "drivers"
FILES = sorted(path for path in FOLDER.glob("*.yaml") if "kind: access" in path.read_text())


def driver_of(path: Path) -> AccessDriver:
    """Check a file in full."""
    driver = check_driver_file(path)
    assert isinstance(driver, AccessDriver)
    return driver


def test_every_driver_file_is_shipped_and_every_shipped_one_is_here() -> None:
    """A file that the package leaves out works in a checkout only."""
    shipped = {file.id for file in list_drivers() if file.trusted}
    assert shipped == {path.stem for path in FOLDER.glob("*.yaml")}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_driver_keeps_what_every_driver_has_to_keep(path: Path) -> None:
    """The same checks are shipped for drivers that others write."""
    check_access_driver(driver_of(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_number_of_the_lines_is_bounded_or_has_a_sentinel(path: Path) -> None:
    """A margin or a power of 214748364.6 dB must have no way into a fact."""
    for group, specs in driver_of(path).groups.items():
        for spec in specs:
            if spec.unit in {"dB", "dBm"}:
                assert isinstance(decode(spec, 2**31 - 1), Missing), f"{group}.{spec.field}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_change_is_called_proven_on_a_device(path: Path) -> None:
    """No node of any vendor was ever changed by us; whoever does it says so in the driver."""
    stated = driver_of(path).capabilities
    proofs = {stated[name].verified for name in ACCESS_CHANGING}
    assert proofs <= {None, Verified.DOCUMENTATION}
