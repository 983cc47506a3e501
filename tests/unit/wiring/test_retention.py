"""Everything about a subscriber is given out or erased, and the audit trail still verifies."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy import insert, select, update

from cpe_diag.cli import main
from cpe_diag.cli.exit_codes import ExitCode
from cpe_diag.domain.action import ActionRecord, EntryKind, JournalEntry
from cpe_diag.domain.audit import About, AuditKind
from cpe_diag.domain.consent import Consent, ConsentChannel, IdentityCheck
from cpe_diag.domain.failures import RightsError, RunError
from cpe_diag.domain.letter import Letter, LetterKind, NewLetter
from cpe_diag.domain.run_journal import RunEntry, RunEntryKind, RunState
from cpe_diag.service.letters import call_letters, event_letter
from cpe_diag.service.occasion import Occasion
from cpe_diag.service.on_call import Notification, OnCall
from cpe_diag.service.ticket_rules import Priority
from cpe_diag.service.tickets_config import PersonConfig, TicketsConfig
from cpe_diag.service.tmf621 import Version
from cpe_diag.service.web.ticket_events import letters as ticket_letters
from cpe_diag.store.action_journal import ActionJournals
from cpe_diag.store.audit_links import numbers_of, numbers_text
from cpe_diag.store.case_tables import METADATA, moment_text
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.event_hubs import EventHub
from cpe_diag.store.incident_tables import INCIDENTS
from cpe_diag.store.incoming_tickets import NewTicket, StoredTickets, TicketState
from cpe_diag.store.outbox import StoredOutbox, put
from cpe_diag.store.run_journal import StoredRunJournal
from cpe_diag.store.run_rows import NewRun, RunOutcome
from cpe_diag.store.run_tables import CASES, RUN_RESULTS
from cpe_diag.store.runs import StoredRuns
from cpe_diag.store.sealed import seal
from cpe_diag.testing.action_samples import PORT_RESTART
from cpe_diag.wiring.config import Config, read
from cpe_diag.wiring.desk import case_store, open_desk
from cpe_diag.wiring.retention import export_subscriber, forget_subscriber, prune_store
from cpe_diag.wiring.store_key import store_key

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)
ANNA, BEN, NEW = "sub-anna", "sub-ben", "sub-newest"
PLAN = replace(PORT_RESTART, subscriber=ANNA)
END = JournalEntry(kind=EntryKind.END, at=AT, words="done", said="proven")


@pytest.fixture
def config(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Give a configuration with a store of each kind, for a senior."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    keys = tmp_path / "keys.yaml"
    keys.write_text(yaml.safe_dump({"url": store_url, "audit": "5a" * 32}), encoding="utf-8")
    keys.chmod(0o600)
    document = {
        "port_history": "ports.jsonl",
        "store": {"url": f"file:{keys}#url", "audit_key": f"file:{keys}#audit"},
        "staff": {
            "me": "boss",
            "members": {"boss": {"role": "senior"}, "guest": {"role": "viewer"}},
        },
    }
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return read(path, "a test")


def seen(config: Config, subscriber: str, *, ends: bool = True, at: datetime = AT) -> str:
    """Let somebody have a run, a change, a consent and what the audit trail says of them."""
    store, desk = case_store(config), open_desk(config)
    desk.note(AuditKind.LOOK, "looked", About(subscriber=subscriber, ticket="T-1"))
    desk.consents.record(
        Consent(
            id=f"c-{subscriber}",
            subscriber=subscriber,
            action="router.reboot",
            digest="aa" * 32,
            given_by="Anna Customer",
            identity_check=IdentityCheck.CALL_BACK,
            channel=ConsentChannel.SPOKEN,
            recorded_by="boss",
            ticket="T-1",
            given_at=at,
            expires_at=at + LEASE,
        )
    )
    runs = StoredRuns(store)
    new = NewRun(
        id=run_of(subscriber),
        playbook="no_internet",
        subscriber=subscriber,
        ticket=f"T-{subscriber}",
        wish={"device_mac": "02:00:5e:10:00:01"},
        router="192.0.2.1:22",
    )
    row = runs.begin(new, worker="w", at=at, lease=LEASE)
    entry = RunEntry(
        kind=RunEntryKind.ANSWERED,
        at=at,
        step="ask",
        document={"choice": f"laptop of {subscriber}"},
    )
    StoredRunJournal(store, row.id, row.attempt).append((entry,), 0)
    plan = replace(PLAN, subscriber=subscriber, port=subscriber)
    journals = ActionJournals(store)
    with journals.held(plan) as hold:
        journal = journals.begin(
            ActionRecord(
                id=change_of(subscriber),
                begun_at=at,
                plan=plan,
                ticket=None,
                symptom="",
                entries=(),
            ),
            hold,
        )
        if ends:
            journal.write(replace(END, at=at))
    if ends:
        outcome = RunOutcome(
            state=RunState.FINISHED,
            destination="second_line",
            words=f"the line of {subscriber}",
            domain="network",
            files={
                "verdict.json": f'{{"about": "{subscriber}"}}'.encode(),
                "raw/0001.txt": b"\xff",
            },
        )
        letter = NewLetter(
            key=f"letter of {subscriber}",
            kind=next(iter(LetterKind)),
            target="desk",
            lane="desk",
            document={"note": f"to {subscriber}"},
            case_id=row.case_id,
        )
        runs.end(row.id, row.attempt, replace(outcome, tells=lambda _: (letter,)), at=at)
    return row.case_id


def run_of(subscriber: str) -> str:
    """Give the id of somebody's run, which does not name them."""
    return f"run{len(subscriber)}"


