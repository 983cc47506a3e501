"""Every shipped access driver passes the full check and keeps what a driver has to keep."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpe_diag.domain.missing import Missing
from cpe_diag.driver_kit.access import AccessDriver
from cpe_diag.driver_kit.capabilities import ACCESS_READING
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
def test_only_what_is_known_to_be_readable_is_done(path: Path) -> None:
    """Changing comes with consent, later; a driver that says `done` today would be wrong."""
    done = {name for name, one in driver_of(path).capabilities.items() if one.verified}
    assert done <= set(ACCESS_READING)
