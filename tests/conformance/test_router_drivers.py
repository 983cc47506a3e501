"""Every shipped router driver passes the full check and keeps what a driver has to keep."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpe_diag.driver_kit.load import check_driver_file, load_router_driver
from cpe_diag.driver_kit.router import RouterDriver
from cpe_diag.testing.driver_conformance import check_router_driver

FOLDER = Path(__file__).resolve().parents[2] / "drivers"
FILES = sorted(path for path in FOLDER.glob("*.yaml") if "kind: router" in path.read_text())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_driver_keeps_what_every_driver_has_to_keep(path: Path) -> None:
    """No answer of any router, however odd, may end in a traceback."""
    driver = check_driver_file(path)
    assert isinstance(driver, RouterDriver)
    check_router_driver(driver)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_folders_readers_are_loaded_from_the_folder(path: Path) -> None:
    """The same two files in an operator's own folder make the same driver."""
    packaged = load_router_driver(path.stem)
    own = load_router_driver(path.stem, (FOLDER,))
    assert set(own.questions) == set(packaged.questions)
    for name, question in own.questions.items():
        assert question.commands == packaged.questions[name].commands
        # What several drivers share is the package's own, whoever names it.
        shared = question.reader.__module__.startswith("cpe_diag.driver_kit.")
        assert (question.reader is packaged.questions[name].reader) is shared
    assert any(not one.reader.__module__.startswith("cpe_diag.") for one in own.questions.values())
