"""`field report` finds the checks of a visit by whatever somebody has at hand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from laptop_and_office import AT, did, files

from cpe_diag.cli import main
from cpe_diag.domain.failures import RunError
from cpe_diag.testing.faults_on_site import loses, on_site
from cpe_diag.wiring.field_report import checks_of, record

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.wiring.config import Config

PLACE = "wall_port"


@pytest.fixture
def visited(laptop: Config) -> Config:
    """Give a laptop with a visit of two checks, and one of another day."""
    bad, good = files(loses(on_site(PLACE), PLACE), "Loss"), files(on_site(PLACE), "No fault")
    did(laptop, "run-old", "T-0", files=bad, at=AT - timedelta(days=2))
    did(laptop, "run-1", "T-1", files=bad)
    did(laptop, "run-2", "T-1", files=good, at=AT + timedelta(hours=1))
    did(laptop, "run-x", "T-2", subscriber="sub-2", files=good)
    return laptop


@pytest.mark.parametrize("meant", ["run-1", "run-2", "T-1", "sub-1"])
def test_a_visit_is_found_by_its_run_ticket_or_subscriber(visited: Config, meant: str) -> None:
    """It is all checks of that home on that day, and no others."""
    assert [row.id for row in checks_of(visited, meant)] == ["run-2", "run-1"]


def test_a_visit_that_nobody_knows_is_told(visited: Config) -> None:
    """Nothing is made of nothing."""
    with pytest.raises(RunError, match="no check on site"):
        checks_of(visited, "T-9")


def test_the_record_is_made_of_what_was_kept(visited: Config) -> None:
    """Losses before, none after."""
    made = record(visited, checks_of(visited, "T-1"))
    assert (made.subscriber, made.ticket, made.checks) == ("sub-1", "T-1", 2)
    (place,) = made.places
    assert (place.first.fault, place.last.fault) == ("Loss: as it is", "No fault: as it is")


def test_the_command_writes_page_and_pdf(visited: Config, tmp_path: Path) -> None:
    """Private files, and the text on the terminal."""
    page, pdf = tmp_path / "visit.html", tmp_path / "visit.pdf"
    words = ["--config", visited.origin, "field", "report", "T-1"]
    told = CliRunner().invoke(main, [*words, "--html", str(page), "--pdf", str(pdf)])
    assert told.exit_code == 0, told.output
    assert "12 of 100" in told.output
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert page.stat().st_mode & 0o077 == 0
