"""Tickets from their coming in to their answer: nothing is lost, and nothing said that is not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NoReturn

import httpx
import pytest
from sqlalchemy import update

from cpe_diag.domain.audit import AuditKind
from cpe_diag.domain.failures import InventoryError, StoreError
from cpe_diag.domain.letter import LetterKind
from cpe_diag.domain.roles import Role
from cpe_diag.domain.run_journal import RunState
from cpe_diag.report.decoding import decode
from cpe_diag.service.answer import Answer
from cpe_diag.service.delivery import Delivered
from cpe_diag.service.fifteen_minutes import HandOver, Warn
from cpe_diag.service.posted_way import PostedWay
from cpe_diag.service.refused import Refused
from cpe_diag.service.ticket import Ticket
from cpe_diag.service.tmf621 import API_OF, Version
from cpe_diag.service.web.app import make_app
from cpe_diag.service.web.call import Call, Caller, Reply
from cpe_diag.service.web.intake import NO_SUBSCRIBER, decide, new_ticket
from cpe_diag.service.web.ticket_answers import AGAIN_AFTER, TURN_S, settle, with_cases, work_off
from cpe_diag.service.web.trouble_tickets import change, create, one
from cpe_diag.store.audit_trail import StoredAudit
from cpe_diag.store.incoming_tables import INCOMING_TICKETS
from cpe_diag.store.incoming_tickets import StoredTickets, TicketState
from cpe_diag.store.outbox import StoredOutbox
from cpe_diag.store.personal import erase
from cpe_diag.store.run_rows import RunOutcome
from cpe_diag.testing.clock import FakeClock
from cpe_diag.wiring.case_clock import case_clock_of
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store, open_desk
from cpe_diag.wiring.serving import served_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from cpe_diag.service.submit import Order, Submitted
    from cpe_diag.service.web.served import Served
    from cpe_diag.store.case_store import CaseStore
    from cpe_diag.store.incoming_tickets import IncomingTicket, NewTicket

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
    zam:
      kind: zammad
      check: {hmac: "env:TAKEN_HOOK"}
      answer:
        url: https://zammad.example.net
        credential: env:TAKEN_API
        routes:
          second_line: {group: Second}
  on_call:
    Ann: {send: "env:ANN", zone: UTC}
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
    served.tickets.counts()
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


def waits(  # noqa: PLR0913 - the parts of one ticket
    own_id: str,
    served: Served,
    *,
    number: str = "",
    title: str = "Internet is down",
    subscriber: str = "sub-1",
    desk: str = "main",
) -> IncomingTicket:
    """Take a ticket of a desk, of which nobody has decided anything."""
    number = number or own_id
    ticket = Ticket(desk=desk, id=number, number=number, title=title, subscriber=subscriber)
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
    hub(served)
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


class BrokenTickets(StoredTickets):
    """Tickets of which nothing can be asked."""

    def __init__(self, store: CaseStore, third: Callable[[], object]) -> None:
        """Keep them in `store`, and call `third` when it is asked for the third time."""
        super().__init__(store)
        self._third = third
        self._asked = 0

    def waiting(self, *, tried_before: datetime | None = None) -> NoReturn:
        """Break."""
        del tried_before
        self._asked += 1
        if self._asked == 3:
            self._third()
        raise KeyError("a bug")

    def submit(self, _order: Order) -> NoReturn:
        """Break."""
        raise KeyError("a bug")


async def test_a_bug_of_ours_does_not_end_the_service(served: Served, config: Config) -> None:
    """Neither in what goes on after an answer nor in what is done again and again."""
    loop, again = asyncio.get_running_loop(), asyncio.Event()
    broken = BrokenTickets(case_store(config), lambda: loop.call_soon_threadsafe(again.set))
    app = make_app(replace(served, tickets=broken, submit=broken.submit), keeps_up_every_s=0.01)
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


def test_a_ticket_that_cannot_be_decided_keeps_no_other_from_it(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    """One unreadable row of the inventory; it is tried again, behind the others."""

    def submit(order: Order) -> Submitted:
        if order.subscriber == "sub-1":
            raise InventoryError("the query gives 2 rows for 'sub-1', not one")
        return served.submit(order)

    clock = FakeClock(at=datetime.now(UTC))
    partly = replace(served, submit=submit, clock=clock)
    waits("t1", served)
    waits("t2", served, subscriber="sub-2")
    assert work_off(partly) == 1
    assert "ticket t1 waits: the query gives 2 rows" in caplog.text
    states = {one: held.state for one in ("t1", "t2") if (held := served.tickets.one(one))}
    assert states == {"t1": TicketState.WAITING, "t2": TicketState.STARTED}
    assert work_off(replace(served, clock=clock)) == 0
    waits("t3", served, subscriber="sub-2")
    clock.advance(AGAIN_AFTER.total_seconds() + 1)
    assert [one.id for one in served.tickets.waiting()] == ["t1", "t3"]
    assert work_off(replace(served, clock=clock)) == 2
    assert served.tickets.waiting() == ()


def test_an_inventory_that_is_slow_to_fail_keeps_no_answer_back(served: Served) -> None:
    """Other work has its turn, and then the tickets behind have theirs."""
    clock = FakeClock(at=datetime.now(UTC))
    tried: list[str] = []

    def slow(order: Order) -> NoReturn:
        tried.append(str(order.ticket))
        clock.advance(TURN_S)
        raise InventoryError("no answer")

    for number in range(5):
        waits(f"t{number}", served)
    for _ in range(2):
        work_off(replace(served, submit=slow, clock=clock))
    assert tried == ["t0", "t1", "t2", "t3"]


async def test_answers_are_written_while_a_ticket_waits(served: Served) -> None:
    """What cannot be decided stops nothing else of what a service does."""
    ticket = made(create(served, call(TICKET), Version.V4))
    (run,) = served.runs.runs()
    ends(served, run.id)

    def away(_: Order) -> NoReturn:
        raise StoreError("the store of the queue is away")

    waits("t1", served, subscriber="sub-2")
    app = make_app(replace(served, submit=away), keeps_up_every_s=0.01)
    async with asyncio.timeout(30), app.router.lifespan_context(app):
        while served.tickets.to_answer():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)
    (note,) = made(one(served, call({}, id=ticket["id"]), Version.V4))["note"]
    assert "broken" in note["text"]


def hub(served: Served) -> None:
    """Let a system be told of all that becomes of trouble tickets."""
    at = datetime.now(UTC)
    served.hubs.add(API_OF[Version.V4].value, "https://a.example/", "", by="crm", at=at)


@pytest.mark.parametrize("error", [InventoryError("away"), StoreError("away")])
def test_a_posted_ticket_that_cannot_be_decided_is_there_and_is_decided_later(
    served: Served, config: Config, error: Exception
) -> None:
    """Its sender need not post it again, which would be a second ticket."""

    def away(_: Order) -> NoReturn:
        raise error

    hub(served)
    ticket = made(create(replace(served, submit=away), call(TICKET), Version.V4))
    assert (ticket["status"], events(config)) == ("acknowledged", [])
    assert work_off(served) == 1
    held = made(one(served, call({}, id=ticket["id"]), Version.V4))
    assert held["status"] == "inProgress"
    assert held["statusChangeReason"] == "by rule down: no_internet"
    assert len(served.runs.runs()) == 1
    assert events(config) == ["TroubleTicketCreateEvent"]
    (letter,) = StoredOutbox(case_store(config)).letters()
    assert letter.case_id == served.runs.runs()[0].case_id


def test_a_posted_ticket_that_is_refused_is_none_and_a_kept_one_is_rejected(
    served: Served, config: Config
) -> None:
    """Whoever was told that it is kept finds it, with why it is no more worked on."""

    def away(_: Order) -> NoReturn:
        raise InventoryError("away")

    hub(served)
    unknown = {**TICKET, "relatedParty": [{**TICKET["relatedParty"][0], "id": "sub-9"}]}
    refused = create(served, call(unknown), Version.V4)
    assert isinstance(refused, Refused)
    assert (refused.status, events(config)) == (422, [])
    ticket = made(create(replace(served, submit=away), call(unknown), Version.V4))
    assert work_off(served) == 1
    held = made(one(served, call({}, id=ticket["id"]), Version.V4))
    assert (held["status"], held["statusChangeReason"]) == ("rejected", NO_SUBSCRIBER)
    assert (events(config), served.runs.runs()) == (["TroubleTicketCreateEvent"], ())


def test_a_ticket_that_waited_and_is_refused_is_a_line_of_the_audit_trail(
    served: Served, config: Config
) -> None:
    """As one that is refused at once."""
    waits("t1", served, number="N-1", subscriber="sub-9")
    assert work_off(served) == 1
    (line,) = open_desk(config).audit.entries(newest=10)
    assert (line.event.kind, line.event.ticket) == (AuditKind.REFUSAL, "N-1")
    assert line.event.words == f"a ticket that waited: 422 {NO_SUBSCRIBER}"
    assert work_off(served) == 0
    assert len(open_desk(config).audit.entries(newest=10)) == 1


def test_a_refusal_and_its_line_are_there_together_or_not_at_all(
    served: Served, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that dies between the two would leave a refusal that nobody accounts for."""

    def dies(*_: object) -> NoReturn:
        raise StoreError("the audit key is missing")

    waits("t1", served, number="N-1", subscriber="sub-9")
    waits("t2", served, number="N-2", subscriber="sub-1")
    with monkeypatch.context() as patch:
        patch.setattr(StoredAudit, "_append", dies)
        assert work_off(served) == 1  # the other one, which nothing keeps from it
    held = served.tickets.one("t1")
    assert held is not None
    assert held.state is TicketState.WAITING
    assert "the audit key is missing" in held.words
    served.tickets.stays("t1", "", at=served.clock.now())
    assert work_off(served) == 1
    (line,) = open_desk(config).audit.entries(newest=10)
    assert line.event.ticket == "N-1"


