"""Wrong input over HTTP: the right status, an error body of TM Forum, a line in the audit."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest
from http_service import CONFIG, SECRETS, HttpService, http_service

from cpe_diag.domain.audit import AuditKind
from cpe_diag.domain.roles import Role
from cpe_diag.service.tmf_schema import Api, faults
from cpe_diag.service.web.buckets import Rate
from cpe_diag.service.web.service import LONGEST_REASON
from cpe_diag.service.web.trouble_tickets import LONGEST_TICKET
from cpe_diag.wiring.config import read
from cpe_diag.wiring.desk import open_desk

if TYPE_CHECKING:
    from pathlib import Path

TICKETS: Final = "/tmf-api/troubleTicket/v4/troubleTicket"
TESTS: Final = "/tmf-api/serviceTestManagement/v4/serviceTest"
ALARMS: Final = "/tmf-api/alarm/v4/alarm"
TICKET: Final[dict[str, Any]] = {
    "name": "Internet is down",
    "description": "since this morning",
    "severity": "Major",
    "ticketType": "incident",
    "relatedParty": [{"id": "sub-1", "role": "customer", "@referredType": "Individual"}],
}
TEST: Final[dict[str, Any]] = {
    "name": "test",
    "relatedService": {"id": "sub-1"},
    "testSpecification": {"id": "no_internet"},
}
HOOK: Final = {"number": "N-1", "title": "Internet is down", "subscriber": "sub-1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A request that is refused, and with which status."""

    name: str
    status: int
    method: str = "POST"
    path: str = TICKETS
    body: object = None
    raw: bytes | None = None
    role: Role | None = Role.AUTOMATION
    headers: Mapping[str, str] = field(default_factory=dict)
    noted: bool = True


WRONG: Final = (
    Wrong(name="no token", status=401, body=TICKET, role=None),
    Wrong(
        name="another token",
        status=401,
        body=TICKET,
        headers={"Authorization": "Bearer cpediag_0000000000_" + "A" * 43},
    ),
    Wrong(name="no bearer", status=401, body=TICKET, headers={"Authorization": "Basic eA=="}),
    Wrong(name="a viewer orders", status=403, body=TICKET, role=Role.VIEWER),
    Wrong(name="second line registers", status=403, path="/tmf-api/troubleTicket/v4/hub",
          body={"callback": "https://a.example/"}, role=Role.SECOND_LINE),
    Wrong(name="no JSON", status=400, raw=b"{"),
    Wrong(name="a list", status=400, raw=b"[]"),
    Wrong(name="no UTF-8", status=400, raw=b"\xff"),
    Wrong(name="NUL", status=400, body={**TICKET, "name": "a\0b"}),
    Wrong(name="half a character", status=400, body={**TICKET, "name": "\ud800"}),
    Wrong(name="deep", status=400, raw=b'{"a":' * 100 + b"1" + b"}" * 100),
    Wrong(name="wide", status=400, body={**TICKET, "note": [{}] * 10_000}),
    Wrong(name="beyond all numbers", status=400, raw=b'{"name": "x", "more": [1e999]}'),
    Wrong(name="text", status=415, raw=b"{}", headers={"Content-Type": "text/plain"}),
    Wrong(name="too large", status=413, raw=b"x" * 1_000_001),
    Wrong(name="not as published", status=400, body={"description": 7}),
    Wrong(
        name="unknown subscriber",
        status=422,
        body={**TICKET, "relatedParty": [{**TICKET["relatedParty"][0], "id": "sub-9"}]},
    ),
    Wrong(name="no subscriber", status=422, body={**TICKET, "relatedParty": []}),
    Wrong(name="test without a name", status=400, path=TESTS, body={}),
    Wrong(name="test of nobody", status=422, path=TESTS,
          body={**TEST, "relatedService": {"id": "sub-9"}}),
    Wrong(name="unknown playbook", status=422, path=TESTS,
          body={**TEST, "testSpecification": {"id": "no_such"}}),
    Wrong(name="wrong answer", status=422, path=TESTS,
          body={**TEST, "characteristic": [{"name": "no_question", "value": "x"}]}),
    Wrong(name="run of nobody", status=422, path="/api/runs",
          body={"playbook": "no_internet", "subscriber": "sub-9"}),
    Wrong(name="order with more", status=400, path="/api/runs",
          body={"playbook": "no_internet", "subscriber": "sub-1", "more": 1}),
    Wrong(name="odd page", status=400, method="GET", path=f"{TICKETS}?limit=x"),
    Wrong(name="odd offset", status=400, method="GET", path=f"{TESTS}?offset=-1"),
    Wrong(name="odd state", status=400, method="GET", path="/api/runs?state=eaten"),
    Wrong(name="NUL in the path", status=400, method="GET", path="/api/runs/%00"),
    Wrong(name="long path", status=400, method="GET", path="/api/runs/" + "x" * 300),
    Wrong(name="unsigned", status=401, path="/webhooks/main", body=HOOK, role=None),
    Wrong(name="signed by another", status=401, path="/webhooks/main", body=HOOK, role=None,
          headers={"X-Hub-Signature": "sha1=" + "0" * 40}),
    Wrong(name="a token of ours is no desk's", status=401, path="/webhooks/other", body=HOOK),
    Wrong(name="no desk", status=404, path="/webhooks/none", body=HOOK, role=None, noted=False),
    Wrong(name="no place", status=404, method="GET", path="/nothing", noted=False),
    Wrong(name="no method", status=405, method="PUT", path=TICKETS, body=TICKET, noted=False),
    Wrong(name="no ticket", status=404, method="GET", path=f"{TICKETS}/none", noted=False),
    Wrong(name="no test", status=404, method="GET", path=f"{TESTS}/none", noted=False),
    Wrong(name="no run", status=404, method="GET", path="/api/runs/none", noted=False),
    Wrong(name="no run to cancel", status=404, path="/api/runs/none/cancel", noted=False),
    Wrong(name="no case", status=404, method="GET", path="/api/cases/none", noted=False),
    Wrong(name="no alarm", status=404, method="GET", path=f"{ALARMS}/1", noted=False),
)  # fmt: skip


