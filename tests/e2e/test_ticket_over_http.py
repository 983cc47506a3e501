"""A ticket that is posted to the real HTTP interface comes back with the verdict in its notes."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from http_service import SECRETS, service_of
from test_http_trouble_tickets import TICKET_V4, V4
from ticket_desk import TOKEN, ticket_desk

from cpe_diag.lab.control import LabClient

if TYPE_CHECKING:
    from pathlib import Path

    from http_service import HttpService
    from running_lab import RunningLab

pytestmark = pytest.mark.lab

PATIENCE_S = 300.0
POSTED, SENT = "sub-1002", "sub-2001"
FAULT = "line_cut"
CASES = "https://diag.example.net/cases/"


def desk_config(lab: RunningLab, desk: str, name: str) -> Path:
    """Write the lab's configuration with another store and a ticket desk."""
    held = yaml.safe_load(lab.config.read_text(encoding="utf-8"))
    held["store"] = {"url": "env:HTTP_TEST_STORE", "audit_key": "env:HTTP_TEST_AUDIT_KEY"}
    held["tickets"] = {
        "case_link": f"{CASES}{{case}}",
        "desks": {
            "main": {
                "kind": "zammad",
                "check": {"hmac": "env:HTTP_TEST_HMAC"},
                "fields": {"subscriber": "ticket.customer_number"},
                "answer": {
                    "url": desk,
                    "credential": "env:DESK_TOKEN",
                    "routes": {"field_technician": {"group": "Field"}},
                },
            }
        },
    }
    path = lab.folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(held), encoding="utf-8")
    return path


def send_to_desk(service: HttpService, subscriber: str) -> None:
    """Send a ticket as Zammad does."""
    body = json.dumps(
        {
            "ticket": {
                "id": 81,
                "number": "90081",
                "title": "No internet, nothing works",
                "customer_number": subscriber,
                "updated_at": datetime.now(UTC).isoformat(),
            }
        }
    ).encode()
    digest = hmac.new(SECRETS["HTTP_TEST_HMAC"].encode(), body, hashlib.sha1).hexdigest()
    headers = {"X-Hub-Signature": f"sha1={digest}", "X-Zammad-Delivery": "d-1"}
    answered = service.ask("POST", "/webhooks/main", raw=body, role=None, headers=headers)
    assert answered.status == 202, answered


def _posted(service: HttpService) -> str:
    """Post a trouble ticket; gives its place."""
    party = {**TICKET_V4["relatedParty"][0], "id": POSTED}
    ticket = {**TICKET_V4, "name": "No internet, nothing works", "relatedParty": [party]}
    made = service.ask("POST", f"{V4}/troubleTicket", ticket)
    assert made.status == 201, made
    return made.headers["location"]


@pytest.mark.skipif(os.name != "posix", reason="the worker is stopped by a signal")
def test_tickets_come_back_with_the_verdict_in_their_notes(
    lab: RunningLab, store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The way of every ticket: HTTP, rules, queue, worker, devices, verdict, note, desk."""
    for name, value in {**SECRETS, "HTTP_TEST_STORE": store_url, "DESK_TOKEN": TOKEN}.items():
        monkeypatch.setenv(name, value)
    client = LabClient(lab.folder)
    client.set_fault(POSTED, FAULT)
    client.set_fault(SENT, FAULT)
    with ticket_desk() as desk:
        config = desk_config(lab, desk.url, f"http-{tmp_path.name}")
        with service_of(config) as service, (tmp_path / "worker.log").open("wb") as log:
            worker = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-m", "cpe_diag", "--config", str(config), "worker"],
                stdout=log,
                stderr=log,
            )
            try:
                place = _posted(service)
                send_to_desk(service, SENT)
                ends = time.monotonic() + PATIENCE_S
                held: dict[str, Any] = {}
                while time.monotonic() < ends:
                    held = service.ask("GET", place).json
                    if held.get("note") and desk.count("Facts:"):
                        break
                    time.sleep(0.2)
            finally:
                worker.send_signal(signal.SIGTERM)
                worker.wait(PATIENCE_S)
                client.clear_faults()
                config.unlink()
            runs = {run.subscriber: run for run in service.served.runs.runs()}
    said = (tmp_path / "worker.log").read_text(encoding="utf-8")
    assert held.get("note"), said
    (note,) = held["note"]
    assert set(runs) == {POSTED, SENT}
    for run in runs.values():
        assert (run.state, run.domain) == ("finished", "network"), said
        assert (run.cause, run.destination) == (FAULT, "field_technician"), said
    assert note["id"] == f"cpe-diag/{runs[POSTED].id}/verdict"
    assert "Facts:" in note["text"]
    assert runs[POSTED].words in note["text"]
    assert f"{CASES}{runs[POSTED].case_id}" in note["text"]
    assert [one["attachmentType"] for one in held["attachment"]] == ["diagnosis"]
    assert desk.count("Facts:") == 1
    assert desk.count(runs[SENT].words) >= 1
    assert desk.count(f"{CASES}{runs[SENT].case_id}") == 1
    assert desk.groups == {"81": "Field"}
