"""Bodies of TM Forum interfaces, held to the definitions that TM Forum has published."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpe_diag.domain.evidence import FactKey
from cpe_diag.domain.facts import FACT_KINDS
from cpe_diag.domain.failures import FailureKind
from cpe_diag.domain.verdict import Destination, GroupKind, OutageGroup
from cpe_diag.judge.decide import decide
from cpe_diag.judge.thresholds import BY_ID
from cpe_diag.playbook.load import list_playbooks
from cpe_diag.service import tmf653
from cpe_diag.service.group_outage import (
    GroupOutage,
    alarm,
    alarm_create,
    alarm_event,
    problem,
    problem_create,
)
from cpe_diag.service.measures import measures, names_of
from cpe_diag.service.refused import Refused
from cpe_diag.service.ticket import Ticket
from cpe_diag.service.tmf621 import (
    STATUS_OF,
    Status,
    TicketEvent,
    Version,
    attachment,
    created_ticket,
    note,
    patch,
    ticket_event,
)
from cpe_diag.service.tmf653 import (
    VALID,
    ServiceTestOrder,
    dispatch_permit,
    service_test,
    specification,
    waiting_test,
)
from cpe_diag.service.tmf_error import tmf_error
from cpe_diag.service.tmf_schema import Api, document, faults
from cpe_diag.service.web.replies import whole
from cpe_diag.testing.evidence_samples import changed, dsl_home, unobserved
from cpe_diag.testing.run_samples import sample_run
from cpe_diag.wiring.knowledge import facts_by_probe, vocabulary

NOW: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
OURS: Final = "https://diag.example.net"

V4_EVENT: Final[dict[str, Any]] = {
    "eventId": "e-1",
    "eventTime": "2026-03-01T12:00:00Z",
    "eventType": "TroubleTicketCreateEvent",
    "event": {
        "troubleTicket": {
            "id": "3180",
            "externalId": "CRM-7",
            "name": "No internet",
            "description": "Nothing works since noon",
            "ticketType": "fault",
            "severity": "Urgent",
            "status": "acknowledged",
            "creationDate": "2026-03-01T11:59:00Z",
            "relatedEntity": [
                {"id": "s-1", "name": "fibre 100", "role": "x", "@referredType": "Service"}
            ],
            "relatedParty": [
                {"id": "a-1", "role": "agent", "@referredType": "Individual"},
                {"id": "sub-1001", "role": "Customer", "@referredType": "Individual"},
            ],
        }
    },
}
V5_EVENT: Final[dict[str, Any]] = {
    "@type": "TroubleTicketCreateEvent",
    "eventId": "e-1",
    "eventTime": "2026-03-01T12:00:00Z",
    "eventType": "TroubleTicketCreateEvent",
    "event": {
        "troubleTicket": {
            "@type": "TroubleTicket",
            "id": "3180",
            "externalIdentifier": [{"@type": "ExternalIdentifier", "id": "CRM-7"}],
            "name": "No internet",
            "description": "Nothing works since noon",
            "ticketType": "fault",
            "severity": "Urgent",
            "status": "acknowledged",
            "creationDate": "2026-03-01T11:59:00Z",
            "relatedEntity": [
                {
                    "@type": "RelatedEntity",
                    "role": "affected",
                    "entity": {
                        "@type": "EntityRef",
                        "@referredType": "Service",
                        "id": "s-1",
                        "name": "fibre 100",
                    },
                }
            ],
            "relatedParty": [
                {
                    "@type": "RelatedPartyRefOrPartyRoleRef",
                    "role": "customer",
                    "partyOrPartyRole": {"@type": "PartyRef", "id": "sub-1001"},
                }
            ],
        }
    },
}
EVENTS: Final = {Version.V4: V4_EVENT, Version.V5: V5_EVENT}
APIS: Final = {Version.V4: Api.TROUBLE_TICKET_V4, Version.V5: Api.TROUBLE_TICKET_V5}


@pytest.mark.parametrize("version", Version)
def test_an_event_of_either_version_is_the_same_ticket(version: Version) -> None:
    """Version 5 puts references one level further in."""
    body = EVENTS[version]
    assert faults(APIS[version], "TroubleTicketCreateEvent", body) == ()
    event = ticket_event(version, body, "crm")
    assert event == TicketEvent(
        event_id="e-1",
        at=NOW,
        ticket=Ticket(
            desk="crm",
            id="3180",
            number="CRM-7",
            title="No internet",
            text="Nothing works since noon",
            category="fault",
            service="fibre 100",
            subscriber="sub-1001",
            priority="Urgent",
            state="acknowledged",
            created_at=datetime(2026, 3, 1, 11, 59, tzinfo=UTC),
        ),
    )


def test_another_event_is_about_no_ticket_of_ours() -> None:
    """A hub sends whatever it has."""
    event = ticket_event(Version.V4, {"eventId": "e", "eventType": "X"}, "crm")
    assert event == TicketEvent(event_id="e", at=None, ticket=None)


def test_an_event_that_is_not_as_published_is_refused_with_its_place() -> None:
    """And nothing of what was sent is repeated."""
    body = json.loads(json.dumps(V4_EVENT))
    body["event"]["troubleTicket"]["status"] = "sesame"
    refused = ticket_event(Version.V4, body, "crm")
    assert isinstance(refused, Refused)
    assert refused.status == 400
    assert refused.reason.startswith("event.troubleTicket.status: expected enum")
    assert "sesame" not in refused.reason
    del body["event"]["troubleTicket"]["status"]
    del body["event"]["troubleTicket"]["id"]
    assert ticket_event(Version.V4, body, "crm") == Refused(
        status=422, reason="the trouble ticket has no id"
    )


@pytest.mark.parametrize("version", Version)
def test_a_ticket_can_be_posted(version: Version) -> None:
    """For systems without a hub; what is required there is required here."""
    held = EVENTS[version]["event"]["troubleTicket"]
    body = {key: value for key, value in held.items() if key not in {"id", "creationDate"}}
    made = created_ticket(version, body, "crm", "t-9")
    assert isinstance(made, Ticket)
    assert (made.id, made.subscriber) == ("t-9", "sub-1001")
    assert isinstance(created_ticket(version, {}, "crm", "t-9"), Refused)


@pytest.mark.parametrize("version", Version)
def test_note_state_and_attachment_go_out_as_published(version: Version) -> None:
    """The same call again adds nothing: the note's id is there already."""
    definition = {Version.V4: "TroubleTicket_Update", Version.V5: "TroubleTicket_MVO"}[version]
    own = note(version, note_id="cpe-diag/r-7", words="It is the line.", author="cpe-diag", at=NOW)
    other = note(version, note_id="n-1", words="called twice", author="Ann", at=NOW)
    file = attachment(version, name="verdict.json", description="verdict", data={"ä": 1})
    parts: dict[str, Any] = {
        "note": own,
        "status": Status.IN_PROGRESS,
        "reason": "goes to the network",
        "attachments": [file],
    }
    body = patch(version, held={"note": [other]}, **parts)
    assert faults(APIS[version], definition, body) == ()
    assert body["note"] == [other, own]
    again = patch(version, held=body, **parts)
    assert again == body
    assert isinstance(file, dict)
    assert json.loads(base64.b64decode(str(file["content"]))) == {"ä": 1}


