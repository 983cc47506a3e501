"""`cpe-diag outage` as a user runs it, over the lab's nodes: real SNMP, a process of its own."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import fork_server
import pytest
from jsonschema import Draft202012Validator

from cpe_diag.lab.control import LabClient
from cpe_diag.report.schema import outage_schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from running_lab import RunningLab

pytestmark = pytest.mark.lab

NONE, BAD_INPUT, COULD_NOT_RUN, FOUND, NOT_ALL_READ, INTERRUPTED = 0, 2, 3, 10, 11, 130
NODES = ("an-vdsl", "an-adsl", "an-eth", "olt-4", "cmts-5", "sw-6")


@pytest.fixture
def client(lab: RunningLab) -> Iterator[LabClient]:
    """Give the lab's desk of faults, and mend everything at the end."""
    desk = LabClient(lab.folder)
    desk.clear_faults()
    yield desk
    desk.clear_faults()


def _command(lab: RunningLab, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "cpe_diag", "--config", str(lab.config), "outage", *arguments]


def _outage(
    lab: RunningLab, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    done = fork_server.run(
        _command(lab, *arguments)[1:],
        timeout=90,
        env={**os.environ, **(environment or {})},
    )
    assert "Traceback" not in done.stderr + done.stdout
    return done


def _document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(done.stdout)
    Draft202012Validator(outage_schema()).validate(document)
    assert done.stderr == ""
    return document


def _outages(document: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    return [
        (
            node["node"],
            outage["group"]["name"],
            outage["cause"],
            outage["group"]["affected"],
        )
        for node in document["sweep"]["nodes"]
        for outage in node["outages"]
    ]


def test_a_quiet_network_has_no_outage(lab: RunningLab, client: LabClient) -> None:
    """Six nodes of five technologies, all read, nothing found."""
    del client
    done = _outage(lab, "--all-nodes", "--json")
    document = _document(done)
    assert done.returncode == NONE
    assert [node["node"] for node in document["sweep"]["nodes"]] == list(NODES)
    assert [node["failure"] for node in document["sweep"]["nodes"]] == [None] * len(NODES)
    assert _outages(document) == []


@pytest.mark.parametrize(
    ("subscriber", "fault", "found"),
    [
        ("sub-1001", "card_outage", ("an-vdsl", "card 0/1", "card_outage", 20)),
        ("sub-3001", "card_outage", ("an-eth", "card 0/0", "card_outage", 20)),
        ("sub-4001", "card_outage", ("olt-4", "card 0/1", "card_outage", 28)),
        ("sub-4001", "splitter_outage", ("olt-4", "splitter 0/1/0-A", "splitter_outage", 8)),
        ("sub-5001", "splitter_outage", ("cmts-5", "splitter FN-1", "splitter_outage", 8)),
    ],
)
def test_a_group_that_is_down_is_one_case(
    lab: RunningLab,
    client: LabClient,
    subscriber: str,
    fault: str,
    found: tuple[str, str, str, int],
) -> None:
    """One parent case, its key, and everybody behind it by id."""
    client.set_fault(subscriber, fault)
    done = _outage(lab, "--all-nodes", "--json")
    document = _document(done)
    assert done.returncode == FOUND
    assert _outages(document) == [found]
    (outage,) = (one for node in document["sweep"]["nodes"] for one in node["outages"])
    assert outage["destination"] == "network_operations"
    assert subscriber in outage["subscribers"]
    assert len(outage["subscribers"]) == found[3]
    assert outage["group"]["parent_key"].startswith(f"{found[0]}/{found[1].replace(' ', '-')}/")


def test_one_home_that_is_down_is_no_outage(lab: RunningLab, client: LabClient) -> None:
    """A single cut line is the business of `cpe-diag run`."""
    client.set_fault("sub-1002", "line_cut")
    done = _outage(lab, "--node", "an-vdsl", "--json")
    assert done.returncode == NONE
    (node,) = _document(done)["sweep"]["nodes"]
    down = [port["subscriber"] for port in node["ports"] if port["mark"] == "down"]
    assert down == ["sub-1002"]


def test_a_dark_node_is_told_and_stops_no_other(lab: RunningLab, client: LabClient) -> None:
    """Its silence may hide an outage: neither found nor excluded."""
    client.set_fault("sub-6001", "node_outage")
    done = _outage(lab, "--all-nodes")
    assert done.returncode == NOT_ALL_READ
    assert "1 node not read" in done.stdout
    assert "no answer" in done.stdout
    assert len([name for name in NODES if name in done.stdout]) == len(NODES)


def test_the_plot_shows_who_is_affected_with_and_without_colour(
    lab: RunningLab, client: LabClient
) -> None:
    """A grid of marks, a legend, plain lines of progress where there is no terminal."""
    client.set_fault("sub-4001", "splitter_outage")
    done = _outage(lab, "--node", "olt-4", environment={"NO_COLOR": "1"})
    assert done.returncode == FOUND
    assert "\x1b" not in done.stdout + done.stderr
    assert "████████" in done.stdout
    assert "Parent case" in done.stdout
    assert "sub-4001" in done.stdout
    assert done.stderr.count("olt-4") == 1


def test_on_a_terminal_progress_is_drawn_and_taken_away(
    lab: RunningLab, client: LabClient
) -> None:
    """Bars while it goes on; the report follows without them."""
    client.set_fault("sub-1001", "card_outage")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        _command(lab, "--all-nodes", "--rate", "3"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    drawn = b""
    while process.poll() is None or select.select([ours], [], [], 0)[0]:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                drawn += os.read(ours, 65_536)
            except OSError:
                break
    os.close(ours)
    out, _ = process.communicate(timeout=90)
    assert process.returncode == FOUND
    assert b"nodes read" in drawn
    assert b"OUTAGE ON an-vdsl" in out


def test_the_rate_of_requests_is_kept(lab: RunningLab, client: LabClient) -> None:
    """A node that must not be hurried is not hurried."""
    del client
    done = _outage(lab, "--node", "an-vdsl", "--rate", "2", "--json")
    (node,) = _document(done)["sweep"]["nodes"]
    assert node["took_s"] >= (node["requests"] - 1) / 2


def test_window_and_least_decide_what_is_an_outage(lab: RunningLab, client: LabClient) -> None:
    """The operator draws the line between one home and the network."""
    client.set_fault("sub-4002", "splitter_outage")
    assert _outage(lab, "--node", "olt-4").returncode == FOUND
    assert _outage(lab, "--node", "olt-4", "--least", "7").returncode == NONE


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--all-nodes"),
        (("--node", "an-vdsl", "--all-nodes"), "--all-nodes"),
        (("--node", "an-vdls"), "near: an-vdsl"),
        (("--all-nodes", "--window", "soon"), "no duration"),
        (("--all-nodes", "--least", "1"), "least"),
        (("--all-nodes", "--rate", "0"), "rate"),
    ],
)
def test_bad_input_is_named_and_nothing_is_asked(
    lab: RunningLab, arguments: tuple[str, ...], words: str
) -> None:
    """A mistyped node is no quiet network."""
    done = _outage(lab, *arguments)
    assert done.returncode == BAD_INPUT
    assert words in done.stderr
    assert done.stdout == ""


def test_a_credential_of_ours_that_is_missing_is_not_an_outage(
    lab: RunningLab, tmp_path: Path
) -> None:
    """No node could be asked for a reason on our side: that is no finding about the network."""
    (tmp_path / "inventory.yaml").write_text(
        "nodes:\n  n-1: {address: 127.0.0.1, credential: 'env:CPE_DIAG_NOT_SET',"
        " driver: generic_ifmib}\nsubscribers:\n  - {id: a, node: n-1, port: '0/1/1'}\n",
        encoding="utf-8",
    )
    config = tmp_path / "config.yaml"
    config.write_text("inventory: {kind: file, path: inventory.yaml}\n", encoding="utf-8")
    command = [arg if arg != str(lab.config) else str(config) for arg in _command(lab)]
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [*command, "--all-nodes"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == COULD_NOT_RUN
    assert "CPE_DIAG_NOT_SET" in done.stdout


def test_ctrl_c_ends_it_at_once(lab: RunningLab, client: LabClient) -> None:
    """All sockets closed, one line, the shell's exit status."""
    client.set_fault("sub-6001", "node_outage")
    process = subprocess.Popen(  # noqa: S603 - our own interpreter
        _command(lab, "--all-nodes"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "an-" in process.stderr.readline()  # the others are read, one is waited for
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert "interrupted" in err
    assert "Traceback" not in out + err


def test_a_run_and_a_sweep_name_the_same_parent_case(lab: RunningLab, client: LabClient) -> None:
    """The call centre's case and the night shift's are one."""
    client.set_fault("sub-1001", "card_outage")
    done = fork_server.run(
        [
            *("-m", "cpe_diag", "--config", str(lab.config), "run"),
            *("no_internet", "--subscriber", "sub-1003", "--json"),
        ],
        timeout=90,
    )
    group = json.loads(done.stdout)["verdict"]["group"]
    document = _document(_outage(lab, "--node", "an-vdsl", "--json"))
    (outage,) = document["sweep"]["nodes"][0]["outages"]
    assert group["parent_key"] == outage["group"]["parent_key"]
    assert "sub-1003" in outage["subscribers"]
