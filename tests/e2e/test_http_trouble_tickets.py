"""A ticket that is posted starts a run, and says how it ended."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final

import pytest

from cpe_diag.domain.letter import LetterKind
from cpe_diag.service.tmf621 import CREATED
from cpe_diag.service.tmf_schema import Api, faults
from cpe_diag.store.outbox import StoredOutbox
from cpe_diag.wiring.config import read
from cpe_diag.wiring.desk import case_store

if TYPE_CHECKING:
    from pathlib import Path

    from http_service import HttpService

V4: Final = "/tmf-api/troubleTicket/v4"
V5: Final = "/tmf-api/troubleTicket/v5"

TICKET_V4: Final[dict[str, Any]] = {
    "name": "Internet is down",
    "description": "Nothing works since this morning",
    "severity": "Major",
    "ticketType": "incident",
    "externalId": "T-4711",
    "relatedParty": [{"id": "sub-1", "role": "customer", "@referredType": "Individual"}],
}
TICKET_V5: Final[dict[str, Any]] = {
    "@type": "TroubleTicket",
    "name": "Internet is down",
    "description": "Nothing works since this morning",
    "severity": "Major",
    "ticketType": "incident",
    "relatedParty": [
        {
            "@type": "RelatedPartyRefOrPartyRoleRef",
            "role": "customer",
            "partyOrPartyRole": {
                "@type": "PartyRef",
                "id": "sub-1",
                "@referredType": "Individual",
            },
        }
    ],
}


@pytest.mark.parametrize(
    ("base", "api", "ticket"),
    [(V4, Api.TROUBLE_TICKET_V4, TICKET_V4), (V5, Api.TROUBLE_TICKET_V5, TICKET_V5)],
)
def test_a_posted_ticket_comes_back_with_the_verdict_in_its_notes(
    service: HttpService, base: str, api: Api, ticket: dict[str, Any]
) -> None:
    """Every body is as TM Forum has published it, before the run and after."""
    made = service.ask("POST", f"{base}/troubleTicket", ticket)
    assert made.status == 201
    assert faults(api, "TroubleTicket", made.json) == ()
    assert made.json["status"] == "inProgress"
    place = made.headers["location"]
    (run,) = service.served.runs.runs()
    assert (run.playbook, run.subscriber, run.priority) == ("no_internet", "sub-1", 1)
    assert run.wish["retries"] == 2, "as its rule says"
    service.run_ends(run.id)
    for _ in range(2):
        ended = service.ask("GET", place)
        assert ended.status == 200
        assert faults(api, "TroubleTicket", ended.json) == ()
        (note,) = ended.json["note"]
        assert note["id"] == f"cpe-diag/{run.id}/verdict"
        assert "Facts:" in note["text"]
        assert f"https://diag.example.net/cases/{run.case_id}" in note["text"]
    (attached,) = ended.json["attachment"]
    assert json.loads(base64.b64decode(attached["content"]))["verdict"]["cause"]
    listed = service.ask(
        "GET", f"{base}/troubleTicket?status={ended.json['status']}&fields=status"
    )
    assert listed.json == [{key: ended.json[key] for key in listed.json[0]}]
    assert listed.headers["x-total-count"] == "1"
    assert service.ask("GET", f"{base}/troubleTicket?status=closed").json == []
    other = V5 if base == V4 else V4
    assert service.ask("GET", place.replace(base, other)).status == 404


def test_a_change_is_merged_and_what_is_ours_stays(service: HttpService) -> None:
    """RFC 7386: null takes away, lists are replaced, ids are not changed."""
    place = service.ask("POST", f"{V4}/troubleTicket", TICKET_V4).headers["location"]
    changed = service.ask(
        "PATCH",
        place,
        {"status": "held", "externalId": None, "note": [{"text": "asked again"}]},
        headers={"Content-Type": "application/merge-patch+json"},
    )
    assert changed.status == 200
    assert changed.json["status"] == "held"
    assert "externalId" not in changed.json
    (run,) = service.served.runs.runs()
    service.run_ends(run.id)
    notes = [one["text"] for one in service.ask("GET", place).json["note"]]
    assert notes[0] == "asked again"
    assert len(notes) == 2
    assert service.ask("PATCH", place, {"status": "eaten"}).status == 400
    assert service.ask("PATCH", f"{V4}/troubleTicket/none", {"status": "held"}).status == 404


def test_a_ticket_that_no_rule_fits_is_kept_and_starts_nothing(service: HttpService) -> None:
    """People answer it; the reason says why."""
    made = service.ask("POST", f"{V4}/troubleTicket", {**TICKET_V4, "name": "My fax"})
    assert (made.status, made.json["status"]) == (201, "acknowledged")
    assert made.json["statusChangeReason"] == "left by rule telephone: people answer these"
    other = {**TICKET_V4, "name": "A question", "description": "About my bill"}
    reason = service.ask("POST", f"{V4}/troubleTicket", other).json["statusChangeReason"]
    assert reason == "no rule fits this ticket"
    assert service.served.runs.runs() == ()


@pytest.mark.parametrize(("base", "ticket"), [(V4, TICKET_V4), (V5, TICKET_V5)])
def test_an_event_of_another_system_starts_one_run(
    service: HttpService, base: str, ticket: dict[str, Any]
) -> None:
    """However often it is sent; and nobody sends it again under another id."""
    place = f"{base}/listener/troubleTicketCreateEvent"
    moment = "2026-03-01T12:00:00Z"
    event = {
        "eventId": "e-1",
        "eventTime": moment,
        "eventType": "TroubleTicketCreateEvent",
        "event": {"troubleTicket": {**ticket, "id": "their-7", "href": "https://a/their-7"}},
    }
    if base == V5:
        event["@type"] = "TroubleTicketCreateEvent"
        event["event"]["@type"] = "TroubleTicketCreateEventPayload"  # type: ignore[index]
        event["event"]["troubleTicket"].update(  # type: ignore[index]
            status="acknowledged", creationDate=moment, lastUpdate=moment
        )
    first = service.ask("POST", place, event)
    assert (first.status, first.body) == (204, b"")
    assert service.ask("POST", place, event).status == 204
    (run,) = service.served.runs.runs()
    (ours,) = service.ask("GET", f"{base}/troubleTicket").json
    assert ours["id"] != "their-7"
    replayed = service.ask("POST", place, {**event, "eventId": "e-2"})
    assert replayed.status == 204  # another body, the same ticket: the same run
    assert [one.id for one in service.served.runs.runs()] == [run.id]
    other = {**event, "eventType": "TroubleTicketStatusChangeEvent", "eventId": "e-3"}
    status = f"{base}/listener/troubleTicketStatusChangeEvent"
    assert service.ask("POST", status, other).status == 204


INSIDE = ("nothing", "http://crm.example.net/hear", "https://127.0.0.1/", "https://[fe80::1]/")
"""No address, and those that the operator would have to name."""


def test_hubs_are_registered_shown_and_removed(service: HttpService) -> None:
    """Callbacks are addresses; users and passwords do not belong there."""
    made = service.ask("POST", f"{V4}/hub", {"callback": "https://crm.example.net/hear"})
    assert made.status == 201
    place = made.headers["location"]
    assert service.ask("GET", place).json == made.json
    assert service.ask("GET", place.replace("/v4/", "/v5/")).status == 404
    assert service.ask("DELETE", place).status == 204
    assert service.ask("DELETE", place).status == 404
    for wrong in (
        "ftp://a.example/",
        "https://user:word@a.example/",
        "https:///x",
        "nothing",
        *INSIDE,
    ):
        assert service.ask("POST", f"{V4}/hub", {"callback": wrong}).status == 422
    assert service.ask("POST", f"{V4}/hub", {"callback": 7}).status == 400


def test_who_registers_when_there_is_no_room_is_told_so(
    service: HttpService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of ours, and to come again soon does not help."""
    monkeypatch.setattr("cpe_diag.store.event_hubs.MOST", 1)
    first = {"callback": "https://crm.example.net/hear"}
    assert service.ask("POST", f"{V4}/hub", first).status == 201
    refused = service.ask("POST", f"{V4}/hub", {"callback": "https://noc.example.net/hear"})
    assert refused.status == 409
    assert "registrations already" in refused.json["message"]
    assert service.ask("POST", f"{V4}/hub", first).status == 201