def refusals(config: Path) -> list[str]:
    """Give the words of the audit trail's refusals, once it is seen to be whole."""
    audit = open_desk(read(config, "test")).audit
    assert audit.verify().flaws == ()
    found = audit.entries(newest=10_000)
    return [one.event.words for one in found if one.event.kind is AuditKind.REFUSAL]


def test_everything_wrong_is_refused_told_and_noted(service: HttpService, tmp_path: Path) -> None:
    """One service for all of them: none of them breaks it for the next."""
    config = tmp_path / "service" / "config.yaml"
    noted = 0
    for wrong in WRONG:
        answered = service.ask(
            wrong.method,
            wrong.path,
            wrong.body,
            raw=wrong.raw,
            role=wrong.role,
            headers=wrong.headers,
        )
        assert answered.status == wrong.status, (wrong.name, answered)
        assert answered.headers["content-type"] == "application/json", wrong.name
        assert answered.json["status"] == str(wrong.status), wrong.name
        assert faults(Api.TROUBLE_TICKET_V5, "Error", answered.json) == (), wrong.name
        if wrong.noted:
            noted += 1
    lines = refusals(config)
    assert len(lines) == noted
    for wrong in WRONG:
        if wrong.noted:
            assert any(f": {wrong.status} " in line for line in lines), wrong.name
    assert service.served.runs.runs() == ()
    assert service.ask("POST", TICKETS, TICKET).status == 201


def test_a_refusal_is_noted_with_the_name_of_the_token(
    service: HttpService, tmp_path: Path
) -> None:
    """Whose configuration is to be mended."""
    service.ask("POST", TICKETS, TICKET, role=Role.VIEWER)
    audit = open_desk(read(tmp_path / "service" / "config.yaml", "test")).audit
    (entry,) = audit.entries(newest=10)
    assert entry.event.staff == "token test viewer"
    assert "createTroubleTicket_v4: 403" in entry.event.words


def test_what_was_sent_fills_neither_the_answer_nor_the_trail(
    service: HttpService, tmp_path: Path
) -> None:
    """A token of any system could fill the disk with lines of a megabyte."""
    order = {"playbook": "no_internet", "subscriber": "sub-1", "answers": {"affected": "x" * 9**6}}
    refused = service.ask("POST", "/api/runs", order)
    assert refused.status == 422
    assert len(refused.body) < 2 * LONGEST_REASON
    (line,) = refusals(tmp_path / "service" / "config.yaml")
    assert len(line) < 2 * LONGEST_REASON
    assert "affected: expected one of" in line


def test_a_ticket_does_not_grow_without_end(service: HttpService) -> None:
    """Each change is within the limits; all of them together are one row, and lists hold many."""
    place = service.ask("POST", TICKETS, TICKET).headers["location"]
    changes = [
        service.ask("PATCH", place, {f"more{number}": "x" * 900_000}).status for number in range(6)
    ]
    assert changes == [200, 200, 200, 200, 422, 422]
    assert service.ask("PATCH", place, {"more0": None}).status == 200
    assert len(service.ask("GET", place).body) < LONGEST_TICKET


@pytest.mark.parametrize("field", ["title", "number", "subscriber"])
def test_a_desks_ticket_with_what_no_database_holds_is_taken(
    service: HttpService, field: str
) -> None:
    """A customer's mail may hold NUL or half a character; a desk tries in vain again and again."""
    bearer = {"Authorization": f"Bearer {SECRETS['HTTP_TEST_BEARER']}"}
    body = {**HOOK, field: f"{HOOK[field]} \0 \ud800"}
    answered = service.ask("POST", "/webhooks/other", body, headers=bearer)
    assert answered.status in {202, 422}  # no subscriber is called so


