"""What was changed here is taken from the journals, and is no flap of the subscriber's port."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import ActionRecord, EntryKind, JournalEntry
from cpe_diag.domain.history_facts import OwnAction, PortSample
from cpe_diag.domain.missing import NOT_ASKED
from cpe_diag.probes.port_history import LONGEST
from cpe_diag.store.action_journal import ActionJournals
from cpe_diag.testing.action_samples import PORT_RESTART
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.port_history import own_actions

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAMPLES = (PortSample(at=AT, up=True, changed_s=NOT_ASKED),)
PLAN = PORT_RESTART


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Give a configuration with a store of its own, and no old journals."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "config.yaml").write_text("store: {path: case.db}\n")
    return read(tmp_path / "config.yaml", "a test")


def restarted(config: Config, name: str, subscriber: str = "sub-1", *, ended: bool = True) -> None:
    """Put a restart of a port into the journal, which took a minute."""
    plan = replace(PLAN, subscriber=subscriber)
    record = ActionRecord(id=name, begun_at=AT, plan=plan, ticket=None, symptom="", entries=())
    journals = ActionJournals(case_store(config))
    with journals.held(plan) as hold:
        journal = journals.begin(record, hold)
        if ended:
            end = AT + timedelta(minutes=1)
            journal.write(JournalEntry(kind=EntryKind.END, at=end, words="done", said="proven"))


def test_a_restart_from_here_is_known_from_its_beginning_to_its_end(config: Config) -> None:
    """Those of other subscribers are not this one's."""
    restarted(config, "a1")
    restarted(config, "a2", "sub-2")
    own = OwnAction(action="port.restart", begun_at=AT, until=AT + timedelta(minutes=1))
    assert own_actions(config, "sub-1", SAMPLES) == (own,)
    assert own_actions(config, "sub-1", ()) == ()


def test_a_restart_without_an_end_may_have_lasted_as_long_as_a_run(config: Config) -> None:
    """The machine that did it has died."""
    restarted(config, "a1", ended=False)
    (own,) = own_actions(config, "sub-1", SAMPLES)
    assert own.until == AT + LONGEST


def test_a_store_that_cannot_be_read_stops_no_diagnosis(config: Config, tmp_path: Path) -> None:
    """It is hindsight only."""
    restarted(config, "a1")
    (tmp_path / "case.db").write_text("no database")
    assert own_actions(config, "sub-1", SAMPLES) == ()
