"""Claims about measuring again: who met an incident, in turns, once, and looking only."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest
import yaml

from cpe_diag.domain.incident import IncidentKind
from cpe_diag.domain.run_journal import RunState
from cpe_diag.service.measure_again import EVERY, FOR, MeasureAgain
from cpe_diag.service.submit import Order
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.incidents import Sighting, StoredIncidents
from cpe_diag.store.run_rows import RunOutcome
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.kept_runs import prepared_again
from cpe_diag.wiring.orders import orders_of

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.domain.incident import Incident
    from cpe_diag.domain.letter import NewLetter
    from cpe_diag.store.run_rows import CaseRow, RunRow

KEY: Final = b"k" * 32
AT: Final = datetime.now(UTC)
ANSWERS: Final = {"affected": "all_devices"}
SIGHTING: Final = Sighting(
    kind=IncidentKind.NODE,
    place="an-1/node-an-1",
    cause="node_outage",
    title="The node is down",
    subscriber="",
    destination="network_operations",
)
INVENTORY: Final = """\
nodes:
  an-1: {address: 192.0.2.1}
subscribers:
  - {id: sub-1, node: an-1, port: "1"}
  - {id: sub-2, node: an-1, port: "2"}
  - {id: sub-3, node: an-1, port: "3"}
"""


@pytest.fixture
def config(tmp_path: Path, store_url: str) -> Config:
    """Give a configuration with a small inventory and an empty store."""
    (tmp_path / "inventory.yaml").write_text(INVENTORY, encoding="utf-8")
    keys = tmp_path / "keys.yaml"
    keys.write_text(yaml.safe_dump({"url": store_url, "audit": "5a" * 32}), encoding="utf-8")
    keys.chmod(0o600)
    document = {
        "inventory": {"kind": "file", "path": "inventory.yaml"},
        "store": {"url": f"file:{keys}#url", "audit_key": f"file:{keys}#audit"},
    }
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    return read(file, str(file))


def _again(config: Config) -> MeasureAgain:
    store = case_store(config)
    return MeasureAgain(
        incidents=StoredIncidents(store, KEY),
        runs=StoredRuns(store),
        submit=orders_of(config, store).submit,
    )


def _met(config: Config, who: str, ticket: str) -> None:
    """Let a subscriber's run meet the incident."""
    again = _again(config)
    order = Order(
        playbook="no_internet",
        subscriber=who,
        ticket=ticket,
        answers=ANSWERS,
    )
    row = again.submit(order).run
    taken = again.runs.claim(row.id, worker="w", at=AT, lease=timedelta(minutes=1))
    outcome = RunOutcome(
        state=RunState.FINISHED,
        destination="network_operations",
        words="it is down",
        domain="network",
        cause="node_outage",
        confidence=0.9,
    )
    again.runs.end(row.id, taken.attempt, outcome, at=AT)
    again.incidents.seen(replace(SIGHTING, subscriber=who, case_id=row.case_id), at=AT)


def _waiting(config: Config) -> tuple[RunRow, ...]:
    return StoredRuns(case_store(config)).runs(state=RunState.QUEUED)


def test_two_who_met_it_are_measured_again_in_turns_and_once_in_each(config: Config) -> None:
    """However many workers look; a third is left in peace."""
    for who in ("sub-1", "sub-2", "sub-3"):
        _met(config, who, f"T-{who}")
    again = _again(config)
    assert again.once(AT + EVERY / 2) == 0
    assert again.once(AT + EVERY) == 2
    assert again.once(AT + EVERY * 1.5) == 0
    assert _again(config).once(AT + EVERY * 1.5) == 0
    assert again.once(AT + EVERY * 2) == 2
    assert {one.subscriber for one in _waiting(config)} == {"sub-1", "sub-2"}
    assert again.once(AT + FOR + EVERY) == 0


def test_such_a_run_changes_nothing_and_answers_no_desk(config: Config) -> None:
    """The playbook by which it was met may change something where a ticket wants it."""
    for who in ("sub-1", "sub-2"):
        _met(config, who, f"T-{who}")
    _again(config).once(AT + EVERY)
    row = _waiting(config)[0]
    prepared, _ = prepared_again(config, row)
    assert prepared.wish.looks_only
    assert prepared.wish.answers == ANSWERS
    assert (row.playbook, row.ticket, row.priority) == ("no_internet", None, 5)
    assert StoredCases(case_store(config)).case(row.case_id).desk is None


def test_what_is_not_confirmed_or_is_over_is_not_measured_again(config: Config) -> None:
    """One home alone is no incident."""
    _met(config, "sub-1", "T-1")
    again = _again(config)
    assert again.once(AT + EVERY) == 0
    _met(config, "sub-2", "T-2")
    again.incidents.clear(IncidentKind.NODE, "an-1/node-an-1", at=AT)
    assert again.once(AT + EVERY) == 0


def test_who_is_measured_again_is_told_to_nobody_as_one_more(config: Config) -> None:
    """The hubs of service problems would hear of growth every ten minutes."""
    told: list[tuple[int, int]] = []

    def grown(incident: Incident, cases: tuple[CaseRow, ...]) -> tuple[NewLetter, ...]:
        told.append((incident.subscribers, len(cases)))
        return ()

    def met(row: RunRow, who: str) -> None:
        sighting = replace(SIGHTING, subscriber=who, case_id=row.case_id)
        _again(config).incidents.seen(sighting, at=AT + EVERY, grown=grown)

    for who in ("sub-1", "sub-2"):
        _met(config, who, f"T-{who}")
    again = _again(config)
    again.once(AT + EVERY)
    for row in _waiting(config):
        met(row, row.subscriber or "")
    assert told == []
    order = Order(playbook="no_internet", subscriber="sub-3", answers=ANSWERS)
    met(again.submit(order).run, "sub-3")
    met(again.submit(replace(order, ticket="T-4")).run, "sub-3")
    assert told == [(3, 3), (3, 4)]


def test_whoever_is_no_subscriber_any_more_is_left_out(config: Config, tmp_path: Path) -> None:
    """The other one is measured all the same."""
    for who in ("sub-1", "sub-2"):
        _met(config, who, f"T-{who}")
    left = INVENTORY.replace('  - {id: sub-1, node: an-1, port: "1"}\n', "")
    (tmp_path / "inventory.yaml").write_text(left, encoding="utf-8")
    assert _again(replace(config)).once(AT + EVERY) == 1