def test_of_many_who_send_the_same_at_once_one_is_taken(service: HttpService) -> None:
    """A desk that has lost our answer sends again while we still work on the first."""
    service.token(Role.AUTOMATION)
    ticket = {"id": 8, "number": "8", "title": "Internet is down", "customer_number": "sub-2"}
    ticket["updated_at"] = service.served.clock.now().isoformat()
    body = json.dumps({"ticket": ticket}).encode()
    digest = hmac.new(SECRETS["HTTP_TEST_HMAC"].encode(), body, hashlib.sha1).hexdigest()
    order = {"playbook": "no_internet", "subscriber": "sub-1", "ticket": "T-1"}

    def delivered(number: int) -> int:
        signed = {"X-Hub-Signature": f"sha1={digest}", "X-Zammad-Delivery": f"d-{number}"}
        return service.ask("POST", "/webhooks/main", raw=body, role=None, headers=signed).status

    def ordered(_: int) -> str:
        return str(service.ask("POST", "/api/runs", order).json["id"])

    def posted(_: int) -> int:
        return service.ask("POST", TICKETS, {**TICKET, "externalId": "T-2"}).status

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(delivered, range(8))) == [202] + [409] * 7
        assert len(set(pool.map(ordered, range(8)))) == 1
        assert set(pool.map(posted, range(8))) == {201}
        (run,) = set(pool.map(ordered, range(8)))
        cancelled = list(
            pool.map(lambda _: service.ask("POST", f"/api/runs/{run}/cancel").status, range(8))
        )
    assert sorted(cancelled) == [202] + [409] * 7
    tickets = [one.ticket for one in service.served.runs.runs()]
    assert tickets.count("T-1") == tickets.count("T-2") == 1


def test_a_delivery_is_taken_once_and_replays_are_refused(
    service: HttpService, tmp_path: Path
) -> None:
    """A signature covers the body only, so that its digest counts as well."""
    body = json.dumps(
        {
            "ticket": {
                "id": 7,
                "number": "100007",
                "title": "Internet is down",
                "customer_number": "sub-1",
                "updated_at": service.served.clock.now().isoformat(),
            },
            "article": {"body": "nothing works"},
        }
    ).encode()
    digest = hmac.new(SECRETS["HTTP_TEST_HMAC"].encode(), body, hashlib.sha1).hexdigest()
    headers = {"X-Hub-Signature": f"sha1={digest}", "X-Zammad-Delivery": "d-1"}

    def deliver(**more: str) -> Any:  # noqa: ANN401 - an answer
        return service.ask(
            "POST", "/webhooks/main", raw=body, role=None, headers={**headers, **more}
        )

    first = deliver()
    assert first.status == 202
    run = service.first_run()
    again = deliver()
    assert again.status == 202
    replayed = deliver(**{"X-Zammad-Delivery": "d-2"})
    assert replayed.status == 409
    assert [one.id for one in service.served.runs.runs()] == [run.id]
    assert run.ticket == "100007"
    assert any("409" in line for line in refusals(tmp_path / "service" / "config.yaml"))
    changed = service.ask("POST", "/webhooks/main", raw=body + b" ", role=None, headers=headers)
    assert changed.status == 401


def test_a_hook_of_an_unknown_subscriber_is_told_so(service: HttpService) -> None:
    """The desk's own log then says why nothing happens."""
    bearer = {"Authorization": f"Bearer {SECRETS['HTTP_TEST_BEARER']}"}
    answered = service.ask(
        "POST", "/webhooks/other", {**HOOK, "subscriber": "sub-9"}, headers=bearer
    )
    assert answered.status in {202, 422}  # 202 where the machine was too busy to say more in time
    left = service.ask(
        "POST", "/webhooks/other", {**HOOK, "number": "N-2", "title": "my fax"}, headers=bearer
    )
    assert left.status in {200, 202}


@pytest.mark.usefixtures("http_secrets")
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_whoever_asks_too_often_waits(tmp_path: Path) -> None:
    """And whoever guesses tokens is not even looked at any more."""
    with http_service(tmp_path / "service", CONFIG, rate=Rate(per_s=0.001, burst=5.0)) as service:
        statuses = [service.ask("GET", "/api/runs").status for _ in range(7)]
        last = service.ask("GET", "/api/runs")
    assert statuses == [200] * 5 + [429] * 2
    assert last.headers["retry-after"] == "1"
    with http_service(tmp_path / "other", CONFIG) as service:
        wrong = {"Authorization": "Bearer cpediag_0000000000_" + "B" * 43}
        guessed = {service.ask("GET", "/api/runs", headers=wrong).status for _ in range(40)}
    assert guessed == {401, 429}
