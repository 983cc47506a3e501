"""One parent case for what fails together: opened by the second, joined, cleared once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cpe_diag.domain.incident import KNOWN_FOR, Incident, IncidentKind, Reach
from cpe_diag.domain.letter import LetterKind, LetterState
from cpe_diag.domain.run_journal import RunState
from cpe_diag.domain.secret import Secret
from cpe_diag.domain.verdict import GroupKind, OutageGroup
from cpe_diag.report.codec import encode
from cpe_diag.report.decoding import decode
from cpe_diag.service.answer import Answer
from cpe_diag.service.incident_letters import GroupTold, IncidentLetters
from cpe_diag.service.tmf_schema import Api, faults
from cpe_diag.store.case_store import CaseStore
from cpe_diag.store.cases import StoredCases
from cpe_diag.store.event_hubs import EventHub
from cpe_diag.store.incidents import Sighting, StoredIncidents
from cpe_diag.store.outbox import StoredOutbox
from cpe_diag.store.run_rows import NewRun
from cpe_diag.store.runs import StoredRuns
from cpe_diag.wiring.config import read
from cpe_diag.wiring.kept_runs import taken_up
from cpe_diag.wiring.tickets import tickets_of

if TYPE_CHECKING:
    from pathlib import Path

    from cpe_diag.domain.letter import Letter
    from cpe_diag.wiring.config import Config

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
KEY = b"k" * 32
HUBS = tuple(
    EventHub(
        id=api.value,
        api=api.value,
        callback="https://a.example/",
        query="",
        made_by="anna",
        made_at=AT,
    )
    for api in (Api.ALARM_V4, Api.SERVICE_PROBLEM_V5)
)
CONFIG = """\
store: {path: case.db}
tickets:
  desks:
    main:
      kind: zammad
      check: {hmac: env:ZAMMAD_TOKEN}
      answer: {url: https://zammad.example.net, credential: env:ZAMMAD_API}
  on_call:
    Ann: {send: env:ANN, zone: UTC}
"""


@pytest.fixture
def store(store_url: str) -> CaseStore:
    """Give an empty store of each kind."""
    return CaseStore.behind(Secret(store_url))


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Give a configuration with a desk and a person."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    return read(tmp_path / "config.yaml", "a test")


def case_of(store: CaseStore, who: str) -> str:
    """Open the case of a ticket."""
    new = NewRun(
        id=f"run-{who}",
        playbook="no_internet",
        subscriber=who,
        ticket=f"T-{who}",
        wish={},
        node="an-1",
        desk="main",
        desk_ticket=who,
    )
    return StoredRuns(store).submit(new, at=AT)[0].case_id


def met(
    store: CaseStore, config: Config, who: str, case_id: str | None, minutes: float = 0
) -> Incident:
    """Let a run point to the node."""
    at = AT + timedelta(minutes=minutes)
    group = OutageGroup(
        kind=GroupKind.NODE,
        name="node an-1",
        affected=40,
        of=48,
        since_s=60.0,
        parent_key="an-1/node-an-1/20261126T120000Z",
    )
    told: Any = encode(GroupTold(group=group, node="an-1", next_action="send power"))
    sighting = Sighting(
        kind=IncidentKind.NODE,
        place="an-1/node-an-1",
        cause="node_outage",
        title="The node is down",
        subscriber=who,
        destination="network_operations",
        case_id=case_id,
        told=told,
    )
    tell = letters(config, at)
    return StoredIncidents(store, KEY).seen(sighting, at=at, letters=tell.known, grown=tell.grown)


def letters(config: Config, at: datetime) -> IncidentLetters:
    """Give whom to tell: a desk, a person, a hub."""
    return IncidentLetters(tickets=tickets_of(config), hubs=HUBS, now=at)


def told(store: CaseStore) -> list[Letter]:
    """Give the letters that wait, the oldest first."""
    return list(reversed(StoredOutbox(store).letters(state=LetterState.WAITING)))


def events(store: CaseStore) -> list[tuple[Api, str]]:
    """Give what hubs were told, the oldest first; each of it is as published."""
    sent = [one for one in told(store) if one.kind is LetterKind.EVENT]
    for one in sent:
        assert faults(Api(one.target), str(one.document["eventType"]), one.document) == ()
    assert len({(one.target, one.document["eventId"]) for one in sent}) == len(sent)
    found = [(Api(one.target), str(one.document["eventType"])) for one in sent]
    return sorted(found, key=lambda one: one[0])


def test_the_second_run_opens_one_parent_case_and_all_are_told(
    store: CaseStore, config: Config
) -> None:
    """The first one may have a reason of its own; its ticket is attached all the same."""
    cases = [case_of(store, who) for who in ("a", "b", "c")]
    assert met(store, config, "a", cases[0]).case_id is None
    assert told(store) == []
    incident = met(store, config, "b", cases[1], minutes=1)
    third = met(store, config, "c", cases[2], minutes=2)
    assert incident.case_id is not None
    assert third.case_id == incident.case_id
    parent = StoredCases(store).case(incident.case_id)
    assert (parent.state, parent.destination, parent.priority) == (
        "handed_over",
        "network_operations",
        1,
    )
    assert {StoredCases(store).case(one).parent for one in cases} == {incident.case_id}
    kinds = [one.kind for one in told(store)]
    assert sorted(kinds) == ["event"] * 3 + ["note", "note", "notification"]
    assert events(store) == [
        (Api.ALARM_V4, "AlarmCreateEvent"),
        (Api.SERVICE_PROBLEM_V5, "ServiceProblemCreateEvent"),
        (Api.SERVICE_PROBLEM_V5, "ServiceProblemAttributeValueChangeEvent"),
    ]
    met(store, config, "c", cases[2], minutes=3)
    assert len(events(store)) == 3


def test_of_many_runs_at_once_one_opens_the_parent_case(store: CaseStore, config: Config) -> None:
    """When a node falls the tickets come together."""
    who = [f"s{number}" for number in range(8)]
    cases = {one: case_of(store, one) for one in who}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda one: met(store, config, one, cases[one]), who))
    last = met(store, config, "s0", cases["s0"])
    assert last.subscribers == 8
    assert {StoredCases(store).case(one).parent for one in cases.values()} == {last.case_id}
    parents = StoredCases(store).search("The node is down")
    assert len(parents) == 1


def test_when_it_clears_every_ticket_is_told_once_and_the_next_is_another_incident(
    store: CaseStore, config: Config
) -> None:
    """The parent case is closed; the tickets stay with their desks."""
    for who in ("a", "b"):
        met(store, config, who, case_of(store, who))
    before, at = len(told(store)), AT + timedelta(hours=2)
    incidents = StoredIncidents(store, KEY)
    tell = letters(config, at).cleared
    over = incidents.clear(IncidentKind.NODE, "an-1/node-an-1", at=at, letters=tell)
    assert incidents.clear(IncidentKind.NODE, "an-1/node-an-1", at=at, letters=tell) is None
    assert over is not None
    assert (over.cleared_at, StoredCases(store).case(over.case_id or "").state) == (at, "closed")
    new = told(store)[before:]
    notes = [decode(Answer, one.document) for one in new if one.kind is LetterKind.NOTE]
    assert sorted(one.ticket_id for one in notes) == ["a", "b"]
    assert "Over: The node is down" in notes[0].note
    kinds = {str(one.document["eventType"]) for one in new if one.kind is LetterKind.EVENT}
    assert kinds == {"AlarmStateChangeEvent", "ServiceProblemStateChangeEvent"}
    assert len(events(store)) == 4
    again = met(store, config, "a", None, minutes=121)
    assert (again.number, again.subscribers, again.case_id) == (2, 1, None)


def test_an_incident_stands_only_as_long_as_runs_have_met_it_lately(
    store: CaseStore, config: Config
) -> None:
    """Later, or once somebody measures well, whoever comes next is measured again."""
    incidents = StoredIncidents(store, KEY)
    met(store, config, "a", case_of(store, "a"))
    assert incidents.standing(AT) == ()
    met(store, config, "b", case_of(store, "b"))
    assert len(incidents.standing(AT + KNOWN_FOR)) == 1
    assert incidents.standing(AT + KNOWN_FOR + timedelta(seconds=1)) == ()
    well(store, config, "a", 0)
    assert incidents.standing(AT) == ()
    met(store, config, "a", None, minutes=1)
    assert len(incidents.standing(AT + timedelta(minutes=1))) == 1
    incidents.clear(IncidentKind.NODE, "an-1/node-an-1", at=AT)
    assert incidents.standing(AT) == ()


def test_what_runs_have_seen_of_an_outage_is_kept_side_by_side_and_not_for_long(
    store: CaseStore, config: Config
) -> None:
    """One looks at other ports than another; what was seen long ago has changed since."""

    def seen(minutes: float, up: str) -> Incident:
        at = AT + timedelta(minutes=minutes)
        reach = Reach(
            node="an-1", group="node an-1", whole=True, parts=(), down=(), up=(up,), at=at
        )
        sighting = Sighting(
            kind=IncidentKind.NODE,
            place="an-1/node-an-1",
            cause="node_outage",
            title="The node is down",
            subscriber="a",
            destination="network_operations",
            reach=reach,
        )
        return StoredIncidents(store, KEY).seen(sighting, at=at)

    seen(0, "1")
    both = seen(5, "2")
    assert [one.up for one in both.reaches] == [("1",), ("2",)]
    assert not both.takes("1", (), AT + timedelta(minutes=6))
    assert both.takes("3", (), AT + timedelta(minutes=6))
    assert [one.up for one in seen(17, "3").reaches] == [("2",), ("3",)]
    assert met(store, config, "b", None, minutes=18).reaches[-1].up == ("3",)
    over = StoredIncidents(store, KEY).clear(IncidentKind.NODE, "an-1/node-an-1", at=AT)
    assert over is not None
    assert over.reaches == ()  # a port is a home, and nobody needs it any more


def test_whoever_meets_it_and_measures_well_at_once_stops_nobody(
    store: CaseStore, config: Config
) -> None:
    """Two runs of one home at one time: on PostgreSQL each could wait for the other for ever."""
    for who in ("a", "b"):
        met(store, config, who, case_of(store, who))

    def one(number: int) -> None:
        if number % 2:
            met(store, config, "a", None, minutes=1)
        else:
            well(store, config, "a", 1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(40)))
    (incident,) = StoredIncidents(store, KEY).every()
    assert incident.subscribers == 2


def test_a_further_ticket_is_attached_and_answered_without_a_run(
    tmp_path: Path, config: Config
) -> None:
    """Its desk is told which incident it belongs to, and hears when it is over."""
    store = CaseStore.at(tmp_path / "case.db")
    for who in ("a", "b"):
        incident = met(store, config, who, case_of(store, who))
    case_id = case_of(store, "c")
    with taken_up(config, "run-c") as kept:
        assert kept.know(incident)
    run, case = StoredRuns(store).run("run-c"), StoredCases(store).case(case_id)
    assert (run.state, run.cause) == (RunState.FINISHED, "node_outage")
    assert (case.parent, case.destination) == (incident.case_id, "network_operations")
    answer = decode(Answer, told(store)[-1].document)
    assert answer.ticket_id == "c"
    assert "Known incident: The node is down (an-1/node-an-1)" in answer.note
    assert case_id in {one.id for one in StoredIncidents(store, KEY).cases(incident)}


def test_a_ticket_is_not_answered_with_what_is_over_meanwhile(
    tmp_path: Path, config: Config
) -> None:
    """Nobody would tell it any more that it is over; it is measured."""
    store = CaseStore.at(tmp_path / "case.db")
    for who in ("a", "b"):
        incident = met(store, config, who, case_of(store, who))
    case_id = case_of(store, "c")
    StoredIncidents(store, KEY).clear(incident.kind, incident.place, at=AT)
    before = len(told(store))
    with taken_up(config, "run-c") as kept:
        assert not kept.know(incident)
    assert StoredRuns(store).run("run-c").state is RunState.RUNNING
    assert StoredCases(store).case(case_id).parent is None
    assert len(told(store)) == before


def well(store: CaseStore, config: Config, who: str, minutes: float) -> tuple[Incident, ...]:
    """Let a run find nothing wrong."""
    at = AT + timedelta(minutes=minutes)
    tell = letters(config, at).cleared
    return StoredIncidents(store, KEY).measured_well(who, at, tells=lambda _: True, letters=tell)


def test_it_clears_when_two_who_met_it_measure_well_again_and_all_are_told_once(
    store: CaseStore, config: Config
) -> None:
    """One alone may have been helped alone; who never met it says nothing about it."""
    for who in ("a", "b", "c"):
        incident = met(store, config, who, case_of(store, who))
    before = len(told(store))
    assert well(store, config, "nobody", 5) == ()
    assert well(store, config, "a", 6) == ()
    assert well(store, config, "a", 7) == ()
    (over,) = well(store, config, "b", 8)
    assert (over.cleared_at, over.case_id) == (AT + timedelta(minutes=8), incident.case_id)
    assert StoredCases(store).case(over.case_id or "").state == "closed"
    assert well(store, config, "c", 9) == ()
    new = told(store)[before:]
    notes = [decode(Answer, one.document) for one in new if one.kind is LetterKind.NOTE]
    assert sorted(one.ticket_id for one in notes) == ["a", "b", "c"]


def test_whoever_meets_it_again_keeps_it_open(store: CaseStore, config: Config) -> None:
    """Measured well before somebody else met it, or before it came back, is not over."""
    for who in ("a", "b"):
        met(store, config, who, case_of(store, who))
    well(store, config, "a", 5)
    met(store, config, "b", None, minutes=6)
    assert well(store, config, "b", 7) == ()
    met(store, config, "b", None, minutes=8)
    assert well(store, config, "a", 9) == ()
    assert len(well(store, config, "b", 10)) == 1


def test_of_two_who_measure_well_at_once_one_clears_it(store: CaseStore, config: Config) -> None:
    """On PostgreSQL both would else see themselves alone."""
    for who in ("a", "b"):
        met(store, config, who, case_of(store, who))
    with ThreadPoolExecutor(2) as pool:
        cleared = list(pool.map(lambda who: well(store, config, who, 5), ("a", "b")))
    assert sum(map(len, cleared)) == 1


def test_one_that_another_has_followed_clears_too(store: CaseStore, config: Config) -> None:
    """Nobody met it for an hour, so that the next is another; its tickets still wait."""
    for who in ("a", "b"):
        first = met(store, config, who, case_of(store, who))
    second = met(store, config, "c", None, minutes=70)
    assert (first.number, second.number, second.case_id) == (1, 2, None)
    well(store, config, "a", 75)
    (over,) = well(store, config, "b", 76)
    assert (over.number, over.case_id) == (1, first.case_id)
