"""Outages of groups from their first tickets to their ends, which measurements find."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from http_service import service_of
from test_http_trouble_tickets import TICKET_V4, V4
from test_ticket_over_http import desk_config, send_to_desk
from ticket_desk import TOKEN, ticket_desk

from cpe_diag.domain.run_journal import RunState
from cpe_diag.lab.control import LabClient
from cpe_diag.service.group_outage import ALARMS, PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from http_service import HttpService
    from running_lab import RunningLab

    from cpe_diag.store.run_rows import RunRow

pytestmark = [
    pytest.mark.lab,
    pytest.mark.usefixtures("http_secrets"),
    pytest.mark.skipif(os.name != "posix", reason="the worker is stopped by a signal"),
]

WORKER: Final = Path(__file__).with_name("stormy_worker.py")
AGAIN_S: Final = "8"
PATIENCE_S: Final = 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One outage of the lab, that of the `home`, and whose tickets tell of it.

    The runs of the `first` two make the incident; `further` is attached to it without a run.
    """

    fault: str
    home: str
    kind: str
    first: tuple[str, str]
    further: str


DARK_NODE: Final = Outage(
    fault="node_outage",
    home="sub-2001",
    kind="node",
    first=("sub-2001", "sub-2002"),
    further="sub-2003",
)
DEAD_CARD: Final = Outage(
    fault="card_outage",
    home="sub-4004",
    kind="card",
    first=("sub-4126", "sub-4140"),
    further="sub-4150",
)
CUT_SPLITTER: Final = Outage(
    fault="splitter_outage",
    home="sub-4001",
    kind="branch",
    first=("sub-4101", "sub-4102"),
    further="sub-4103",
)
"""Of the same OLT as the card, and of another card of it. Nobody asks the routers of these homes:
that their ports are up again tells that it is over."""
OUTAGES: Final = {
    "sqlite": (DEAD_CARD,),
    "postgresql": (DARK_NODE, DEAD_CARD, CUT_SPLITTER),
}
"""By the kind of store; the further ticket of the first comes from a desk."""
BESIDE: Final = "sub-4108"
"""On the PON of the cut splitter, behind its other splitter."""


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


def _run_of(service: HttpService, subscriber: str) -> RunRow:
    """Give the first run of a subscriber."""
    return service.served.runs.runs(subscriber=subscriber)[-1]


def _listed(service: HttpService, path: str) -> dict[str, dict[str, Any]]:
    """Give alarms or problems by the cause that they name."""
    found: list[dict[str, Any]] = service.ask("GET", path).json
    return {str(one.get("specificProblem") or one.get("reason")): one for one in found}


def _told(service: HttpService, places: list[str], words: str) -> list[int]:
    """Count words in the notes of tickets."""
    tickets = [service.ask("GET", place).json for place in places]
    return [sum(words in note["text"] for note in one.get("note", ())) for one in tickets]


def test_outages_of_groups_are_over_when_measurements_say_so(
    lab: RunningLab, monkeypatch: pytest.MonkeyPatch, store_url: str, tmp_path: Path
) -> None:
    """Two tickets make one, a third is attached at once; nobody has to say that it is over.

    A dark node, a dead card and a cut splitter, all at one time: each is an incident of its own.
    """
    outages = OUTAGES["sqlite" if store_url.startswith("sqlite") else "postgresql"]
    homes = 2 * len(outages)
    monkeypatch.setenv("DESK_TOKEN", TOKEN)
    client, log = LabClient(lab.folder), tmp_path / "worker.log"
    client.clear_faults()
    for one in outages:
        client.set_fault(one.home, one.fault)
    try:
        with ticket_desk() as desk:
            config = desk_config(lab, desk.url, f"over-{tmp_path.name}")
            with service_of(config) as service, _worker(config, log):
                places = [_posted(service, home) for one in outages for home in one.first]
                _until(lambda: _told(service, places, "Known incident") == [1] * homes, log)
                going = service.ask("GET", "/api/incidents").json
                assert {(one["cause"], one["kind"]) for one in going} == {
                    (one.fault, one.kind) for one in outages
                }
                problems, alarms = _listed(service, PROBLEMS), _listed(service, ALARMS)
                assert len(problems) == len(alarms) == len(outages)
                for one in outages:
                    assert problems[one.fault]["status"] == "inProgress"
                    assert alarms[one.fault]["state"] == "raised"
                send_to_desk(service, outages[0].further)
                places += [_posted(service, one.further) for one in outages[1:]]
                _posted(service, BESIDE)
                posted = len(places)
                _until(lambda: desk.count("Known incident") == 1, log)
                _until(lambda: _told(service, places, "Known incident") == [1] * posted, log)
                for one in outages:  # attached without a run of its own
                    row = _run_of(service, one.further)
                    assert (row.state, row.cause) == (RunState.FINISHED, one.fault)
                    assert row.confidence is None
                _until(lambda: _run_of(service, BESIDE).state is RunState.FINISHED, log)
                assert _run_of(service, BESIDE).confidence is not None
                client.clear_faults()
                _until(
                    lambda: (
                        {one["status"] for one in _listed(service, PROBLEMS).values()}
                        == {"resolved"}
                    ),
                    log,
                )
                for alarm in _listed(service, ALARMS).values():
                    assert (alarm["state"], alarm["perceivedSeverity"]) == ("cleared", "cleared")
                _until(lambda: desk.count("Over: ") == 1, log)
                _until(lambda: _told(service, places, "Over: ") == [1] * posted, log)
                assert _told(service, places, "Known incident") == [1] * posted
                for place in places:
                    assert service.ask("GET", place).json["status"] == "resolved"
                for problem in _listed(service, PROBLEMS).values():
                    assert len(problem["troubleTicket"]) == 3
                    assert len(problem["affectedService"]) == 3
    finally:
        client.clear_faults()