def change_of(subscriber: str) -> str:
    """Give the id of somebody's change."""
    return f"change{len(subscriber)}"


def everything(config: Config) -> str:
    """Give all tables as text."""
    with case_store(config).reading() as connection:
        tables = {
            table.name: [tuple(row) for row in connection.execute(select(table)).all()]
            for table in METADATA.sorted_tables
        }
    return repr(tables)


def test_all_that_is_kept_about_somebody_is_given_out(config: Config) -> None:
    """And nothing about anybody else; that it was given out is in the audit trail."""
    seen(config, ANNA)
    seen(config, BEN)
    document = export_subscriber(config, ANNA, "she asked")
    assert json.loads(json.dumps(document)) == document
    text = json.dumps(document)
    for part in (f"laptop of {ANNA}", "Anna Customer", f'"about": "{ANNA}"', "looked"):
        assert part in text
    assert BEN not in text
    (last,) = open_desk(config).audit.entries(newest=1)
    assert (last.event.kind, last.event.words) == (AuditKind.EXPORT, "she asked")


def test_whoever_is_erased_stands_nowhere_and_the_audit_chain_verifies(config: Config) -> None:
    """What was found, when, and where it went stays, without whose it was."""
    case_id = seen(config, ANNA)
    seen(config, BEN)
    gone = forget_subscriber(config, ANNA, "letter of 1 March").gone
    assert (gone.cases, gone.runs, gone.actions) == (1, 1, (change_of(ANNA),))
    text = everything(config)
    for part in (ANNA, run_of(ANNA) + "', 0", change_of(ANNA)):
        assert part not in text
    assert BEN in text
    desk = open_desk(config)
    assert desk.audit.verify().flaws == ()
    (last,) = desk.audit.entries(newest=1)
    assert (last.event.kind, last.event.words) == (AuditKind.ERASURE, "letter of 1 March")
    case = StoredCases(case_store(config)).case(case_id)
    assert (case.subscriber, case.destination, case.opened_at) == (None, "second_line", AT)
    row = StoredRuns(case_store(config)).run(run_of(ANNA))
    assert (row.subscriber, row.domain, row.wish) == (None, "network", {})
    again = forget_subscriber(config, ANNA, "again").gone
    assert (again.cases, again.numbers) == (0, "")
    assert desk.audit.verify().flaws == ()


