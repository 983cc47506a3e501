"""Faults of the home lab: their files, and the halves that their causes are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.lab.home.fault_files import FILES, FOLDER, read_entries
from cpe_diag.lab.home.fault_halves import HELD_BACK, Half
from cpe_diag.lab.home.faults import read_faults

if TYPE_CHECKING:
    from pathlib import Path

FAULT = """
  - id: {id}
    title: something is wrong
    domain: router
    cause: {cause}
    location: home
    playbook: no_internet
    inject: [{{at: router, run: echo {id}}}]
    clear: [{{at: router, run: echo not {id}}}]
"""


def written(path: Path, *faults: str) -> Path:
    """Write a file of faults."""
    path.write_text("faults:" + "".join(faults), encoding="utf-8")
    return path


def test_every_file_in_the_folder_is_read() -> None:
    """A file that nobody reads holds faults that are never caused."""
    assert set(FILES) == set(FOLDER.iterdir())


def test_an_id_that_is_there_twice_is_refused_with_both_places(tmp_path: Path) -> None:
    """Of two faults with one name, somebody would set the other."""
    fault = FAULT.format(id="twice", cause="router_hung")
    first, second = (written(tmp_path / f"{one}.yaml", fault) for one in ("a", "b"))
    with pytest.raises(DefinitionError) as refused:
        read_entries([first, second])
    (only,) = refused.value.faults
    assert only.file == str(second)
    assert only.line == 2
    assert "the first is in a.yaml:2" in only.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (FAULT.format(id="x", cause="y").replace("at: router", "at: roof"), "expected one of"),
        (FAULT.format(id="x", cause="y").replace("domain: router", "domain: moon"), "domain"),
        (FAULT.format(id="x", cause="y").replace("location", "loction"), "did you mean"),
        ("\n  - {id: x, title: two, of: [no, nor], playbook: drops}\n", "no fault 'no' above"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(
    tmp_path: Path, text: str, words: str
) -> None:
    """A slip must be found before a home is built."""
    with pytest.raises(DefinitionError, match=words) as refused:
        read_entries([written(tmp_path / "faults.yaml", text)])
    assert all(fault.line for fault in refused.value.faults)


def test_of_two_faults_at_once_the_second_goes_first(tmp_path: Path) -> None:
    """Taking back in the opposite order leaves what was there before."""
    pair = "\n  - {id: both, title: both, of: [one, other], playbook: drops}\n"
    one, other = (FAULT.format(id=name, cause=f"{name}_cause") for name in ("one", "other"))
    entry = read_entries([written(tmp_path / "faults.yaml", one, other, pair)])["both"]
    assert [step["run"] for step in entry["inject"]] == ["echo one", "echo other"]
    assert [step["run"] for step in entry["clear"]] == ["echo not other", "echo not one"]
    assert (entry["cause"], entry["also"]) == (
        "one_cause",
        [{"domain": "router", "cause": "other_cause"}],
    )


@pytest.mark.parametrize("half", HELD_BACK)
def test_a_fault_that_is_held_back_holds_back_those_that_it_is_part_of(
    tmp_path: Path, half: Half
) -> None:
    """What was learned of two at once would have been learned of it."""
    held = FAULT.format(id="held", cause="y").replace("location", f"half: {half}\n    location")
    known = (FAULT.format(id=name, cause="y") for name in ("one", "other"))
    pairs = (
        f"\n  - {{id: {name}, title: two, of: [one, {second}], playbook: drops}}\n"
        for name, second in (("known", "other"), ("partly", "held"))
    )
    entries = read_entries([written(tmp_path / "faults.yaml", held, *known, *pairs)])
    assert entries["held"]["half"] == entries["partly"]["half"] == half
    assert entries["known"]["half"] == Half.TUNING


@pytest.mark.parametrize(
    "half",
    [*("unseen", *(f"unseen{number}" for number in range(2, 9))), "held_back", "tuning"],
)
def test_no_fault_is_held_back_under_a_name_of_before(tmp_path: Path, half: str) -> None:
    """Those have been seen: figures of them would be taken for figures of the unseen."""
    fault = FAULT.format(id="x", cause="y").replace("location", f"half: {half}\n    location")
    with pytest.raises(DefinitionError, match="half"):
        read_entries([written(tmp_path / "faults.yaml", fault)])


def test_what_is_held_back_stands_apart_from_what_has_been_seen() -> None:
    """Whoever makes rules must know which file to leave closed."""
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        for half in HELD_BACK:
            held = text.count(f"    half: {half}\n")
            assert held == (text.count("  - id: ") if file.stem == half else 0), file


def test_no_fault_tells_one_cause_twice() -> None:
    """It would be counted twice."""
    for fault in read_faults():
        assert len(set(fault.truths())) == len(fault.truths()), fault.id
