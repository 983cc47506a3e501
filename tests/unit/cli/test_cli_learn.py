"""`cpe-diag judge learn`: numbers are set by cases of the tuning half only."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cpe_diag.cli import main
from cpe_diag.judge.calibration import Calibration
from cpe_diag.store.bundle import write_bundle
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing import faults_whose as whose
from cpe_diag.testing.evidence_samples import dsl_home, ethernet_home
from cpe_diag.testing.run_samples import sample_run

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from cpe_diag.judge.question import CaseFile


def saved(place: Path, case: CaseFile, cause: str, half: str = "tuning") -> None:
    """Save a case with its truth."""
    write_bundle(place, replace(sample_run(), case=case))
    truth = {"domain": "network", "cause": cause, "half": half, "lab": "home", "case": place.name}
    (place / "truth.json").write_text(json.dumps(truth))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Save 24 cases: 20 are told rightly, 3 wrongly, one is not told."""
    folder = tmp_path / "results"
    for at in range(20):
        saved(folder / f"right{at}", outside.port_shut(ethernet_home()), "port_shut")
    for at in range(3):
        saved(folder / f"wrong{at}", outside.port_shut(dsl_home()), "line_cut")
    saved(folder / "open", outside.line_cut(ethernet_home()), "line_cut")
    (folder / "plan.json").write_text('{"seed": 7, "cases": 24}')
    return folder


def learn(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["judge", "learn", *words])


def test_the_numbers_are_written_with_their_source(archive: Path) -> None:
    """Which runs, how many, when, and in which order they were caused."""
    out = archive.parent / "calibration.json"
    done = learn(str(archive), "--out", str(out))
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(
        "24 runs, in 23 of them a cause leads, in 20 of these rightly\nthe sum times "
    )
    held = Calibration(**json.loads(out.read_text()))
    assert held.cases == 23
    assert held.source == "tuning half: 24 runs of home, seed 7"
    assert held.confidence(0.98) < 0.98


def test_a_side_that_is_told_teaches_nothing_of_what_sums_mean(archive: Path) -> None:
    """It names no cause that could be right, and its sum is cut off."""
    saved(archive / "side", whose.pages_lost(ethernet_home()), "service_blocked")
    done = learn(str(archive), "--out", str(archive.parent / "calibration.json"))
    assert done.stdout.startswith(
        "25 runs, in 23 of them a cause leads, in 20 of these rightly\nthe sum times "
    )


@pytest.mark.parametrize("half", ["held_back", "unseen", ""])
def test_cases_of_another_half_are_refused(archive: Path, half: str) -> None:
    """Figures on a half that set the numbers would be worth nothing."""
    saved(archive / "x", outside.port_shut(ethernet_home()), "port_shut", half)
    out = archive.parent / "calibration.json"
    done = learn(str(archive), "--out", str(out))
    assert done.exit_code == 2
    assert "only cases of tuning may set numbers" in done.output
    assert not out.exists()


def test_a_case_without_a_truth_is_refused(archive: Path) -> None:
    """Nobody knows which half it is of."""
    (archive / "open" / "truth.json").unlink()
    done = learn(str(archive))
    assert done.exit_code == 2
    assert "nobody says what was wrong" in done.output


def test_an_archive_that_is_too_small_is_bad_input(archive: Path) -> None:
    """It would teach nothing."""
    done = learn(str(archive / "right1"))
    assert done.exit_code == 2
    assert "20 are needed" in done.output
