"""`cpe-diag incidents` and what of ports' past can be seen and forgotten."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from cpe_diag.cli import main
from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.domain.history_facts import PortSample
from cpe_diag.domain.incident import IncidentKind
from cpe_diag.domain.missing import NOT_ASKED
from cpe_diag.store.incidents import Sighting
from cpe_diag.store.port_history import PortHistoryFile
from cpe_diag.wiring.config import read
from cpe_diag.wiring.incidents import stored_incidents

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

CONFIG = """\
store: {path: case.db}
port_history: ports.jsonl
inventory: {kind: file, path: inventory.yaml}
staff: {me: anna, members: {anna: {role: second_line}}}
"""
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test folders and a configuration of its own."""
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "inventory.yaml").write_text("nodes: {}\nsubscribers: [{id: sub-1}]\n")
    monkeypatch.setenv("CPE_DIAG_CONFIG", str(tmp_path / "config.yaml"))


def said(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(main, words)


def met(tmp_path: Path, host: str, hours_ago: float) -> None:
    """Let a subscriber meet a failing platform."""
    incidents = stored_incidents(read(tmp_path / "config.yaml", "a test"))
    at = NOW - timedelta(hours=hours_ago)
    incidents.seen(
        Sighting(
            kind=IncidentKind.PLATFORM,
            place=host,
            cause="platform_down",
            title="platform down",
            subscriber="sub-1",
            destination="platform_status",
        ),
        at=at,
    )


def test_incidents_are_listed_with_what_is_open_and_what_is_over(tmp_path: Path) -> None:
    """The next agent looks here before reporting a platform anew."""
    met(tmp_path, "old.example", 5)
    met(tmp_path, "new.example", 0.2)
    told = json.loads(said("incidents", "list", "--json").stdout)
    states = [(one["incident"]["place"], one["open"]) for one in told]
    assert states == [("new.example", True), ("old.example", False)]
    assert "old.example" not in said("incidents", "list", "--open").stdout
    assert "platform_down" in said("incidents", "show", "old.example").stdout
    assert "sub-1" not in said("incidents", "show", "old.example", "--json").stdout


def test_an_incident_that_nobody_knows_is_an_error() -> None:
    """A typing error is no healthy platform."""
    assert "Nothing is known" in said("incidents", "list").stdout
    assert said("incidents", "show", "nobody.example").exit_code == ExitCode.BAD_INPUT


def test_incidents_can_be_forgotten(tmp_path: Path) -> None:
    """Sooner than by themselves."""
    met(tmp_path, "old.example", 50)
    assert said("incidents", "forget", "--older-than", "1").stdout == "1 forgotten\n"
    assert json.loads(said("incidents", "list", "--json").stdout) == []


def test_the_history_of_an_unknown_subscriber_is_an_error() -> None:
    """A typing error is no quiet port."""
    assert said("port", "history", "-s", "sub-1").exit_code == ExitCode.NO_FAULT
    assert said("port", "history", "-s", "sub-9").exit_code == ExitCode.BAD_INPUT


def test_the_history_of_a_port_can_be_forgotten(tmp_path: Path) -> None:
    """Of one subscriber, and never of all of them by omission."""
    sample = PortSample(at=NOW, up=True, changed_s=NOT_ASKED)
    file = PortHistoryFile(tmp_path / "ports.jsonl")
    file.add("sub-1", (sample,))
    assert said("port", "forget-history").exit_code != 0
    assert said("port", "forget-history", "-s", "sub-1").stdout == "1 looks forgotten\n"
    assert file.samples("sub-1") == ()


def test_an_incident_is_over_once_when_somebody_says_so(tmp_path: Path) -> None:
    """Then those who wait are told."""
    met(tmp_path, "new.example", 0.2)
    told = said("incidents", "clear", "platform", "New.example").stdout
    assert told == "new.example is over; 1 subscribers had met it\n"
    assert said("incidents", "clear", "platform", "new.example").exit_code == ExitCode.BAD_INPUT
    assert "new.example" not in said("incidents", "list", "--open").stdout