def test_who_comes_second_with_a_refusal_notes_nothing(served: Served, config: Config) -> None:
    """Two services work off what waits; one refusal is one line."""
    ticket = waits("t1", served, number="N-1", subscriber="sub-9")
    for _ in range(2):
        decide(served, ticket, answered=True)
    assert len(open_desk(config).audit.entries(newest=10)) == 1


def test_who_posts_a_ticket_hears_what_has_become_of_it_whoever_was_first(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine what takes up waiting tickets came between; the answer was too old."""
    took = served.tickets.take

    def overtaken(new: NewTicket, *, at: datetime) -> tuple[IncomingTicket, bool]:
        taken = took(new, at=at)
        assert work_off(served) == 1
        return taken

    monkeypatch.setattr(served.tickets, "take", overtaken)
    assert made(create(served, call(TICKET), Version.V4))["status"] == "inProgress"
    assert len(served.runs.runs()) == 1


def test_a_ticket_that_names_a_subscriber_at_last_is_worked_on(served: Served) -> None:
    """Its desk was told 422; the agent fills the field in, and the desk sends the ticket again."""
    first = waits("t1", served, number="N-1", subscriber="")
    assert decide(served, first).refused is not None
    again = waits("t2", served, number="N-1")
    assert (again.id, decide(served, again).state) == ("t1", TicketState.STARTED)
    assert decide(served, waits("t3", served, number="N-1", title="down again")).run is not None
    assert len(served.runs.runs()) == 1


def inventory_away(_: Order) -> NoReturn:
    """Be an inventory that does not answer."""
    raise InventoryError("no answer from 127.9.9.9")


def test_a_ticket_that_waits_for_the_inventory_is_warned_of_at_10_and_goes_at_15(
    served: Served, config: Config
) -> None:
    """Somebody is called, and second line reads what was tried; its run follows when it can."""
    came = waits("t1", served, desk="zam").received_at
    clock, store = FakeClock(at=came), case_store(config)
    cases, away = case_clock_of(config, store), replace(served, submit=inventory_away, clock=clock)
    assert (work_off(away), served.cases.search()) == (0, ())
    clock.advance(31)
    assert work_off(away) == 0
    (case,) = served.cases.search()
    assert (case.due_at - came, case.priority) == (timedelta(minutes=15), 1)
    assert cases.tick(came + timedelta(minutes=9)) == ()
    (warned,) = cases.tick(came + timedelta(minutes=10))
    (gone,) = cases.tick(came + timedelta(minutes=15))
    assert isinstance(warned, Warn)
    assert isinstance(gone, HandOver)
    letters = StoredOutbox(store).letters()[::-1]
    (noted,) = [one for one in letters if one.kind is LetterKind.NOTE]
    called, handed = [one for one in letters if one is not noted]
    since = f"the inventory could not be asked since {came:%Y-%m-%d %H:%M} UTC"
    assert (called.kind, handed.kind) == (LetterKind.NOTIFICATION, LetterKind.NOTIFICATION)
    assert since in str(called.document)
    answer = decode(Answer, noted.document)
    assert (answer.ticket_id, answer.route.group) == ("t1", "Second")
    assert since in answer.note
    assert "127.9.9.9" not in answer.note
    (case,) = served.cases.search()
    assert (case.state, case.destination) == ("handed_over", "second_line")
    assert since in case.words
    clock.advance(60)
    assert work_off(replace(served, clock=clock)) == 1
    (run,) = served.runs.runs()
    again = served.cases.case(run.case_id)
    assert (run.case_id, again.state, again.words) == (case.id, "open", "no_internet")


async def test_whoever_posted_a_ticket_that_waits_reads_that_it_was_handed_over(
    served: Served, config: Config
) -> None:
    """In its notes, though no run is there to end."""
    ticket = made(create(replace(served, submit=inventory_away), call(TICKET), Version.V4))
    store, came = case_store(config), datetime.now(UTC)
    assert with_cases(replace(served, clock=FakeClock(at=came + timedelta(minutes=1)))) == 1
    case_clock_of(config, store).tick(came + timedelta(minutes=16))
    (letter,) = [one for one in StoredOutbox(store).letters() if one.kind is LetterKind.POSTED]
    way = PostedWay(served.tickets, served.hubs.of, served.clock)
    assert await way.deliver(letter, always) == Delivered()
    (note,) = made(one(served, call({}, id=ticket["id"]), Version.V4))["note"]
    assert "no run could be ordered since" in note["text"]


async def always() -> bool:
    """Say that a letter is ours."""
    return True


@pytest.mark.parametrize("ends", ["decided at once", "refused", "erased", "left"])
def test_the_case_of_a_ticket_that_waited_ends_with_it(
    served: Served, config: Config, ends: str
) -> None:
    """No clock goes on for what starts nothing, and what is decided soon has its run's case."""
    came = waits("t1", served, subscriber="sub-9" if ends == "refused" else "sub-1").received_at
    later = replace(served, clock=FakeClock(at=came + timedelta(minutes=1)))
    if ends == "decided at once":
        assert (work_off(served), with_cases(later)) == (1, 0)
        return
    assert with_cases(later) == 1
    if ends == "erased":
        with case_store(config).writing() as connection:
            erase(connection, "sub-1")
    else:
        rules = replace(served.rules, rules=()) if ends == "left" else served.rules
        assert work_off(replace(later, rules=rules)) == 1
    (case,) = served.cases.search()
    assert case.state == ("handed_over" if ends == "refused" else "closed")
    assert case_clock_of(config, case_store(config)).tick(came + timedelta(hours=1)) == ()


def test_a_desk_that_was_answered_before_its_customer_was_looked_up_reads_who_is_unknown(
    served: Served, config: Config
) -> None:
    """The desk had its 202: a note and a route to second line come instead, told once."""
    waits("t1", served, subscriber="sub-9", desk="zam")
    assert work_off(served) == 1
    (letter,) = StoredOutbox(case_store(config)).letters()
    answer = decode(Answer, letter.document)
    assert (answer.ticket_id, answer.route.group, letter.subscriber) == ("t1", "Second", "sub-9")
    for part in (NO_SUBSCRIBER, "Customer in the ticket: sub-9", "Next: correct the ticket"):
        assert part in answer.note
    again = waits("t2", served, number="t1", subscriber="sub-9", desk="zam", title="down: noted")
    assert (again.id, decide(served, again).state) == ("t1", TicketState.REFUSED)
    assert len(StoredOutbox(case_store(config)).letters()) == 1
    mended = waits("t3", served, number="t1", desk="zam")
    assert decide(served, mended).state is TicketState.STARTED


def test_what_a_desk_was_told_of_an_unknown_customer_is_erased_with_them(
    served: Served, config: Config
) -> None:
    """The note names them, and no case of theirs leads to it."""
    waits("t1", served, subscriber="sub-9", desk="zam")
    assert work_off(served) == 1
    with case_store(config).writing() as connection:
        erase(connection, "sub-9")
    assert StoredOutbox(case_store(config)).letters() == ()
