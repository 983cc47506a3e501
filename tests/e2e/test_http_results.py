"""Service tests, alarms, runs and cases: what is ordered, and what comes of it."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
from http_service import SECRETS, HttpService, http_service
from sqlalchemy import insert, select

from cpe_diag.domain.letter import LetterKind
from cpe_diag.domain.roles import Role
from cpe_diag.domain.verdict import FaultDomain
from cpe_diag.service.submit import Orders
from cpe_diag.service.ticket import Ticket
from cpe_diag.service.tmf_schema import Api, faults
from cpe_diag.service.web.intake import new_ticket
from cpe_diag.service.web.metrics import Metrics
from cpe_diag.service.web.operations import OPERATIONS
from cpe_diag.service.web.ticket_answers import work_off
from cpe_diag.store.case_tables import moment_text
from cpe_diag.store.run_tables import RUNS
from cpe_diag.testing.verdict_samples import group_verdict
from cpe_diag.wiring.config import read
from cpe_diag.wiring.desk import case_store, open_desk
from cpe_diag.wiring.outbox import stored_outbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cpe_diag.service.submit import Order, Submitted

TESTS: Final = "/tmf-api/serviceTestManagement/v4/serviceTest"
SPECIFICATIONS: Final = "/tmf-api/serviceTestManagement/v4/serviceTestSpecification"
ALARMS: Final = "/tmf-api/alarm/v4/alarm"
PROBLEMS: Final = "/tmf-api/serviceProblemManagement/v5/serviceProblem"
TEST: Final[dict[str, Any]] = {
    "name": "test",
    "relatedService": {"id": "sub-1"},
    "testSpecification": {"id": "no_internet"},
    "characteristic": [{"name": "ticket", "value": "T-1", "valueType": "string"}],
}


def test_playbooks_are_specifications(service: HttpService) -> None:
    """Every one of them as published, in pages."""
    found = service.ask("GET", f"{SPECIFICATIONS}?limit=100")
    assert len(found.json) == len(service.served.playbooks) == int(found.headers["x-total-count"])
    for one in found.json:
        assert faults(Api.SERVICE_TEST_V4, "ServiceTestSpecification", one) == ()
    page = service.ask("GET", f"{SPECIFICATIONS}?limit=2&offset=1&fields=name").json
    assert [one["id"] for one in page] == [one["id"] for one in found.json[1:3]]
    assert set(page[0]) == {"id", "href", "name", "@type"}
    assert service.ask("GET", f"{SPECIFICATIONS}/no_internet").json["id"] == "no_internet"
    assert service.ask("GET", f"{SPECIFICATIONS}/none").status == 404


def test_a_test_is_a_run_and_gives_its_facts_as_measures(service: HttpService) -> None:
    """The same order again is the same run."""
    made = service.ask("POST", TESTS, TEST)
    assert (made.status, made.json["state"]) == (201, "acknowledged")
    assert service.ask("POST", TESTS, TEST).json["id"] == made.json["id"]
    place = made.headers["location"]
    assert service.ask("GET", place).json == made.json
    service.run_ends(made.json["id"])
    ended = service.ask("GET", place).json
    assert faults(Api.SERVICE_TEST_V4, "ServiceTest", ended) == ()
    assert (ended["id"], ended["state"]) == (made.json["id"], "completed")
    assert ended["testMeasure"]
    assert ended["validFor"]["endDateTime"]
    assert [one["id"] for one in service.ask("GET", f"{TESTS}?state=completed").json] == [
        ended["id"]
    ]
    assert service.ask("GET", f"{TESTS}?state=failed").json == []
    assert service.ask("GET", f"{TESTS}?relatedService.id=sub-2").json == []


def test_runs_that_point_to_one_group_are_one_alarm_and_one_problem(service: HttpService) -> None:
    """With the subscribers and the tickets of all of them; who is registered hears of it."""
    callback = {"callback": "https://noc.example.net/hear"}
    hub = service.ask("POST", "/tmf-api/alarm/v4/hub", callback).json
    for number in (1, 2):
        assert service.ask("GET", ALARMS).json == [], "one subscriber alone confirms nothing"
        order = {**TEST, "relatedService": {"id": f"sub-{number}"}}
        service.run_ends(service.ask("POST", TESTS, order).json["id"], group_verdict())
    (alarm,) = service.ask("GET", ALARMS).json
    assert faults(Api.ALARM_V4, "Alarm", alarm) == ()
    assert alarm["affectedService"] == [{"id": "sub-1"}, {"id": "sub-2"}]
    letters = stored_outbox(service.config).letters()
    (letter,) = [one for one in letters if one.kind is LetterKind.EVENT]
    assert (letter.target, letter.document["eventType"]) == (hub["id"], "AlarmCreateEvent")
    assert service.ask("GET", f"{ALARMS}/{alarm['id']}").json == alarm
    (problem,) = service.ask("GET", f"{PROBLEMS}?status=inProgress").json
    assert faults(Api.SERVICE_PROBLEM_V5, "ServiceProblem", problem) == ()
    assert [one["id"] for one in problem["troubleTicket"]] == ["T-1"]
    assert service.ask("GET", f"{PROBLEMS}/{problem['id']}?fields=name").json["name"]
    viewer = service.ask("GET", ALARMS, role=Role.VIEWER)
    assert viewer.status == 200


def test_runs_and_cases_are_ordered_shown_and_cancelled(service: HttpService) -> None:
    """Our own interface."""
    order = {"playbook": "no_internet", "subscriber": "sub-1", "ticket": "T-9", "priority": 1}
    made = service.ask("POST", "/api/runs", order)
    assert (made.status, made.json["state"]) == (202, "queued")
    run, case = made.json["id"], made.json["case"]
    assert service.ask("GET", "/api/runs?state=queued&subscriber=sub-1").json == [made.json]
    assert service.ask("GET", "/api/runs?state=failed").json == []
    found = service.ask("GET", f"/api/cases/{case}").json
    assert (found["ticket"], found["state"]) == ("T-9", "open")
    assert found["link"] == f"https://diag.example.net/cases/{case}"
    assert [one["id"] for one in found["runs"]] == [run]
    assert service.ask("GET", "/api/cases?ticket=T-9").json[0]["id"] == case
    assert service.ask("GET", "/api/cases?state=closed").json == []
    cancelled = service.ask("POST", f"/api/runs/{run}/cancel")
    assert (cancelled.status, cancelled.json["state"]) == (202, "cancelled")
    assert service.ask("POST", f"/api/runs/{run}/cancel").status == 409
    other = service.ask("POST", "/api/runs", {**order, "subscriber": "sub-2"}).json["id"]
    service.run_ends(other)
    ended = service.ask("GET", f"/api/runs/{other}").json
    assert (ended["state"], ended["result"]["verdict"]["cause"]) == ("finished", ended["cause"])


def test_metrics_count_requests_refusals_runs_verdicts_and_steps(service: HttpService) -> None:
    """What a team's board shows; each run is counted once."""
    run = service.ask("POST", TESTS, TEST).json["id"]
    service.ask("GET", "/api/runs", role=None)
    assert service.ask("GET", "/metrics", role=None).status == 401
    ended = service.run_ends(run)
    order = {"playbook": "no_internet", "subscriber": "sub-2", "ticket": "T-2"}
    unsure = replace(group_verdict(), domain=FaultDomain.UNDETERMINED, cause="undetermined")
    service.run_ends(service.ask("POST", "/api/runs", order).json["id"], unsure)
    at = service.served.clock.now()
    metrics = Metrics(ended.submitted_at)
    metrics.watch(service.served, at)
    metrics.watch(service.served, at)
    text = metrics.text().decode()
    assert f'cpe_diag_verdicts_total{{cause="{ended.cause}",domain="network"}} 1.0' in text
    assert 'cpe_diag_abstentions_total{playbook="no_internet"} 1.0' in text
    assert 'cpe_diag_runs_ended_total{playbook="no_internet",state="finished"} 2.0' in text
    assert 'cpe_diag_step_seconds_count{playbook="no_internet",step="look"} 2.0' in text
    assert 'cpe_diag_queue_seconds_count{priority="3"} 2.0' in text
    shown = service.ask("GET", "/metrics", role=Role.VIEWER)
    assert shown.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = shown.body.decode()
    assert 'cpe_diag_refusals_total{status="401"}' in lines
    assert 'cpe_diag_http_requests_total{operation="createServiceTest",status="201"} 1.0' in lines


