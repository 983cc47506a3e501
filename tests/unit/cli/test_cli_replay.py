"""`cpe-diag judge replay`: what a change of the rules would change."""

from __future__ import annotations

import json
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

    from cpe_diag.judge.question import CaseFile


def saved(place: Path, case: CaseFile, *, cause: str | None = None, half: str = "tuning") -> None:
    """Save a run on a case as it is judged now, and what was really wrong."""
    result = replace(sample_run(), case=case, verdict=judge()(case))
    write_bundle(place, result)
    if cause is not None:
        truth = {"domain": "network", "cause": cause, "also": [], "half": half, "lab": "home"}
        (place / "truth.json").write_text(json.dumps({**truth, "case": f"{cause}-1"}))


def judged_then(place: Path, case: CaseFile, *, by: CaseFile, cause: str) -> None:
    """Save a case with the verdict on another one, as rules of the past may have concluded."""
    result = replace(sample_run(), case=case, verdict=judge()(by))
    write_bundle(place, result)
    (place / "truth.json").write_text(
        json.dumps({"domain": "network", "cause": cause, "half": "held_back"})
    )


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Save three cases: one as it is, two on which the rules of the past said something else."""
    noise, shut = outside.line_noise(dsl_home()), outside.port_shut(dsl_home())
    saved(tmp_path / "2026" / "a", shut, cause="port_shut")
    judged_then(tmp_path / "2026" / "b", noise, by=shut, cause="line_noise")
    judged_then(tmp_path / "c", shut, by=noise, cause="line_noise")
    return tmp_path


def said(*words: str) -> str:
    """Give what the command prints."""
    done = CliRunner().invoke(main, ["judge", "replay", *words])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_verdicts_that_change_are_listed_and_counted(archive: Path) -> None:
    """A change of a weight is looked at before it is shipped."""
    lines = said(str(archive)).splitlines()
    assert lines[0].startswith("2026/b: network/port_shut")
    assert "-> network/line_noise" in lines[0]
    assert "wrong" not in lines[0].split("->")[1]
    assert lines[1].startswith("c: network/line_noise")
    assert lines[2].startswith("2 of 3 verdicts change by rules ")
    assert lines[3] == "Of 3 whose truth is known, 1 become right and 1 become wrong or open."
    assert lines[4] == "then: 2 right, 1 right in the domain only, 0 abstained, 0 wrong"


def test_the_document_has_the_same_for_programs(archive: Path) -> None:
    """A pipeline refuses a change that makes something worse."""
    document = json.loads(said(str(archive), "--json", "--all"))
    assert document["score"]["worse"] == 1
    assert document["score"]["now"]["right"] == 2
    assert [one["changed"] for one in document["cases"]] == [False, True, True]
    assert document["cases"][0]["now"]["mark"] == "right"


def test_one_half_can_be_looked_at_alone(archive: Path) -> None:
    """Nobody who sets numbers should even see how held-back cases come out."""
    document = json.loads(said(str(archive), "--json", "--all", "--half", "tuning"))
    assert [one["name"] for one in document["cases"]] == ["2026/a"]


def test_a_harmed_bundle_is_named_and_the_others_are_judged(archive: Path) -> None:
    """An archive of years has a damaged file somewhere."""
    (archive / "c" / "case.json").write_text("{}")
    (archive / "2026" / "a" / "truth.json").write_text('{"cause": 1}')
    text = said(str(archive))
    assert "not read: " in text
    assert "truth.json: does not say what was wrong" in text
    assert "1 of 1 verdicts change" in text


@pytest.mark.parametrize("words", ["no such directory", "no bundle in it"])
def test_a_place_without_bundles_is_bad_input(tmp_path: Path, words: str) -> None:
    """Nothing changes in an empty archive, but nobody meant that."""
    place = tmp_path / "nowhere" if "such" in words else tmp_path
    done = CliRunner().invoke(main, ["judge", "replay", str(place)])
    assert done.exit_code == 2
    assert words in done.output


def test_an_archive_of_which_nothing_is_left_has_not_passed(archive: Path) -> None:
    """A pipeline that mistypes the half must not take silence for consent."""
    done = CliRunner().invoke(main, ["judge", "replay", str(archive), "--half", "tunnig"])
    assert done.exit_code == 2
    assert "no bundle whose `half` is tunnig could be read" in done.output


def test_an_archive_in_which_everything_is_harmed_has_not_passed(archive: Path) -> None:
    """Each is named all the same."""
    for path in archive.rglob("case.json"):
        path.write_text("{}")
    done = CliRunner().invoke(main, ["judge", "replay", str(archive)])
    assert done.exit_code == 2
    assert done.output.count("not read: ") == 3


def test_a_fault_can_be_told_as_if_nobody_had_thought_of_it(archive: Path) -> None:
    """The nearest thing to a fault that nobody has seen which anyone can repeat."""
    lines = said(str(archive), "--without-own-cause").splitlines()
    assert lines[-5] == "3 single faults, each without its own cause:"
    counts = [int(line.split(" (")[0].split()[-1]) for line in lines[-4:]]
    assert sum(counts) == 3
    assert all("(it was network/" in line for line in lines[:-5])
    document = json.loads(said(str(archive), "--without-own-cause", "--json", "--all"))
    assert list(document["score"].values()) == counts
    assert all(one["cause"] != one["truth"]["cause"] for one in document["cases"])


def test_without_a_single_fault_nothing_can_be_told_without_its_cause(tmp_path: Path) -> None:
    """Of healthy homes there is no cause that could be left out."""
    saved(tmp_path / "a", dsl_home())
    words = ["judge", "replay", str(tmp_path), "--without-own-cause"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert "no single fault could be read" in done.output
