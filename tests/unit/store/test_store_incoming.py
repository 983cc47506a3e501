"""What comes in over HTTP is kept, once, on both kinds of database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cpe_diag.domain.deliveries import Sighting
from cpe_diag.domain.failures import StoreError
from cpe_diag.domain.roles import Role
from cpe_diag.domain.run_journal import RunState
from cpe_diag.domain.secret import Secret
from cpe_diag.store.api_tokens import StoredTokens
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.event_hubs import MOST, HubsFullError, StoredHubs
from cpe_diag.store.incoming_tickets import NewTicket, StoredTickets, TicketState
from cpe_diag.store.run_rows import NewRun, RunOutcome
from cpe_diag.store.runs import StoredRuns
from cpe_diag.store.seen_deliveries import StoredDeliveries
from cpe_diag.testing.conformance_deliveries import check_seen_deliveries
from cpe_diag.testing.deliveries import SeenInMemory

if TYPE_CHECKING:
    from cpe_diag.testing.postgres_server import PostgresServer

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
NEW = NewTicket(
    id="t1",
    desk="main",
    desk_ticket="4711",
    subscriber="sub-1",
    ticket={"title": "Internet is down"},
    form="v4",
    document={"id": "t1", "note": []},
)


@pytest.fixture
def store(store_url: str) -> CaseStore:
    """Give an empty store of each kind."""
    return CaseStore.behind(Secret(store_url))


def test_stores_of_deliveries_keep_their_promise(store: CaseStore) -> None:
    """The one in the database and the fake of the tests are the same to whoever asks."""

    def passes(time: timedelta) -> None:
        store.steady = replace(store.steady, ahead=time)

    check_seen_deliveries(StoredDeliveries(store), passes)
    check_seen_deliveries(SeenInMemory())


def test_a_clock_that_is_ahead_forgets_no_delivery(postgres: PostgresServer) -> None:
    """A replay would be taken by the other machines; whoever shares a file has the same clock."""
    seen = StoredDeliveries(CaseStore.behind(Secret(postgres.database())))
    ahead = timedelta(days=1)
    assert seen.sighted("main", "d-1", "x", now=AT, until=LATER) is Sighting.NEW
    other = seen.sighted("main", "d-2", "y", now=AT + ahead, until=LATER + ahead)
    assert other is Sighting.NEW
    assert seen.sighted("main", "d-3", "x", now=AT, until=LATER) is Sighting.OTHER


def test_of_the_same_delivery_at_the_same_time_one_is_new(store: CaseStore) -> None:
    """A desk that tries again before it has heard us."""
    seen = StoredDeliveries(store)

    def sighted(_: int) -> Sighting:
        return seen.sighted("main", "d-1", "x", now=AT, until=LATER)

    sighted(0)
    with ThreadPoolExecutor(max_workers=4) as pool:
        again = list(pool.map(sighted, range(8)))
        both = list(
            pool.map(
                lambda one: seen.sighted("main", "d-2", one, now=AT, until=LATER),
                ["y", "z", "y", "z"],
            )
        )
    assert set(again) == {Sighting.SAME}
    assert both.count(Sighting.NEW) == 1


def test_a_token_is_known_by_its_digest_until_it_is_revoked_or_over(store: CaseStore) -> None:
    """Whoever reads the database cannot come in with what stands there."""
    tokens = StoredTokens(store)
    made, secret = tokens.add("crm", Role.AUTOMATION, by="anna", at=AT, expires_at=None)
    text = secret.reveal()
    assert tokens.shown(text, AT) == made
    assert tokens.shown(f"{text[:-1]}{'A' if text[-1] != 'A' else 'B'}", AT) is None
    assert tokens.shown("", AT) is None
    assert tokens.shown("cpediag_zzzz", AT) is None
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM api_tokens").all()
    assert text not in str(rows)
    assert text.rsplit("_", 1)[1] not in str(rows)
    assert tokens.revoke("crm", LATER).revoked_at == LATER
    assert tokens.revoke("crm", AT).revoked_at == LATER
    assert tokens.shown(text, LATER) is None
    short, secret = tokens.add("probe", Role.VIEWER, by="anna", at=AT, expires_at=LATER)
    assert tokens.shown(secret.reveal(), AT) == short
    assert tokens.shown(secret.reveal(), LATER) is None
    assert [one.name for one in tokens.every()] == ["crm", "probe"]


def test_names_of_tokens_are_used_once(store: CaseStore) -> None:
    """A line of the audit trail means one token."""
    tokens = StoredTokens(store)
    tokens.add("crm", Role.AUTOMATION, by="anna", at=AT, expires_at=None)
    with pytest.raises(StoreError, match="there is a token 'crm' already"):
        tokens.add("crm", Role.VIEWER, by="anna", at=AT, expires_at=None)
    with pytest.raises(StoreError, match="there is no token 'crn'"):
        tokens.revoke("crn", AT)


def test_a_registration_is_kept_once_and_can_be_removed(store: CaseStore) -> None:
    """A system that registers at each of its starts is told once of each event."""
    hubs = StoredHubs(store)
    first = hubs.add("tmf621_v4", "https://a.example/", "", by="crm", at=AT)
    assert hubs.add("tmf621_v4", "https://a.example/", "", by="crm", at=LATER) == first
    other = hubs.add("tmf621_v5", "https://a.example/", "", by="crm", at=AT)
    assert hubs.of("tmf621_v4") == (first,)
    assert not hubs.remove("tmf621_v4", other.id)
    assert hubs.remove("tmf621_v4", first.id)
    assert hubs.of("tmf621_v4") == ()
    for number in range(MOST):
        hubs.add("tmf621_v4", f"https://a.example/{number}", "", by="crm", at=AT)
    with pytest.raises(HubsFullError, match="registrations already"):
        hubs.add("tmf621_v4", "https://b.example/", "", by="crm", at=AT)


def test_a_ticket_is_taken_once_and_decided_once(store: CaseStore) -> None:
    """However often a desk sends it, and whoever comes second."""
    tickets = StoredTickets(store)
    taken, is_new = tickets.take(NEW, at=AT)
    again, is_new_again = tickets.take(replace(NEW, id="t2"), at=LATER)
    assert (is_new, is_new_again, again) == (True, False, taken)
    assert tickets.waiting() == (taken,)
    tickets.decided("t1", TicketState.STARTED, run="r1", words="by rule", at=LATER)
    tickets.decided("t1", TicketState.REFUSED, run=None, words="too late", at=LATER)
    found = tickets.one("t1")
    assert found is not None
    assert (found.state, found.run, found.words) == (TicketState.STARTED, "r1", "by rule")
    assert tickets.waiting() == ()
    assert tickets.counts() == {TicketState.STARTED: 1}
    assert tickets.one("t3") is None


@pytest.mark.parametrize("state", [TicketState.REFUSED, TicketState.LEFT])
def test_a_ticket_that_started_nothing_waits_again_when_it_says_something_else(
    store: CaseStore, state: TicketState
) -> None:
    """Its desk has filled in what was missing; what it says again changes nothing."""
    tickets = StoredTickets(store)
    tickets.take(replace(NEW, subscriber=None), at=AT)
    tickets.decided("t1", state, run=None, words="names no subscriber", at=AT)
    same, _ = tickets.take(replace(NEW, id="t2", subscriber=None), at=LATER)
    assert (same.state, same.words) == (state, "names no subscriber")
    said = replace(NEW, id="t3", ticket={"title": "Internet is down", "subscriber": "sub-1"})
    again, is_new = tickets.take(replace(said, document={"id": "t3", "name": "x"}), at=LATER)
    assert (again.id, again.state, again.words, is_new) == ("t1", TicketState.WAITING, "", False)
    assert (again.subscriber, again.ticket) == ("sub-1", said.ticket)
    assert again.document == {"id": "t1", "name": "x"}
    assert tickets.waiting() == (again,)


def test_a_ticket_that_has_a_run_keeps_it(store: CaseStore) -> None:
    """Our own note is a change of the ticket, of which its desk tells us."""
    tickets = StoredTickets(store)
    tickets.take(NEW, at=AT)
    tickets.decided("t1", TicketState.STARTED, run="r1", words="by rule", at=AT)
    again, _ = tickets.take(replace(NEW, ticket={"title": "another"}), at=LATER)
    assert (again.state, again.run, again.ticket) == (TicketState.STARTED, "r1", NEW.ticket)


def test_a_ticket_is_answered_once_when_its_run_has_ended(store: CaseStore) -> None:
    """Two processes that see the end of a run write one note."""
    tickets, runs = StoredTickets(store), StoredRuns(store)
    tickets.take(NEW, at=AT)
    run = NewRun(id="r1", playbook="no_internet", subscriber="sub-1", ticket="t1", wish={})
    row = runs.begin(run, worker="w", at=AT, lease=timedelta(minutes=1))
    tickets.decided("t1", TicketState.STARTED, run="r1", words="", at=AT)
    assert tickets.to_answer() == ()
    runs.end(
        "r1", row.attempt, RunOutcome(state=RunState.FAILED, destination="x", words=""), at=AT
    )
    assert [one.id for one in tickets.to_answer()] == ["t1"]

    def noted(held: object) -> dict[str, object]:
        assert isinstance(held, dict)
        return {**held, "note": [*held["note"], "the verdict"]}

    for _ in range(2):
        answered = tickets.rewrite("t1", noted, at=LATER, answers=True)
        assert answered is not None
        assert answered.document == {"id": "t1", "note": ["the verdict"]}
    assert tickets.to_answer() == ()
    changed = tickets.rewrite("t1", lambda held: {**held, "status": "held"}, at=LATER)
    assert changed is not None
    assert changed.document == {"id": "t1", "note": ["the verdict"], "status": "held"}
    assert tickets.with_documents(limit=5) == (changed,)
    assert tickets.rewrite("t9", noted, at=LATER) is None
