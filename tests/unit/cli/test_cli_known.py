"""`cpe-diag known`: what one agent found out, the next one is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cpe_diag.cli import main
from cpe_diag.domain.action import ActionEnd
from cpe_diag.domain.audit import AuditKind
from cpe_diag.wiring.config import read
from cpe_diag.wiring.desk import open_desk
from cpe_diag.wiring.known import learned

if TYPE_CHECKING:
    from pathlib import Path

ADD = (
    "add",
    "ont-nat-hang",
    "--title",
    "NAT hangs after a month",
    "--model",
    "HG8245*",
    "--firmware",
    ">=V5R019C00,<V5R019C10",
    "--symptom",
    "no_internet",
    "--remedy",
    "human.reset",
    "--parameter",
    "20 to 30 s",
    "--words",
    "Hold the reset button until all lights go out.",
    "--source",
    "ticket 4711",
)


CONFIG = """\
store: {path: case.db}
staff:
  me: anna
  members:
    anna: {role: second_line}
    guest: {role: viewer}
"""


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a data and state folder of its own, and no configuration."""
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "config.yaml").write_text(CONFIG)
    monkeypatch.setenv("CPE_DIAG_CONFIG", str(tmp_path / "config.yaml"))


def known(*words: str) -> tuple[int, str]:
    """Give exit status and all words."""
    done = CliRunner().invoke(main, ["known", *words])
    return done.exit_code, done.output


def test_what_is_added_is_listed_and_shown_with_its_playbook() -> None:
    """The playbook that leads through it follows from the remedy."""
    status, said = known(*ADD)
    assert (status, "playbook known_reset_20s" in said) == (0, True), said
    status, said = known("list", "--json")
    (row,) = json.loads(said)
    assert row["issue"]["remedy"]["playbook"] == "known_reset_20s"
    assert row["issue"]["symptoms"] == ["no_internet"]
    assert row["issue"]["added_by"] == "anna"
    assert row["record"] == {"proven": 0, "failed": 0, "rolled_back": 0, "unknown": 0}
    status, said = known("show", "ont-nat-hang")
    assert status == 0
    assert "nobody has proven yet" in said
    assert "ont-nat-hang" in known("list")[1]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    """An issue that matches nobody, or everybody, helps nobody."""
    words = ["add", "X", "--title", " ", "--model", "*", "--firmware", "24.10", "--symptom"]
    words += ["no_internat", "--remedy", "human.rest", "--words", "w", "--source", "s"]
    status, said = known(*words)
    assert status == 2
    for part in (
        "the id 'X'",
        "the title is empty",
        "names no model",
        "is no bound",
        "did you mean 'no_internet'?",
        "did you mean 'human.reset'?",
    ):
        assert part in said, said


def test_a_firmware_remedy_names_the_version() -> None:
    """`install the new one` means another one next year."""
    words = list(ADD)
    place = words.index("--remedy")
    words[place + 1] = "firmware.install"
    status, said = known(*words)
    assert status == 2
    assert "needs the version" in said


def test_who_may_only_look_keeps_no_issue(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands here is done to customers' routers."""
    monkeypatch.setenv("CPE_DIAG_STAFF", "guest")
    status, said = known(*ADD)
    assert status != 0
    assert "refused" in said
    assert json.loads(known("list", "--json")[1]) == []


def test_a_remedy_is_learned_from_and_retired_in_front_of_everybody(tmp_path: Path) -> None:
    """Its figures stay with it."""
    known(*ADD)
    config = read(tmp_path / "config.yaml", "a test")
    for number in range(4):
        learned(
            config,
            "ont-nat-hang",
            action_id=f"act-{number}",
            end=ActionEnd.FAILED,
            at=datetime(2026, 3, 1, number, tzinfo=UTC),
        )
    assert "ont-nat-hang" not in known("list")[1]
    status, said = known("list", "--all", "--json")
    (row,) = json.loads(said)
    assert status == 0
    assert "0 of the last 4" in row["issue"]["retired_because"]


def test_somebody_may_retire_a_remedy_and_says_why() -> None:
    """A vendor withdraws a bulletin."""
    known(*ADD)
    status, said = known("retire", "ont-nat-hang", "--because", "the vendor withdrew it")
    assert status == 0
    assert "is retired: the vendor withdrew it" in said
    assert known("retire", "nothing", "--because", "x")[0] == 3


def test_who_changes_what_everybody_is_advised_stands_in_the_audit_trail(tmp_path: Path) -> None:
    """A remedy that hurts has an author."""
    known(*ADD)
    known("retire", "ont-nat-hang", "--because", "the vendor withdrew it")
    trail = open_desk(read(tmp_path / "config.yaml", "a test")).audit
    events = [one.event for one in trail.entries() if one.event.kind is AuditKind.KNOWN_ISSUE]
    assert [(event.staff, event.words) for event in events] == [
        ("anna", "adds ont-nat-hang: NAT hangs after a month"),
        ("anna", "retires the remedy of ont-nat-hang: the vendor withdrew it"),
    ]


def test_without_changes_there_is_nothing_to_learn() -> None:
    """And that is no error."""
    assert known("learn") == (0, "nothing new\n")
