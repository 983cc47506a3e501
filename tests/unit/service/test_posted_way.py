"""Notes in tickets that were posted here: once, after the verdict, and no closed one opens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cpe_diag.domain.run_journal import RunState
from cpe_diag.domain.secret import Secret
from cpe_diag.service.delivery import NOT_OURS, Delivered, TryLater, Undeliverable
from cpe_diag.service.letters import posted_letters
from cpe_diag.service.posted_way import PostedWay
from cpe_diag.service.tickets_config import TicketsConfig
from cpe_diag.service.tmf621 import API_OF, Status, Version
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.event_hubs import EventHub
from cpe_diag.store.incoming_tickets import NewTicket, StoredTickets, TicketState
from cpe_diag.store.outbox import StoredOutbox, put
from cpe_diag.store.run_rows import NewRun, RunOutcome
from cpe_diag.store.runs import StoredRuns
from cpe_diag.testing.clock import FakeClock

if TYPE_CHECKING:
    from cpe_diag.domain.letter import Letter
    from cpe_diag.service.delivery import Delivery

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
HUB = EventHub(
    id="h1",
    api=API_OF[Version.V4].value,
    callback="https://a.example/",
    query="",
    made_by="anna",
    made_at=AT,
)


@pytest.fixture
def store(store_url: str) -> CaseStore:
    """Give an empty store of each kind."""
    return CaseStore.behind(Secret(store_url))


def _posted(store: CaseStore, status: str = "inProgress", *, answered: bool = True) -> str:
    """Keep a posted ticket whose run has ended; gives its case."""
    runs, tickets = StoredRuns(store), StoredTickets(store)
    new = NewRun(id="run1", playbook="no_internet", subscriber="sub-1", ticket="T", wish={})
    row = runs.begin(new, worker="w", at=AT, lease=timedelta(minutes=1))
    ended = RunOutcome(state=RunState.FINISHED, destination="network_operations", words="")
    runs.end("run1", row.attempt, ended, at=AT)
    ticket = NewTicket(
        id="t1",
        desk="crm",
        desk_ticket="t1",
        subscriber="sub-1",
        ticket={},
        form="v4",
        document={"id": "t1", "status": status, "note": [{"id": "first"}]},
    )
    tickets.take(ticket, at=AT)
    tickets.decided("t1", TicketState.STARTED, run="run1", words="", at=AT)
    if answered:
        tickets.rewrite("t1", dict, at=AT, answers=True)
    return row.case_id


def _letter(store: CaseStore, case_id: str, status: Status | None = Status.RESOLVED) -> Letter:
    """Give the letter of an incident that is over, or is known."""
    case = StoredCases(store).case(case_id)
    said = posted_letters(
        TicketsConfig(), case, occasion="cleared-1", reason="Over", words="Over.", status=status
    )
    with store.writing() as connection:
        put(connection, said, AT)
    (letter,) = StoredOutbox(store).letters()
    return letter


async def _told(store: CaseStore, letter: Letter, *, ours: bool = True) -> Delivery:
    async def is_ours() -> bool:
        return ours

    way = PostedWay(StoredTickets(store), lambda api: (HUB,) * (api == HUB.api), FakeClock())
    return await way.deliver(letter, is_ours)


def _document(store: CaseStore) -> dict[str, Any]:
    held = StoredTickets(store).one("t1")
    assert held is not None
    return dict(held.document or {})


async def test_a_note_is_written_once_and_the_hub_hears_of_it_once(store: CaseStore) -> None:
    """However often the letter comes, for its sender may have died right after writing."""
    letter = _letter(store, _posted(store))
    for _ in range(2):
        assert await _told(store, letter) == Delivered()
    held = _document(store)
    assert (held["status"], held["statusChangeReason"]) == ("resolved", "Over")
    first, note = held["note"]
    assert (first, note["text"].splitlines()[0]) == ({"id": "first"}, "Over.")
    events = [one.document["eventType"] for one in StoredOutbox(store).letters() if one != letter]
    assert sorted(map(str, events)) == [
        "TroubleTicketResolvedEvent",
        "TroubleTicketStatusChangeEvent",
    ]


@pytest.mark.parametrize("status", ["closed", "cancelled", "rejected", "resolved"])
async def test_what_somebody_has_closed_stays_so(store: CaseStore, status: str) -> None:
    """They get the note all the same."""
    assert await _told(store, _letter(store, _posted(store, status))) == Delivered()
    held = _document(store)
    assert (held["status"], len(held["note"])) == (status, 2)


async def test_a_state_waits_for_the_verdict_and_words_do_not(store: CaseStore) -> None:
    """The verdict is older, and would take the state back."""
    case_id = _posted(store, answered=False)
    assert isinstance(await _told(store, _letter(store, case_id)), TryLater)
    assert len(_document(store)["note"]) == 1


async def test_what_is_known_is_told_at_once_and_changes_no_state(store: CaseStore) -> None:
    """Whoever posted the ticket need not wait for a run."""
    letter = _letter(store, _posted(store, answered=False), None)
    assert await _told(store, letter, ours=False) == NOT_OURS
    assert await _told(store, letter) == Delivered()
    held = _document(store)
    assert (held["status"], len(held["note"])) == ("inProgress", 2)


async def test_a_letter_that_cannot_be_read_is_undeliverable(store: CaseStore) -> None:
    """A person looks at it."""
    letter = replace(_letter(store, _posted(store)), document={})
    assert isinstance(await _told(store, letter), Undeliverable)


def test_cases_of_desks_and_of_no_ticket_have_no_such_letter(store: CaseStore) -> None:
    """A desk gets a note of its own."""
    runs = StoredRuns(store)
    for number, about in enumerate(({"desk": "main", "ticket": "T"}, {"ticket": None})):
        new = NewRun(id=f"r{number}", playbook="x", subscriber=f"s{number}", wish={}, **about)  # type: ignore[arg-type]
        case = StoredCases(store).case(runs.submit(new, at=AT)[0].case_id)
        assert posted_letters(TicketsConfig(), case, occasion="x", reason="", words="") == ()