def test_a_person_that_vanishes_without_an_erasure_is_a_flaw(config: Config) -> None:
    """Or whoever owns the file would erase what they did."""
    seen(config, ANNA)
    forget_subscriber(config, ANNA, "letter")
    seen(config, BEN)
    with case_store(config).writing() as connection:
        connection.exec_driver_sql("DELETE FROM audit_personal WHERE subscriber IS NOT NULL")
    flaws = open_desk(config).audit.verify().flaws
    assert len(flaws) == 2
    assert all("has lost who did it" in one.words for one in flaws)


def test_nobody_is_erased_while_something_of_theirs_has_no_end(config: Config) -> None:
    """A port may be shut, and its journal is what opens it."""
    seen(config, ANNA, ends=False)
    with pytest.raises(RunError, match=f"run {run_of(ANNA)} has no end yet"):
        forget_subscriber(config, ANNA, "letter")
    runs = StoredRuns(case_store(config))
    runs.end(run_of(ANNA), 1, RunOutcome(state=RunState.FAILED, destination="", words=""), at=AT)
    with pytest.raises(RunError, match=f"cpe-diag port recover {change_of(ANNA)}"):
        forget_subscriber(config, ANNA, "letter")
    assert ANNA in everything(config)


def test_only_seniors_give_out_and_erase(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """A viewer is refused, which is noted."""
    monkeypatch.setenv("CPE_DIAG_STAFF", "guest")
    asked: tuple[Any, ...] = (export_subscriber, forget_subscriber)
    for work in asked:
        with pytest.raises(RightsError):
            work(config, ANNA, "curious")
    with pytest.raises(RightsError):
        prune_store(config, AT, "tidy")


def test_what_is_old_and_nobody_works_on_is_dropped(config: Config) -> None:
    """What is open or was begun later stays; the audit trail too."""
    old = seen(config, ANNA)
    going = seen(config, BEN, ends=False)
    new = seen(config, NEW, at=AT + timedelta(days=10))
    unsent, _samples = prune_store(config, AT + timedelta(days=5), "retention")
    assert (unsent.cases, unsent.actions) == (0, (change_of(ANNA),))
    with case_store(config).writing() as connection:
        connection.exec_driver_sql("UPDATE outbox SET ended_at = made_at")
    gone, _samples = prune_store(config, AT + timedelta(days=5), "retention")
    assert (gone.cases, gone.runs, gone.actions) == (1, 1, ())
    cases = StoredCases(case_store(config))
    assert {one.id for one in cases.search()} == {going, new}
    with pytest.raises(RunError, match=f"no case '{old}'"):
        cases.case(old)
    assert open_desk(config).audit.verify().flaws == ()


def letters(config: Config) -> list[Letter]:
    """Give all letters, the oldest first."""
    return list(reversed(StoredOutbox(case_store(config)).letters()))


def put_letters(config: Config, *new: NewLetter, at: datetime = AT) -> StoredOutbox:
    """Have something to tell."""
    store = case_store(config)
    with store.writing() as connection:
        put(connection, new, at)
    return StoredOutbox(store)


def test_what_a_hub_is_still_to_be_told_goes_with_whoever_it_is_about(config: Config) -> None:
    """A ticket that has no case, and an outage that others have met too."""
    case, parent = seen(config, ANNA), seen(config, NEW)
    with case_store(config).writing() as connection:
        connection.execute(update(CASES).where(CASES.c.id == case).values(parent=parent))
    ticket = {"id": "1", "relatedParty": [{"role": "customer", "id": ANNA}], "status": "pending"}
    hub = EventHub(id="hub", api="", callback="", query="", made_by="", made_at=AT)
    outage = {
        "eventId": "e2",
        "event": {
            "affectedService": [{"id": ANNA}, {"id": BEN}],
            "troubleTicket": [{"id": f"T-{ANNA}"}, {"id": "T-9"}],
        },
    }
    put_letters(
        config,
        *ticket_letters([hub], Version.V4, None, ticket, case_id=None, at=AT),
        event_letter("hub", outage, parent),
    )
    given = json.dumps(export_subscriber(config, ANNA, "asked")["outbox"])
    assert "relatedParty" in given
    assert "it names others too" in given
    assert BEN not in given
    forget_subscriber(config, ANNA, "letter")
    assert ANNA not in everything(config)
    (left,) = [one for one in letters(config) if one.kind is LetterKind.EVENT]
    assert left.document == {
        "eventId": "e2",
        "event": {
            "affectedService": [{"id": "(erased)"}, {"id": BEN}],
            "troubleTicket": [{"id": "(erased)"}, {"id": "T-9"}],
        },
    }


def test_a_call_about_a_case_goes_with_its_subscriber(config: Config) -> None:
    """It names the case, and what is wrong there."""
    case = seen(config, ANNA)
    person = PersonConfig(on_call=OnCall(name="Ann", zone="UTC", quiet=None), send="env:ANN")
    call = Notification(
        about=case, occasion=Occasion.WARNING, priority=Priority.PARTIAL, title="5 min", body=""
    )
    calls = call_letters(TicketsConfig(on_call={"Ann": person}), call, AT, case_id=case)
    put_letters(config, *calls)
    forget_subscriber(config, ANNA, "letter")
    assert letters(config) == []


def test_tickets_and_letters_that_are_done_are_dropped_when_they_are_old(config: Config) -> None:
    """With their run, or alone; what waits, for a rule or to be told, stays however old."""
    seen(config, ANNA)
    later = AT + timedelta(days=10)
    seen(config, NEW, at=later)
    tickets = StoredTickets(case_store(config))
    for name, state, run, at in (
        ("old", TicketState.STARTED, run_of(ANNA), AT),
        ("left", TicketState.LEFT, None, AT),
        ("waits", None, None, AT),
        ("new", TicketState.STARTED, run_of(NEW), later),
        ("lately", TicketState.REFUSED, None, later),
    ):
        new = NewTicket(id=name, desk="d", desk_ticket=name, subscriber=ANNA, ticket={})
        tickets.take(new, at=at)
        if state is not None:
            tickets.decided(name, state, run=run, words="", at=at)
    with case_store(config).writing() as connection:
        connection.exec_driver_sql("UPDATE outbox SET ended_at = made_at")
    lone = NewLetter(key="a", kind=LetterKind.EVENT, target="h", lane="a", document={"x": ANNA})
    outbox = put_letters(config, lone, replace(lone, key="b", lane="b"))
    taken = outbox.claim(sender="s", at=AT, lease=LEASE, kinds=(LetterKind.EVENT,))
    assert taken is not None
    outbox.bury(taken, at=AT, words="410")
    gone, _samples = prune_store(config, AT + timedelta(days=5), "retention")
    assert (gone.cases, gone.tickets, gone.letters) == (1, 2, 2)
    assert [one.key for one in letters(config)] == [f"letter of {NEW}", "b"]
    names = ("old", "left", "waits", "new", "lately")
    assert [name for name in names if tickets.one(name)] == ["waits", "new", "lately"]
    (last,) = open_desk(config).audit.entries(newest=1)
    assert "2 tickets, 2 letters" in last.event.words


def test_the_parent_case_of_an_incident_that_is_not_over_stays(config: Config) -> None:
    """Who clears it is told under that case."""
    case = seen(config, ANNA)
    with case_store(config).writing() as connection:
        connection.exec_driver_sql("UPDATE outbox SET ended_at = made_at")
        incident = {"kind": "node", "place": "an-1", "number": 1, "cause": "c", "title": "t"}
        moments = {"since": moment_text(AT), "last_at": moment_text(AT)}
        more = {"case_id": case, "told": "{}"}
        connection.execute(insert(INCIDENTS).values(incident | moments | more))
    gone, _samples = prune_store(config, AT + timedelta(days=5), "retention")
    assert gone.cases == 0
    with case_store(config).writing() as connection:
        connection.execute(update(INCIDENTS).values(cleared_at=moment_text(AT)))
    gone, _samples = prune_store(config, AT + timedelta(days=5), "retention")
    assert gone.cases == 1


@pytest.mark.parametrize(
    ("numbers", "text"), [([], ""), ([5], "5"), ([3, 1, 2, 9, 10, 12], "1-3,9-10,12")]
)
def test_numbers_are_written_short_and_read_again(numbers: list[int], text: str) -> None:
    """A customer of years stands in hundreds of entries."""
    assert numbers_text(numbers) == text
    assert list(numbers_of(text)) == sorted(numbers)


@pytest.mark.parametrize("text", ["router.reboot", "-", "1-", "-3", "a-b"])
def test_what_names_no_numbers_erases_nothing(text: str) -> None:
    """Old entries have other words there."""
    assert [one for one in numbers_of(text) if text != "1-"] == []


def test_what_was_sealed_is_given_out_in_plain_words(config: Config) -> None:
    """A customer who asks what is kept about them gets what they once wished for."""
    values = {"new_name": "Our home"}
    new = NewRun(
        id="r-sealed",
        playbook="change_wifi",
        subscriber="sub-9",
        ticket=None,
        wish={"values": {}, "sealed": seal(store_key(config), values)},
    )
    StoredRuns(case_store(config)).submit(new, at=AT)
    (row,) = export_subscriber(config, "sub-9", "asked")["runs"]
    assert row["wish"] == {"values": values}


def test_the_router_of_whoever_is_erased_is_looked_up_in_the_inventory(config: Config) -> None:
    """They had no run of their own, and stand in a neighbour's all the same.

    Where the inventory cannot be asked it is said, and the same once more does the rest.
    """
    inventory = config.folder / "inventory.yaml"
    text = (config.folder / "config.yaml").read_text()
    known = config.folder / "known.yaml"
    known.write_text(f"{text}inventory: {{kind: file, path: inventory.yaml}}\n")
    seen(config, BEN)
    runs = StoredRuns(case_store(config))
    with case_store(config).writing() as connection:
        content = b"198.51.100.13 answers"
        row = {"run": run_of(BEN), "name": "raw/0002.txt", "content": content}
        connection.execute(insert(RUN_RESULTS).values(row))
    command = ["--config", str(known), "subscriber", "forget", ANNA, "--because", "asked", "--yes"]
    said = CliRunner().invoke(main, command)
    assert (said.exit_code, said.stdout[:7]) == (ExitCode.COULD_NOT_RUN, "erased:")
    assert "inventory.yaml" in said.stderr
    assert "give the same command once more" in said.stderr
    assert runs.files(run_of(BEN))["raw/0002.txt"] == content
    one = f'{{id: {ANNA}, node: an-1, port: "1", router: {{address: 198.51.100.13}}}}'
    inventory.write_text(f"nodes: {{an-1: {{address: 127.9.1.1}}}}\nsubscribers: [{one}]\n")
    said = CliRunner().invoke(main, command)
    assert (said.exit_code, said.stderr) == (0, "")
    assert runs.files(run_of(BEN))["raw/0002.txt"] == b"192.0.2.0 answers"


def test_an_erasure_says_that_the_inventory_has_nobody_of_that_id(config: Config) -> None:
    """They may be gone from it already, or the id is mistyped: nobody is to take it for whole."""
    text = (config.folder / "config.yaml").read_text()
    known = config.folder / "known.yaml"
    known.write_text(f"{text}inventory: {{kind: file, path: inventory.yaml}}\n")
    (config.folder / "inventory.yaml").write_text("nodes: {}\nsubscribers: []\n")
    for file, words in (
        (known, f"the inventory has no subscriber {ANNA},"),
        (config.folder / "config.yaml", "no inventory is configured,"),
    ):
        command = ["--config", str(file), "subscriber", "forget", ANNA, "--because", "x", "--yes"]
        said = CliRunner().invoke(main, command)
        assert said.exit_code == 0
        assert words in said.stderr
        assert "it may still stand in runs of neighbours" in said.stderr
