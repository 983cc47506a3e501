"""Tickets from their coming in to their answer: nothing is lost, and nothing said that is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

from cpe_diag.domain.roles import Role
from cpe_diag.domain.run_journal import RunState
from cpe_diag.service.tmf621 import API_OF, Version
from cpe_diag.service.web.call import Call, Caller, Reply
from cpe_diag.service.web.ticket_answers import settle
from cpe_diag.service.web.trouble_tickets import change, create, one
from cpe_diag.store.outbox import StoredOutbox
from cpe_diag.store.run_rows import RunOutcome
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.serving import served_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cpe_diag.service.refused import Refused
    from cpe_diag.service.web.served import Served

INVENTORY: Final = """\
nodes:
  an-1: {address: 127.9.1.1}
subscribers:
  - {id: sub-1, node: an-1, port: "1"}
  - {id: sub-2, node: an-1, port: "2"}
"""
CONFIG: Final = """\
inventory: {kind: file, path: inventory.yaml}
store: {url: "env:TAKEN_STORE", audit_key: "env:TAKEN_KEY"}
tickets: {rules: rules.yaml}
"""
RULES: Final = """\
zone: Europe/Berlin
rules:
  - {rule: down, when: {text: ["down"]}, playbook: no_internet, priority: total_loss}
"""
TICKET: Final[dict[str, Any]] = {
    "name": "Internet is down",
    "description": "Nothing works",
    "severity": "Major",
    "ticketType": "incident",
    "relatedParty": [{"id": "sub-1", "role": "customer", "@referredType": "Individual"}],
}


@pytest.fixture
def config(tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Give a configuration with rules and a store of each kind."""
    monkeypatch.setenv("TAKEN_STORE", store_url)
    monkeypatch.setenv("TAKEN_KEY", "00" * 32)
    for name, text in (("inventory", INVENTORY), ("config", CONFIG), ("rules", RULES)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return read(tmp_path / "config.yaml", "a test")


@pytest.fixture
def served(config: Config) -> Iterator[Served]:
    """Give what handlers work with."""
    served = served_by(config)
    yield served
    served.close()


def call(data: Mapping[str, object], **path: str) -> Call:
    """Give a request of a desk's system."""
    return Call(
        path=path,
        query={},
        headers={"content-type": "application/json"},
        body=b"",
        data=data,
        caller=Caller(name="crm", role=Role.AUTOMATION),
        at=datetime.now(UTC),
    )


def made(answer: Reply | Refused) -> dict[str, Any]:
    """Give the trouble ticket of an answer."""
    assert isinstance(answer, Reply)
    assert isinstance(answer.body, dict)
    return answer.body


def events(config: Config) -> list[str]:
    """Give the kinds of the events that hubs are to be told."""
    letters = StoredOutbox(case_store(config)).letters()
    return sorted(str(one.document["eventType"]) for one in letters)


def ends(served: Served, run_id: str) -> None:
    """Let a run fail."""
    at = datetime.now(UTC)
    row = served.runs.claim(run_id, worker="w", at=at, lease=timedelta(minutes=1))
    outcome = RunOutcome(state=RunState.FAILED, destination="second_line", words="broken")
    served.runs.end(run_id, row.attempt, outcome, at=at)


@pytest.mark.parametrize("status", ["closed", "cancelled", "rejected", "resolved"])
def test_a_verdict_does_not_open_what_somebody_has_closed(
    served: Served, config: Config, status: str
) -> None:
    """They get the note all the same, and no hub is told of a state."""
    ticket = made(create(served, call(TICKET), Version.V4))
    made(change(served, call({"status": status}, id=ticket["id"]), Version.V4))
    served.hubs.add(
        API_OF[Version.V4].value, "https://a.example/", "", by="crm", at=datetime.now(UTC)
    )
    (run,) = served.runs.runs()
    ends(served, run.id)
    assert settle(served, datetime.now(UTC)) == 1
    held = made(one(served, call({}, id=ticket["id"]), Version.V4))
    assert (held["status"], len(held["note"])) == (status, 1)
    assert "broken" not in str(held.get("statusChangeReason"))
    assert events(config) == ["TroubleTicketAttributeValueChangeEvent"]