@pytest.mark.parametrize(
    ("base", "api", "ticket"),
    [(V4, Api.TROUBLE_TICKET_V4, TICKET_V4), (V5, Api.TROUBLE_TICKET_V5, TICKET_V5)],
)
def test_hubs_are_told_of_what_they_asked_for(
    service: HttpService, tmp_path: Path, base: str, api: Api, ticket: dict[str, Any]
) -> None:
    """Letters that are kept with the change they tell of; a worker sends them."""
    every = service.ask("POST", f"{base}/hub", {"callback": "https://a.example/"}).json["id"]
    query = "eventType=TroubleTicketStatusChangeEvent"
    some = service.ask(
        "POST", f"{base}/hub", {"callback": "https://b.example/", "query": query}
    ).json["id"]
    place = service.ask("POST", f"{base}/troubleTicket", ticket).headers["location"]
    change = {"priority": "High"} | ({"@type": "TroubleTicket"} if base == V5 else {})
    assert service.ask("PATCH", place, change).status == 200
    assert service.ask("PATCH", place, {**change, "status": "held"}).status == 200
    (run,) = service.served.runs.runs()
    service.run_ends(run.id)
    service.ask("GET", place)
    service.ask("GET", place)
    outbox = StoredOutbox(case_store(read(tmp_path / "service" / "config.yaml", "test")))
    told = [one for one in outbox.letters() if one.kind is LetterKind.EVENT]
    kinds = {hub: sorted(str(one.document["eventType"]) for one in told if one.target == hub)
             for hub in (every, some)}  # fmt: skip
    assert kinds[every] == [
        "TroubleTicketAttributeValueChangeEvent",
        "TroubleTicketCreateEvent",
        "TroubleTicketStatusChangeEvent",
        "TroubleTicketStatusChangeEvent",
    ]
    assert kinds[some] == ["TroubleTicketStatusChangeEvent"] * 2
    created = next(one.document for one in told if one.document["eventType"] == CREATED)
    assert faults(api, CREATED, created) == ()
    assert {one.case_id for one in told} == {run.case_id}
