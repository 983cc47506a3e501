"""`cpe-diag judge explain`: the note for the ticket, and what is no bundle."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cpe_diag.cli import main
from cpe_diag.store.bundle import write_bundle
from cpe_diag.testing import faults_outside as outside
from cpe_diag.testing.evidence_samples import dsl_home
from cpe_diag.testing.run_samples import sample_run
from cpe_diag.wiring.knowledge import judge

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    """Save a run."""
    return str(write_bundle(tmp_path / "bundle", sample_run()))


def test_the_note_is_plain_lines_and_nothing_else(bundle: str) -> None:
    """It is pasted into a ticket: no frame, no colour, and no word about bundles."""
    done = CliRunner().invoke(main, ["judge", "explain", bundle, "--note"])
    lines = done.stdout.splitlines()
    assert lines[0] == "Diagnosis of subscriber sub-1012 by playbook no_internet"
    assert lines[-1].startswith("Run 20260301T120000-sub-1012, rules ")
    assert sum(line.startswith("Tell customer: ") for line in lines) == 1
    assert not {"\x1b", "┃", "━"} & set(done.stdout)


def test_a_ticket_system_without_unicode_gets_letters_that_it_knows(bundle: str) -> None:
    """A terminal in ASCII must not end the command."""
    done = CliRunner(charset="ascii").invoke(main, ["judge", "explain", bundle, "--note"])
    assert done.exit_code in {0, 10, 11}
    assert done.stdout.isascii()


@pytest.mark.parametrize("other", ["--json", "--facts"])
def test_a_note_goes_with_no_other_form(bundle: str, other: str) -> None:
    """Two documents on one stream are none."""
    assert CliRunner().invoke(main, ["judge", "explain", bundle, "--note", other]).exit_code == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [("nowhere", "there is no such directory"), (".", "manifest.json: is missing")],
)
def test_what_is_no_bundle_is_bad_input(tmp_path: Path, name: str, words: str) -> None:
    """A mistyped directory is the user's mistake, not something that we lack."""
    done = CliRunner().invoke(main, ["judge", "explain", str(tmp_path / name)])
    assert done.exit_code == 2
    assert words in done.output


def test_a_bundle_is_explained_with_every_number(bundle: str) -> None:
    """A second-line engineer adds it up, and asks why it is not something else."""
    done = CliRunner().invoke(main, ["judge", "explain", bundle, "--why", "line_noise"])
    assert "Beliefs as sums of log-odds" in done.stdout
    assert "(line_noise)" in done.stdout
    assert "any one cause is rare" in done.stdout


def test_a_verdict_of_now_goes_to_its_own_desk(tmp_path: Path) -> None:
    """The desk of the run's verdict beside a cause of another desk sends somebody for nothing."""
    then = judge()(outside.line_noise(dsl_home()))
    shut = outside.port_shut(dsl_home())
    run = replace(sample_run(), case=shut, verdict=then, destination=then.destination)
    write_bundle(tmp_path / "run", run)
    done = CliRunner().invoke(main, ["judge", "explain", str(tmp_path / "run")])
    (desk,) = [line for line in done.stdout.splitlines() if "Send to" in line]
    assert "second line" in desk


def test_a_cause_is_told_with_its_thresholds_and_their_sources() -> None:
    """The numbers that decide are not hidden in code."""
    done = CliRunner().invoke(main, ["judge", "explain", "line_noise"])
    assert done.exit_code == 0
    assert "line_margin_low_db = 6 dB" in done.stdout
    assert "source: " in done.stdout


def test_a_misspelt_cause_is_bad_input_with_the_right_name() -> None:
    """It is no directory either."""
    done = CliRunner().invoke(main, ["judge", "explain", "line_noize"])
    assert done.exit_code == 2
    assert "line_noise" in done.output


@pytest.mark.parametrize("name", ["none", "xyzzy"])
def test_what_is_neither_directory_nor_cause_is_told_as_that(name: str) -> None:
    """A missing manifest.json helps nobody who meant a cause."""
    done = CliRunner().invoke(main, ["judge", "explain", name])
    assert done.exit_code == 2
    assert "is neither a directory nor a cause" in done.output


def test_the_sum_of_another_cause_is_not_left_out_silently(bundle: str) -> None:
    """JSON has no place for it."""
    done = CliRunner().invoke(main, ["judge", "explain", bundle, "--json", "--why", "line_noise"])
    assert done.exit_code == 2
    assert "--why" in done.output
