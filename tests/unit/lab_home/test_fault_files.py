"""Faults of the home lab: their files, and the halves that their causes are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.failures import DefinitionError
from cpe_diag.lab.home.fault_files import FILES, FOLDER, read_entries
from cpe_diag.lab.home.fault_halves import Half, half_of
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


@pytest.mark.parametrize(
    ("causes", "half"),
    [
        (["router_hung"], Half.TUNING),
        (["nat_missing"], Half.TUNING),  # odd or even: its runs had been seen
        (["home_rate"], Half.TUNING),
        (["router_firewall"], Half.TUNING),
        (["platform_blocks_us"], Half.TUNING),
        (["home_loss"], Half.HELD_BACK),
        (["device_dns"], Half.HELD_BACK),
        (["mtu_black_hole"], Half.HELD_BACK),
        (["router_hung", "home_loss"], Half.HELD_BACK),
        (["router_hung", "router_clock"], Half.TUNING),
    ],
)
def test_the_half_of_a_fault_is_drawn_by_its_causes(causes: list[str], half: Half) -> None:
    """A half that somebody may choose proves nothing."""
    assert half_of(causes) is half


def test_every_fault_carries_the_half_of_all_its_causes() -> None:
    """What is held back must be seen in the list, before anything is run against it."""
    for fault in read_faults():
        truths = fault.truths()
        drawn = half_of(truth.cause for truth in truths)
        assert fault.half in {drawn, Half.UNSEEN}, fault.id
        assert len(set(truths)) == len(truths), fault.id
