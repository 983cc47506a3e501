"""A ticket of a real desk comes back with its verdict: runs only in `make lab-desk`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml
from http_service import SECRETS, service_of
from real_desk import QUEUE, VARIABLE, RealDesk, real_desk

from cpe_diag.lab.control import LabClient

if TYPE_CHECKING:
    from pathlib import Path

    from http_service import HttpService
    from running_lab import RunningLab

PYTHON: Final = os.environ.get(VARIABLE, "")

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(not PYTHON, reason="a real ticket desk is asked only in `make lab-desk`"),
]

PATIENCE_S: Final = 300.0
SUBSCRIBER: Final = "sub-1002"
HOOK_WORD: Final = "desk-hook"


def _config(lab: RunningLab, desk: str, name: str) -> Path:
    """Write the lab's configuration with the desk as its documentation describes it."""
    held = yaml.safe_load(lab.config.read_text(encoding="utf-8"))
    held["store"] = {"url": "env:HTTP_TEST_STORE", "audit_key": "env:HTTP_TEST_AUDIT_KEY"}
    held["tickets"] = {
        "desks": {
            "helpdesk": {
                "kind": "json",
                "check": {"basic": "env:DESK_HOOK", "user": "helpdesk"},
                "fields": {
                    "id": "ticket.id",
                    "title": "ticket.title",
                    "text": "ticket.description",
                    "subscriber": "ticket.custom_subscriber",
                },
                "answer": {
                    "url": desk,
                    "credential": "env:DESK_TOKEN",
                    "request": {
                        "path": "/api/followups/",
                        "body": {
                            "ticket": "{id}",
                            "user": 1,
                            "title": "{subject}",
                            "comment": "{note}",
                            "public": False,
                        },
                    },
                },
            }
        }
    }
    path = lab.folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(held), encoding="utf-8")
    return path


def _opened(desk: RealDesk) -> int:
    """Open a ticket as an agent does; the desk tells us of it."""
    ticket = {
        "queue": QUEUE,
        "title": "No internet, nothing works",
        "description": "since this morning",
        "priority": 2,
        "submitter_email": "customer@example.net",
        "custom_subscriber": SUBSCRIBER,
    }
    made: int = desk.ask("POST", "/api/tickets/", ticket)["id"]
    return made


def _noted(desk: RealDesk, ticket: int, service: HttpService) -> list[dict[str, Any]]:
    """Wait for notes in the ticket."""
    ends = time.monotonic() + PATIENCE_S
    while True:
        found = desk.ask("GET", f"/api/tickets/{ticket}/")["followup_set"]
        notes: list[dict[str, Any]] = [one for one in found if "Reference:" in one["comment"]]
        if notes:
            return notes
        assert time.monotonic() < ends, service.served.runs.runs()
        time.sleep(0.5)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_ticket_of_a_real_desk_comes_back_with_its_verdict(
    lab: RunningLab, store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its own webhook in, its own REST interface out; the customer does not see the note."""
    for name, value in {
        **SECRETS,
        "HTTP_TEST_STORE": store_url,
        "DESK_HOOK": HOOK_WORD,
        "DESK_TOKEN": "",
    }.items():
        monkeypatch.setenv(name, value)
    client = LabClient(lab.folder)
    client.set_fault(SUBSCRIBER, "line_cut")
    draft = _config(lab, "http://127.0.0.1:9", f"desk-{tmp_path.name}")
    with service_of(draft) as service:
        hook = f"http://helpdesk:{HOOK_WORD}@127.0.0.1:{service.port}/webhooks/helpdesk"
        with real_desk(PYTHON, tmp_path / "desk", hook) as desk:
            config = _config(lab, desk.url, draft.stem)
            monkeypatch.setenv("DESK_TOKEN", desk.token)
            worker = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-m", "cpe_diag", "--config", str(config), "worker"]
            )
            try:
                ticket = _opened(desk)
                notes = _noted(desk, ticket, service)
            finally:
                worker.send_signal(signal.SIGTERM)
                worker.wait(PATIENCE_S)
                client.clear_faults()
                config.unlink()
            (run,) = service.served.runs.runs()
    assert (run.subscriber, run.ticket, run.domain) == (SUBSCRIBER, str(ticket), "network")
    (note,) = notes
    assert f"Reference: cpe-diag/{run.id}/verdict" in note["comment"]
    assert "Facts:" in note["comment"]
    assert note["title"].startswith("Diagnosis: ")
    assert note["public"] is False
