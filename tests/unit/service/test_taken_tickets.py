"""Tickets from their coming in to their answer: nothing is lost, and nothing said that is not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest
from sqlalchemy import update

from cpe_diag.domain.roles import Role
from cpe_diag.domain.run_journal import RunState
from cpe_diag.service.ticket import Ticket
from cpe_diag.service.tmf621 import API_OF, Version
from cpe_diag.service.web.app import make_app
from cpe_diag.service.web.call import Call, Caller, Reply
from cpe_diag.service.web.intake import new_ticket
from cpe_diag.service.web.ticket_answers import settle, work_off
from cpe_diag.service.web.trouble_tickets import change, create, one
from cpe_diag.store.incoming_tables import INCOMING_TICKETS
from cpe_diag.store.incoming_tickets import TicketState
from cpe_diag.store.outbox import StoredOutbox
from cpe_diag.store.personal import erase
from cpe_diag.store.run_rows import RunOutcome
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store
from cpe_diag.wiring.serving import served_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cpe_diag.service.refused import Refused
    from cpe_diag.service.submit import Submitted
    from cpe_diag.service.web.served import Served
    from cpe_diag.store.incoming_tickets import IncomingTicket

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
tickets:
  rules: rules.yaml
  desks:
    main:
      kind: json
      check: {bearer: "env:TAKEN_HOOK"}
      fields: {id: number, title: title, subscriber: subscriber}
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
    monkeypatch.setenv("TAKEN_HOOK", "hook")
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


def waits(own_id: str, served: Served, *, number: str = "", **said: str) -> IncomingTicket:
    """Take a ticket of a desk, of which nobody has decided anything."""
    ticket = Ticket(
        desk="main",
        id=number or own_id,
        number=number or own_id,
        **{"title": "Internet is down", "subscriber": "sub-1", **said},
    )
    taken, _ = served.tickets.take(new_ticket(own_id, ticket), at=datetime.now(UTC))
    return taken


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


@pytest.mark.parametrize("state", list(TicketState))
def test_a_ticket_of_somebody_who_was_erased_starts_nothing_and_stops_nothing(
    served: Served, config: Config, state: TicketState
) -> None:
    """Whether it waited or not; the desk that sends it again hears that it is refused."""
    waits("t1", served)
    if state is not TicketState.WAITING:
        served.tickets.decided("t1", state, run=None, words="", at=datetime.now(UTC))
    store = case_store(config)
    with store.writing() as connection:
        erase(connection, "sub-1")
    held = served.tickets.one("t1")
    assert held is not None
    assert (held.state, held.subscriber, held.ticket) == (TicketState.REFUSED, None, {})
    assert work_off(served) == 0
    assert waits("t2", served, number="t1") == held
    assert "sub-1" not in repr(held)


def test_what_an_older_version_has_erased_can_be_read(served: Served, config: Config) -> None:
    """It wrote a word where an object is expected."""
    waits("t1", served)
    with case_store(config).writing() as connection:
        connection.execute(update(INCOMING_TICKETS).values(ticket="(erased)", subscriber=None))
    assert work_off(served) == 1
    held = served.tickets.one("t1")
    assert held is not None
    assert (held.state, served.runs.runs()) == (TicketState.REFUSED, ())


async def test_a_bug_of_ours_does_not_end_the_service(served: Served) -> None:
    """Neither in what goes on after an answer nor in what is done again and again."""
    waits("t1", served)
    loop, again = asyncio.get_running_loop(), asyncio.Event()
    tried = 0

    def broken(_: object) -> Submitted:
        nonlocal tried
        tried += 1
        if tried > 2:
            loop.call_soon_threadsafe(again.set)
        raise KeyError("a bug")

    app = make_app(replace(served, submit=broken), keeps_up_every_s=0.01)
    body = {"number": "N-1", "title": "Internet is down", "subscriber": "sub-1"}
    async with (
        asyncio.timeout(30),
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client,
    ):
        for _ in range(2):
            headers = {"Authorization": "Bearer hook"}
            answered = await client.post("/webhooks/main", json=body, headers=headers)
            assert (answered.status_code, answered.json()["state"]) == (202, "waiting")
        await again.wait()
        assert (await client.get("/healthz")).status_code == 200
