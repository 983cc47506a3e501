"""What was changed here is taken from the journals, and is no flap of the subscriber's port."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.action import ActionPlan, ActionRecord, EntryKind, JournalEntry
from cpe_diag.domain.history_facts import OwnAction, PortSample
from cpe_diag.domain.missing import NOT_ASKED
from cpe_diag.probes.port_history import LONGEST
from cpe_diag.store.action_journal import ActionJournals, default_folder
from cpe_diag.wiring.port_history import own_actions

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAMPLES = (PortSample(at=AT, up=True, changed_s=NOT_ASKED),)
PLAN = ActionPlan(
    action="port.restart",
    subscriber="sub-1",
    node="an-1",
    address="192.0.2.10:161",
    port="0/1/7",
    driver="generic_dsl",
    wished=None,
    steps=(),
    read_back=(),
    way_back=(),
    taken_back=False,
    no_way_back="",
    outage_s=60.0,
    source="IF-MIB",
    findings=(),
    accepted=(),
)


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep journals of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def restarted(name: str, subscriber: str = "sub-1", *, ended: bool = True) -> None:
    """Put a restart of a port into the journal, which took a minute."""
    plan = replace(PLAN, subscriber=subscriber)
    record = ActionRecord(id=name, begun_at=AT, plan=plan, ticket=None, symptom="", entries=())
    journal = ActionJournals(default_folder()).begin(record)
    if ended:
        end = AT + timedelta(minutes=1)
        journal.write(JournalEntry(kind=EntryKind.END, at=end, words="done", said="proven"))


def test_a_restart_from_here_is_known_from_its_beginning_to_its_end() -> None:
    """Those of other subscribers are not this one's."""
    restarted("a1")
    restarted("a2", "sub-2")
    own = OwnAction(action="port.restart", begun_at=AT, until=AT + timedelta(minutes=1))
    assert own_actions("sub-1", SAMPLES) == (own,)
    assert own_actions("sub-1", ()) == ()


def test_a_restart_without_an_end_may_have_lasted_as_long_as_a_run() -> None:
    """The machine that did it has died."""
    restarted("a1", ended=False)
    (own,) = own_actions("sub-1", SAMPLES)
    assert own.until == AT + LONGEST


def test_a_journal_that_cannot_be_read_stops_no_diagnosis() -> None:
    """It is hindsight only."""
    restarted("a1")
    (default_folder() / "a2.jsonl").write_text('{"odd": 1}\n')
    assert own_actions("sub-1", SAMPLES) == ()