def test_only_what_is_repaired_is_resolved() -> None:
    """A case that was handed over is not closed with the customer still offline."""
    resolved = [one for one in Destination if STATUS_OF[one] is Status.RESOLVED]
    assert resolved == [Destination.FIXED]


@pytest.mark.parametrize("api", Api)
def test_an_error_is_as_published_everywhere(api: Api) -> None:
    """One body for all of them."""
    for status in (400, 401, 404, 409, 413, 415, 422, 503, 599):
        body = tmf_error(Refused(status=status, reason="why"))
        assert faults(api, "Error", body) == ()
        assert (body["status"], body["message"]) == (str(status), "why")


def test_every_playbook_is_a_specification() -> None:
    """With a definition for everything that it may measure."""
    for playbook in list_playbooks(vocabulary()):
        body = specification(playbook, facts_by_probe())
        assert faults(Api.SERVICE_TEST_V4, "ServiceTestSpecification", whole(body, OURS)) == ()
        names = [one["metricName"] for one in body["testMeasureDefinition"]]  # type: ignore[union-attr, index, call-overload]
        assert len(names) == len(set(names))


def measured(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give the measures by name."""
    return {one["metricName"]: one for one in body["testMeasure"]}


def test_a_run_is_a_service_test() -> None:
    """Each fact with its unit, its time and its source."""
    run = sample_run()
    body = service_test(run, case_link="https://diag.example.net/cases/c-1")
    assert faults(Api.SERVICE_TEST_V4, "ServiceTest", whole(body, OURS)) == ()
    assert body["state"] == "completed"
    values = {one["name"]: one["value"] for one in body["characteristic"]}  # type: ignore[union-attr, index, call-overload]
    assert values["cause"] == run.verdict.cause
    assert values["case"] == "https://diag.example.net/cases/c-1"
    facts = measured(body)
    for key, _ in run.case.evidence:
        assert str(key) in facts
    assert all(one["captureDateTime"].endswith("Z") for one in facts.values())


def test_a_number_has_its_unit_and_a_gap_has_no_number() -> None:
    """What a device did not give is no zero."""
    case = unobserved(dsl_home(), "router_wan", "router", FailureKind.SILENT)
    run = replace(sample_run(), case=case, verdict=decide(case, catalogue={}))
    facts = measured(service_test(run))
    margin = facts["line_quality[line].down.snr_margin_db"]
    assert margin["unitOfMeasure"] == "dB"
    assert isinstance(margin["value"]["value"], float)
    gap = facts["router_wan[router]"]
    assert "value" not in gap
    assert gap["metricDescription"].startswith("no value: silent")
    holes = [one for one in measures(case.evidence) if one.gap]
    assert holes
    assert all(one.value is None for one in holes)


def test_a_violated_threshold_stands_at_its_fact() -> None:
    """With its value, its unit and where it comes from."""
    quiet = dsl_home()
    line = quiet.evidence.get("line_quality", "line")
    assert line is not None
    down = replace(line.value.down, snr_margin_db=1.0)  # type: ignore[union-attr]
    case = changed(quiet, "line_quality", "line", down=down)
    run = replace(sample_run(), case=case, verdict=decide(case, catalogue={}))
    body = service_test(run)
    assert faults(Api.SERVICE_TEST_V4, "ServiceTest", whole(body, OURS)) == ()
    violated = {one["name"]: one for one in measured(body)["line_quality[line]"]["ruleViolation"]}
    threshold = BY_ID["line_margin_low_db"]
    words = violated["line_margin_low_db"]["description"]
    assert f"limit {threshold.value:g} {threshold.unit}" in words
    assert threshold.source in words


def test_every_field_that_can_be_compared_is_a_measure() -> None:
    """A kind of fact that is added later is measured too."""
    for kind in FACT_KINDS:
        names = names_of(FactKey(kind.id, kind.subjects[0]))
        assert len(names) > 1
        assert len({one.metric for one in names}) == len(names)


def test_a_waiting_run_is_a_service_test_without_a_result() -> None:
    """Whoever has asked for it can look."""
    order = ServiceTestOrder(subscriber="sub-1", playbook="drops", ticket=None, answers={})
    for state in ("acknowledged", "pending", "inProgress", "cancelled", "failed"):
        assert (
            faults(
                Api.SERVICE_TEST_V4, "ServiceTest", whole(waiting_test("r-1", order, state), OURS)
            )
            == ()
        )


def test_a_posted_service_test_is_an_order() -> None:
    """The service is the subscriber, the specification the playbook."""
    body: dict[str, object] = {
        "name": "check",
        "relatedService": {"id": "sub-1"},
        "testSpecification": {"id": "drops"},
        "characteristic": [
            {"name": "ticket", "value": "T-1"},
            {"name": "affected", "value": "one_device"},
            {"name": "x", "value": 5},
        ],
    }
    assert tmf653.ordered(body) == ServiceTestOrder(
        subscriber="sub-1", playbook="drops", ticket="T-1", answers={"affected": "one_device"}
    )
    assert isinstance(tmf653.ordered({"name": "check"}), Refused)
    empty = tmf653.ordered({**body, "relatedService": {"id": " "}})
    assert isinstance(empty, Refused)
    assert empty.status == 422


def test_a_result_permits_a_dispatch_for_two_hours() -> None:
    """Then it is measured again: lines change while a technician drives."""
    run = replace(sample_run(), destination=Destination.FIELD_TECHNICIAN)
    late = run.started_at + VALID
    assert dispatch_permit(run, late - timedelta(seconds=1)).permitted
    refused = dispatch_permit(run, late)
    assert not refused.permitted
    assert "measure again" in refused.because
    valid = service_test(run)["validFor"]
    assert isinstance(valid, dict)
    assert datetime.fromisoformat(str(valid["endDateTime"])) == late
    other = replace(run, destination=Destination.DEVICE_SUPPORT)
    assert not dispatch_permit(other, run.started_at).permitted
    for now, permitted in ((run.started_at, True), (late, False)):
        body = service_test(run, now=now)
        values = {one["name"]: one["value"] for one in body["characteristic"]}  # type: ignore[union-attr, index, call-overload]
        assert values["dispatchPermitted"] is permitted
        assert "measured at" in str(values["dispatchReason"])
        assert faults(Api.SERVICE_TEST_V4, "ServiceTest", whole(body, OURS)) == ()


OUTAGE: Final = GroupOutage(
    group=OutageGroup(
        kind=GroupKind.CARD,
        name="card 0/3",
        affected=9,
        of=12,
        since_s=240.0,
        parent_key="an-1/card-0/3/20260301T1200Z",
    ),
    node="an-1",
    cause="card_outage",
    title="A card of the node is out",
    next_action="Look at the card.",
    raised_at=NOW,
    reported_at=NOW + timedelta(minutes=4),
    tickets=("T-1", "T-2"),
    subscribers=("sub-1",),
)
OVER: Final = replace(OUTAGE, cleared_at=NOW + timedelta(hours=1))


@pytest.mark.parametrize("outage", [OUTAGE, OVER])
@pytest.mark.parametrize("kind", GroupKind)
@pytest.mark.parametrize("affected", [9, None])
def test_an_outage_is_an_alarm_and_a_problem_as_published(
    outage: GroupOutage, kind: GroupKind, affected: int | None
) -> None:
    """While it goes on and when it is over."""
    group = replace(outage.group, kind=kind, affected=affected)
    one = replace(outage, group=group)
    assert faults(Api.ALARM_V4, "Alarm", alarm(one)) == ()
    assert faults(Api.ALARM_V4, "Alarm_Create", alarm_create(one)) == ()
    event = alarm_event(one, event_id="e-1", at=NOW)
    assert faults(Api.ALARM_V4, str(event["eventType"]), event) == ()
    assert faults(Api.SERVICE_PROBLEM_V5, "ServiceProblem", problem(one)) == ()
    assert faults(Api.SERVICE_PROBLEM_V5, "ServiceProblem_FVO", problem_create(one)) == ()


def test_one_case_is_one_alarm_and_one_problem_until_it_clears() -> None:
    """A second subscriber of the group raises nothing new."""
    assert alarm(OUTAGE)["id"] == alarm(OVER)["id"]
    assert problem(OUTAGE)["id"] == problem(OVER)["id"]
    assert (alarm(OUTAGE)["perceivedSeverity"], alarm(OVER)["perceivedSeverity"]) == (
        "major",
        "cleared",
    )
    assert (problem(OUTAGE)["status"], problem(OVER)["status"]) == ("inProgress", "resolved")
    assert problem(OUTAGE)["affectedNumberOfServices"] == 9


@pytest.mark.parametrize("api", Api)
def test_the_definitions_are_whole_and_name_their_source(api: Api) -> None:
    """Every reference leads to a definition that was kept."""
    published = document(api)
    held = published.get("definitions") or published["components"]["schemas"]
    text = json.dumps(published)
    wanted = {part.split('"')[0].rsplit("/", 1)[1] for part in text.split('"$ref": "')[1:]}
    assert wanted <= set(held)
    assert published["source"].startswith("TMF6")
    with pytest.raises(KeyError):
        faults(api, "Nothing", {})


def test_an_attachment_is_chosen_by_its_type() -> None:
    """Two forms fit an attachment; the published discriminator says which is meant."""
    body = {"@type": "TroubleTicket", "attachment": [{"@type": "Attachment", "name": "a"}]}
    assert faults(Api.TROUBLE_TICKET_V5, "TroubleTicket_MVO", body) == ()
    body["attachment"] = [{"@type": "Picture"}]
    assert faults(Api.TROUBLE_TICKET_V5, "TroubleTicket_MVO", body) == (
        "attachment.0: expected a form that its @type names",
    )


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("https://a.example/x?y=1#z", True),
        ("https://[2001:db8::1]:8080/a;b", True),
        ("urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66", True),
        ("mailto:a@b.example", True),
        ("/tmf-api/alarm/v4/alarm/1", False),
        ("https://a b", False),
        ("https://a/%zz", False),
        ("https://a/[", False),
        ("", False),
    ],
)
def test_a_uri_is_held_to_its_format(text: str, good: bool) -> None:  # noqa: FBT001 - a table
    """A reference that only its sender can follow is none."""
    wrong = faults(Api.TROUBLE_TICKET_V4, "Note", {"text": "x", "@schemaLocation": text})
    assert (wrong == ()) == good


@pytest.mark.parametrize(
    ("text", "good"),
    [("2026-03-01T12:00:00Z", True), ("2026-03-01", False), ("yesterday", False)],
)
def test_a_date_is_held_to_its_format(text: str, good: bool) -> None:  # noqa: FBT001 - a table
    """RFC 3339 as the descriptions say."""
    body = {"creationDate": text}
    assert (faults(Api.TROUBLE_TICKET_V4, "TroubleTicket", body) == ()) is good


NAMES = st.sampled_from(
    (
        *("id", "name", "role", "@type", "entity", "relatedParty", "relatedEntity", "note"),
        *("value", "status", "event", "troubleTicket", "description"),
    )
)
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
    max_leaves=10,
)


@UNHURRIED
@given(version=st.sampled_from(Version), ticket=JSON, kind=st.just("TroubleTicketCreateEvent"))
def test_whatever_a_hub_sends_it_is_an_event_or_refused(
    version: Version, ticket: object, kind: str
) -> None:
    """Wrong types never end a worker."""
    body = {"@type": kind, "eventType": kind, "event": {"troubleTicket": ticket}}
    assert isinstance(ticket_event(version, body, "crm"), TicketEvent | Refused)


@UNHURRIED
@given(
    body=st.dictionaries(st.sampled_from(["name", "relatedService", "testSpecification"]), JSON)
)
def test_whatever_is_posted_it_is_an_order_or_refused(body: dict[str, object]) -> None:
    """The same of service tests."""
    assert isinstance(tmf653.ordered(body), ServiceTestOrder | Refused)
