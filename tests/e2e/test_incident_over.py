"""An outage of a group from its first ticket to its end, which a measurement finds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from http_service import service_of
from test_http_trouble_tickets import TICKET_V4, V4
from test_ticket_over_http import desk_config, send_to_desk
from ticket_desk import TOKEN, ticket_desk

from cpe_diag.lab.control import LabClient
from cpe_diag.service.group_outage import ALARMS, PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from http_service import HttpService
    from running_lab import RunningLab

pytestmark = [
    pytest.mark.lab,
    pytest.mark.usefixtures("http_secrets"),
    pytest.mark.skipif(os.name != "posix", reason="the worker is stopped by a signal"),
]

WORKER: Final = Path(__file__).with_name("stormy_worker.py")
AGAIN_S: Final = "10"
PATIENCE_S: Final = 240.0


HOMES: Final = ("sub-2001", "sub-2002")
"""Their tickets are posted; the third one's comes from a desk."""
THIRD: Final = "sub-2003"
OUTAGE: Final = "node_outage"


@contextmanager
def _worker(config: Path, log: Path) -> Iterator[None]:
    """Keep a worker that measures again soon."""
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, str(WORKER), str(config), AGAIN_S],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


def _until(holds: Callable[[], bool], log: Path) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends, log.read_text(encoding="utf-8")
        time.sleep(0.2)


def _posted(service: HttpService, subscriber: str) -> str:
    """Post a trouble ticket; gives its place."""
    party = {**TICKET_V4["relatedParty"][0], "id": subscriber}
    ticket = {**TICKET_V4, "name": "No internet, nothing works", "relatedParty": [party]}
    ticket["externalId"] = f"T-{subscriber}"
    made = service.ask("POST", f"{V4}/troubleTicket", ticket)
    assert made.status == 201, made
    return made.headers["location"]


def _one(service: HttpService, path: str) -> dict[str, Any]:
    (found,) = service.ask("GET", path).json
    held: dict[str, Any] = found
    return held


def _told(service: HttpService, places: list[str], words: str) -> list[int]:
    """Count words in the notes of tickets."""
    tickets = [service.ask("GET", place).json for place in places]
    return [sum(words in note["text"] for note in one.get("note", ())) for one in tickets]


def test_an_outage_of_a_group_is_over_when_a_measurement_says_so(
    lab: RunningLab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two tickets make it, a third is attached at once; nobody has to say that it is over."""
    monkeypatch.setenv("DESK_TOKEN", TOKEN)
    client, log = LabClient(lab.folder), tmp_path / "worker.log"
    client.clear_faults()
    client.set_fault(HOMES[0], OUTAGE)
    try:
        with ticket_desk() as desk:
            config = desk_config(lab, desk.url, f"over-{tmp_path.name}")
            with service_of(config) as service, _worker(config, log):
                places = [_posted(service, home) for home in HOMES]
                _until(lambda: _told(service, places, "Known incident") == [1, 1], log)
                assert _one(service, PROBLEMS)["status"] == "inProgress"
                assert _one(service, ALARMS)["state"] == "raised"
                send_to_desk(service, THIRD)
                _until(lambda: desk.count("Known incident") == 1, log)
                assert desk.count("Facts:") == 0  # it was attached without a run of its own
                client.clear_faults()
                _until(lambda: _one(service, PROBLEMS)["status"] == "resolved", log)
                alarm = _one(service, ALARMS)
                assert (alarm["state"], alarm["perceivedSeverity"]) == ("cleared", "cleared")
                _until(lambda: desk.count("Over: ") == 1, log)
                _until(lambda: _told(service, places, "Over: ") == [1, 1], log)
                assert _told(service, places, "Known incident") == [1, 1]
                for place in places:
                    assert service.ask("GET", place).json["status"] == "resolved"
                problem = _one(service, PROBLEMS)
                assert len(problem["troubleTicket"]) == len(problem["affectedService"]) == 3
    finally:
        client.clear_faults()