def test_metrics_miss_no_run_that_ends_while_many_wait(
    service: HttpService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that end were ordered long before those that wait; they are read in pages."""
    monkeypatch.setattr("cpe_diag.service.web.metrics.PAGE", 2)
    began = service.served.clock.now()
    for number in range(5):
        order = {"playbook": "no_internet", "subscriber": "sub-1", "ticket": f"T-{number}"}
        service.run_ends(service.ask("POST", "/api/runs", order).json["id"])
    last = service.served.runs.runs(limit=1)[0]
    with case_store(service.config).writing() as connection:
        row = dict(connection.execute(select(RUNS).where(RUNS.c.id == last.id)).mappings().one())
        later = moment_text(last.submitted_at + timedelta(seconds=1))
        waits = {**row, "state": "queued", "ended_at": None, "submitted_at": later}
        many = [{**waits, "id": f"w{number}", "order_key": None} for number in range(1100)]
        connection.execute(insert(RUNS), many)
    metrics = Metrics(began)
    metrics.watch(service.served, service.served.clock.now())
    text = metrics.text().decode()
    assert 'cpe_diag_runs_ended_total{playbook="no_internet",state="finished"} 5.0' in text


def test_health_and_description_are_open(service: HttpService) -> None:
    """Whoever watches or writes a client needs no token."""
    assert service.ask("GET", "/healthz", role=None).json == {"state": "ok"}
    document = service.ask("GET", "/openapi.json", role=None).json
    described = {
        (method.upper(), path) for path, held in document["paths"].items() for method in held
    }
    assert {(one.method, one.path) for one in OPERATIONS} <= described
    for operation in OPERATIONS:
        held = document["paths"][operation.path][operation.method.lower()]
        assert ("security" in held) == (operation.right is None)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_desk_is_answered_while_its_run_waits_to_be_ordered(
    store_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    """An inventory that takes long keeps no desk waiting; what was taken is ordered all the same.

    How long an answer takes is told, not asserted: other tests share the machine.
    """
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store_url}.items():
        monkeypatch.setenv(name, value)
    open_again = threading.Event()
    order = Orders.submit

    def slow(orders: Orders, wanted: Order) -> Submitted:
        assert open_again.wait(60)
        return order(orders, wanted)

    monkeypatch.setattr(Orders, "submit", slow)
    bearer = {"Authorization": f"Bearer {SECRETS['HTTP_TEST_BEARER']}"}
    with http_service(tmp_path / "service") as service:
        took_ms = []
        for number in range(10):
            body = {"number": f"N-{number}", "title": "Internet is down", "subscriber": "sub-1"}
            began = time.monotonic()
            answered = service.ask("POST", "/webhooks/other", body, headers=bearer)
            took_ms.append(round(1000 * (time.monotonic() - began)))
            assert (answered.status, answered.json["state"]) == (202, "waiting")
        assert service.served.runs.runs() == ()
        open_again.set()
        deadline = time.monotonic() + 60
        while len(service.served.runs.runs()) < 10:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    record_property("webhook_ms", sorted(took_ms))


def test_what_was_taken_before_a_crash_is_worked_off_after_it(service: HttpService) -> None:
    """The sender was told 202 and does not send again."""
    ticket = Ticket(desk="main", id="9", number="9", title="Internet is down", subscriber="sub-1")
    service.served.tickets.take(new_ticket("t9", ticket), at=service.served.clock.now())
    assert work_off(service.served) == 1
    assert work_off(service.served) == 0
    (run,) = service.served.runs.runs()
    assert (run.ticket, run.subscriber) == ("9", "sub-1")


def test_looks_over_http_are_noted(service: HttpService, tmp_path: Path) -> None:
    """Who looked at what, as on the command line."""
    run = service.ask("POST", TESTS, TEST).json["id"]
    service.ask("GET", f"/api/runs/{run}", role=Role.VIEWER)
    audit = open_desk(read(tmp_path / "service" / "config.yaml", "test")).audit
    entries = audit.entries(newest=10)
    looks = {(one.event.staff, one.event.words) for one in entries}
    assert ("token test viewer", f"over HTTP: getRun {run}") in looks
    assert ("token test automation", "over HTTP: createServiceTest") in looks


def test_a_list_goes_on_where_its_last_part_has_ended(service: HttpService) -> None:
    """The store leaves out what was given before: nobody reads a hundred thousand for twenty."""
    order = {"playbook": "no_internet", "subscriber": "sub-1"}
    made = [service.ask("POST", "/api/runs", order).json for _ in range(5)]
    for place, name in (("runs", "id"), ("cases", "case")):
        whole = [one["id"] for one in service.ask("GET", f"/api/{place}").json]
        assert set(whole) == {one[name] for one in made}
        parts = [
            service.ask("GET", f"/api/{place}?offset={offset}&limit=2").json
            for offset in (0, 2, 4, 6)
        ]
        assert [one["id"] for part in parts for one in part] == whole
        assert [len(part) for part in parts] == [2, 2, 1, 0]
